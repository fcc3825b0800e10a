"""Handlebars' layout rules, case by case; the expectations are those of Handlebars 4.7's own parser."""

import pytest

from assay.author.exchange.handlebars.parser import parse
from assay.author.exchange.handlebars.syntax import Block, Include, Node, Text
from assay.author.exchange.handlebars.whitespace import lay_out
from assay.core.location import Location


def texts(nodes: list[Node]) -> list[str]:
    found: list[str] = []
    for node in nodes:
        if isinstance(node, Text):
            found.append(node.text)
        elif isinstance(node, Block):
            found += texts(node.body)
            found += texts(node.otherwise or [])
    return found


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        pytest.param("a {{x}} b", ["a ", " b"], id="a-value-leaves-its-line-alone"),
        pytest.param("a\n {{x}} \nb", ["a\n ", " \nb"], id="a-value-alone-on-its-line-too"),
        pytest.param("a \n {{~x}} b", ["a", " b"], id="strip-before"),
        pytest.param("a {{x~}} \n b", ["a ", "b"], id="strip-after"),
        pytest.param("{{#if x}}\na\n{{/if}}\nb", ["a\n", "b"], id="standalone-block"),
        pytest.param("  {{#if x}}  \na\n  {{/if}}  \nb", ["", "a\n", "b"], id="indented-standalone-block"),
        pytest.param("q {{#if x}}\na\n{{/if}}\nb", ["q ", "\na\n", "b"], id="text-before-the-opening-tag"),
        pytest.param("{{#if x}}\na\n{{/if}} b", ["a\n", " b"], id="text-after-the-closing-tag"),
        pytest.param("{{#if x}} a\n{{/if}}\nb", [" a\n", "b"], id="text-after-the-opening-tag"),
        pytest.param("{{#if x}}\na\n{{else}}\nb\n{{/if}}\n", ["a\n", "b\n", ""], id="standalone-else"),
        pytest.param("{{#if x}}\na {{else}} b\n{{/if}}\n", ["a ", " b\n", ""], id="inline-else"),
        pytest.param("{{#if x}}\na\n{{else if y}}\nb\n{{else}}\nc\n{{/if}}\nd", ["a\n", "b\n", "c\n", "d"], id="chain"),
        pytest.param(
            "{{#if x}}\na\n{{else if y}}\nb\n{{else}}\nc\n  {{/if}}\nd", ["a\n", "b\n", "c\n  ", "d"], id="a-chains-end"
        ),
        pytest.param("{{#if x~}} a {{~else~}} b {{~/if}} c", ["a", "b", " c"], id="strips-of-a-block"),
        pytest.param("{{#if x}}a{{/if~}} \n b", ["a", "b"], id="strip-after-the-closing-tag"),
        pytest.param("a\n{{! note }}\nb", ["a\n", "b"], id="standalone-comment"),
        pytest.param("a\n  {{!-- note\nof two lines --}}  \nb", ["a\n", "b"], id="long-standalone-comment"),
        pytest.param("a {{! note }}\nb", ["a ", "\nb"], id="comment-after-text"),
        pytest.param("a\n{{> p}}\nb", ["a\n", "b"], id="standalone-partial"),
        pytest.param("a\r\n{{#if x}}\r\nb\r\n{{/if}}\r\nc", ["a\r\n", "b\r\n", "c"], id="carriage-returns"),
        pytest.param("{{#if x}}\n{{/if}}\na", ["", "a"], id="block-of-one-line-break"),
        pytest.param("{{#each a}}\n{{#if b}}\nc\n{{/if}}\n{{/each}}\n", ["", "c\n", "", ""], id="block-in-block"),
    ],
)
def test_text_is_trimmed_as_handlebars_does(template: str, expected: list[str]) -> None:
    nodes = parse(template, Location("a", 1))
    lay_out(nodes)

    assert texts(nodes) == expected


def test_the_indent_of_a_partial_is_noted() -> None:
    nodes = parse("a\n  {{> p}}\nb", Location("a", 1))
    lay_out(nodes)

    assert [n.indent for n in nodes if isinstance(n, Include)] == ["  "]
