"""The part of Jinja's language that prompts may use."""

import re
from pathlib import Path

import pytest

from assay.author import language, work
from assay.author.expression import NotExpression, parse_expression, parse_statement
from assay.author.language import FILTERS, FUNCTIONS, STATEMENTS, check, included, names
from assay.author.parse import MAX_INCLUDE_DEPTH, MAX_INCLUDES
from assay.author.scan import MAX_CHUNKS, scan
from assay.author.template import FUEL
from assay.author.work import Work
from assay.core.errors import BadInput
from assay.core.location import Location

HERE = Location("a.md", 1)


def judge(text: str) -> None:
    chunks = scan(text, HERE)
    check(chunks, "a.md")
    Work({"message:0": chunks}, "message:0", {"message:0": HERE})


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param("{% macro m() %}", "'{% macro %}'", id="macro"),
        pytest.param("{% call m() %}", "'{% call %}'", id="call"),
        pytest.param("{% block b %}", "'{% block %}'", id="block"),
        pytest.param("{% extends 'x' %}", "'{% extends %}'", id="extends"),
        pytest.param("{% import 'x' as y %}", "'{% import %}'", id="import"),
        pytest.param("{% filter upper %}", "'{% filter %}'", id="filter-block"),
        pytest.param("{% do x %}", "'{% do %}'", id="do"),
        pytest.param("{% autoescape true %}", "'{% autoescape %}'", id="autoescape"),
        pytest.param("{% %}", "'{%  %}'", id="nothing"),
        pytest.param("{% set x %}", "cannot capture a block", id="set-block"),
        pytest.param("{% set x = y ~ y %}", "cannot build a value", id="growth"),
        pytest.param("{% set x = [y, y] %}", "cannot build a value", id="growth-of-a-list"),
        pytest.param("{% with x = (y, y) %}", "cannot build a value", id="growth-of-a-tuple"),
        pytest.param("{% set x = {'a': y} %}", "cannot build a value", id="growth-of-a-mapping"),
        pytest.param("{% for x in y recursive %}", "cannot be recursive", id="recursive"),
        pytest.param("{{ 'a' * 9 }}", "operator '*'", id="times"),
        pytest.param("{{ 9 ** 9 }}", "operator '**'", id="power"),
        pytest.param("{{ x|pprint }}", "filter 'pprint'", id="filter"),
        pytest.param("{{ x|map('pprint')|list }}", "'pprint'", id="filter-in-map"),
        pytest.param("{{ x|map(y)|list }}", "in quotes", id="map-by-value"),
        pytest.param("{{ x|select(y)|list }}", "in quotes", id="select-by-value"),
        pytest.param("{{ x|map('map', 'upper')|list }}", "'map'", id="map-in-map"),
        pytest.param("{{ x.upper() }}", "method 'upper'", id="method"),
        pytest.param("{{ x['upper']() }}", "a value cannot be called", id="method-by-item"),
        pytest.param("{{ (x)() }}", "a value cannot be called", id="call-of-brackets"),
        pytest.param("{{ 'x'() }}", "a value cannot be called", id="call-of-text"),
        pytest.param("{{ loop([1]) }}", "a value cannot be called", id="call-of-loop"),
        pytest.param("{{ lipsum(5) }}", "function 'lipsum'", id="function"),
        pytest.param("{{ debug() }}", "function 'debug'", id="debug"),
        pytest.param("{{ x|indent(y) }}", "written out", id="indent-by-value"),
        pytest.param("{{ x|indent(101) }}", "at most 100", id="indent-far"),
        pytest.param("{{ x & y }}", "the character '&'", id="character"),
        pytest.param("{{ '\\ufdd0' }}", "cannot be written as an escape", id="escape-of-a-mark"),
        pytest.param("{{ " + "a" * 101 + " }}", "101 characters", id="long-name"),
        pytest.param("{{ x" + "|trim" * 201 + " }}", "201 operators", id="operators"),
        pytest.param("{% if x %}" * 50 + "{% endif %}" * 50, "nested deeper than 50", id="blocks"),
        pytest.param("{{ x x }}", "not an expression", id="no-expression"),
    ],
)
def test_what_is_left_out_is_refused_by_name(text: str, what: str) -> None:
    with pytest.raises(BadInput) as caught:
        judge(f"\n{text}")

    assert what in caught.value.what
    assert caught.value.where is not None
    assert (caught.value.where.file, caught.value.where.line) == ("a.md", 2)
    assert caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "{% set x = y|default('a')|trim %}{% set z = range(1, 5) %}{% with a = y.b, c = d['e'] %}{{ a }}{% endwith %}",
        "{% for k, v in x|items if v is not none %}{{ loop.index }}{% else %}{% endfor %}",
        "{% if x is defined and x is not divisibleby(3) or not (y in [1]) %}{% elif z == 'a' %}{% else %}{% endif %}",
        "{{ x.a.0['b'][1:2]|map(attribute='c')|select('odd')|join(', ')|indent(4, true) }}",
        "{{ a if b else c if d else 'e' 'f' }}{{ {'a': [1, (2,), ()], } }}{{ -x // 2 % 3 }}",
        "{{ x|sort(attribute='a', reverse=true)|first }}{{ dict(a=1, b=x)|tojson(indent=2) }}{{ true }}{{ None }}",
        "{{ x|replace('\n', ' ')|selectattr('a', 'equalto', 1)|list }}{{ 1_000 }}{{ 1.5e3 }}",
    ],
)
def test_what_is_left_in_is_let_through(text: str) -> None:
    judge(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ x.y|f(z, a=b) is t }}", {"x", "z", "b"}),
        ("{% for a, b in c if d %}", {"a", "b", "c", "d"}),
        ("{% set a = b %}", {"a", "b"}),
        ("{{ 'x' ~ range(n) }}", {"n"}),
        ("{{ loop.index }}", set()),
        ("{{ not x is defined }}", {"x"}),
    ],
)
def test_names_in_a_piece(text: str, expected: set[str]) -> None:
    (chunk,) = scan(text, HERE)

    assert names(chunk) == expected


@pytest.mark.parametrize(
    "text", ["{% include x %}", "{% include ['a', 'b'] %}", "{% include 'a' ~ x %}", "{% include 'a' with context %}"]
)
def test_an_include_names_its_partial_as_plain_text(text: str) -> None:
    with pytest.raises(BadInput, match="must name its partial as plain text"):
        list(included(scan(text, HERE), "a.md"))


def test_includes_are_found() -> None:
    found = included(
        scan("{% include 'a' %}{%- include \"b/c\" ignore missing -%}{% raw %}{% include 'd' %}{% endraw %}", HERE),
        "a.md",
    )

    assert [name for name, _ in found] == ["a", "b/c"]


@pytest.mark.parametrize(
    "body", ["", "x x", "(x", "x)", "x.", "x|", "[x", "{x}", "x if", "x[", "1 2", "x is", "f(x", "x,", "'a' b"]
)
def test_what_is_no_expression_is_known(body: str) -> None:
    with pytest.raises(NotExpression):
        parse_expression(body)


def test_a_statement_says_what_it_gives() -> None:
    (chunk,) = scan("{% for k, v in x|items if k %}", HERE)
    statement = parse_statement(chunk)

    assert [given[0] for given in statement.gives] == [("k", "v")]
    assert [node.name for node in statement.reads] == ["k"]


def test_the_page_names_every_filter_and_every_bound() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/prompt-file.md").read_text(encoding="utf-8")
    listed = page[page.index("\nFilters: ") : page.index("\nFunctions: ")]
    bounds = page[page.index("### Bounds") : page.index("## Layout")]

    assert set(re.findall(r"`(\w+)`", listed)) == FILTERS
    assert {"range", "dict"} == FUNCTIONS
    assert {"for", "if", "set", "with", "include", "raw"} <= STATEMENTS
    for bound in (
        *(work.MAX_OUTPUT_CHARS, work.MAX_SIZE, FUEL, language.MAX_OPERATORS, language.MAX_BLOCKS, MAX_CHUNKS),
        *(MAX_INCLUDE_DEPTH, MAX_INCLUDES),
    ):
        assert f"{bound:,}" in bounds
    assert f"{work.MAX_COST_NS / 1e9:g} s" in bounds
