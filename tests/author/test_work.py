"""Bounds: never too low for what is built, and no runaway template gets through."""

import json
import subprocess
import sys
import time

import minijinja
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.author import language, work
from assay.author.expression import parse_expression
from assay.author.template import Template
from assay.author.work import MAX_OUTPUT_CHARS, MAX_SIZE, Meter, _Walk, _whole, size_of
from assay.core.errors import BadInput
from assay.testing.memory_tree import prompt_of

LONG = "a" * 1_000_000
LOOPS = {
    "loop-of-10-to-the-10": "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
    "range-of-10-to-the-10": "{% for a in range(10000000000) %}x{% endfor %}",
    "loops-50-deep": "{% for a in range(9) %}" * 49 + "{% endfor %}" * 49,
    "loop-with-a-condition": "{% for a in range(100000) if a in range(100000) %}x{% endfor %}",
}
TEXTS = {
    "printed-a-million-times": "{% for a in range(100000) %}{{ long }}{% endfor %}",
    "text-in-a-loop": "{% for a in range(100000) %}" + "z" * 100_000 + "{% endfor %}",
    "text-in-loops": "{% for a in range(1000) %}{% for b in range(1000) %}" + "z" * 1_000 + "{% endfor %}{% endfor %}",
    "raw-text-in-a-loop": "{% for a in range(100000) %}{% raw %}" + "z" * 100_000 + "{% endraw %}{% endfor %}",
    "literal-in-a-loop": "{% for a in range(100000) %}{{ '" + "a" * 100_000 + "' }}{% endfor %}",
    "set-in-a-loop": "{% set s = '" + "a" * 100_000 + "' %}{% for a in range(100000) %}{{ s }}{% endfor %}",
    "a-partial-in-a-loop": "{% for a in range(100000) %}{% include 'big' %}{% endfor %}",
    "partials-in-partials": "{% include 'p0' %}",
    "else-of-a-loop": "{% for a in range(100000) %}{% for b in [] %}{% else %}"
    + "z" * 100_000
    + "{% endfor %}{% endfor %}",
}
BUILT = {
    "list-of-string-of-list": "{{ 'a'" + "|list|string" * 13 + "|length }}",
    "json-of-list-of-json": "{{ 'a'" + "|tojson|list" * 13 + "|length }}",
    "the-same-by-set": "{% set x = long|list|string %}" * 9 + "{{ x|length }}",
    "set-within-if": "{% set x = 'a' %}" + "{% if x %}{% set x = x|list|string %}{% endif %}" * 15 + "{{ x|length }}",
    "replace-by-longer": "{% set long = long|replace('a', 'aaaaaaaaaa') %}" * 9 + "{{ long }}",
    "replace-of-nothing": "{{ long|replace('', long) }}",
    "join-by-long": "{{ range(10000)|join(long) }}",
    "indent-far": "{{ ('\n' * 3 ~ long)|indent(1000000000) }}",
    "indent-by-a-value": "{{ long|indent(number) }}",
    "indent-of-lines": "{{ lines|indent(100) }}",
    "encoded-again-and-again": "{% set x = long|urlencode %}" * 3_000 + "{{ x|length }}",
    "escaped-again-and-again": "{% set x = long|e|lower %}" * 3_000 + "{{ x|length }}",
    "json-indented-deep": "{{ deep|tojson(16)|length }}",
    "concatenated": "{{ (" + "~".join(["long"] * 150) + ")|length }}",
    "added": "{{ (" + "+".join(["long"] * 150) + ")|length }}",
    "concatenated-often": "{{ (" + "~".join(["long"] * 15_000) + ")|length }}",
    "lists-in-a-list": "{{ [" + ",".join(["long|list"] * 60) + "]|length }}",
    "dict-of-long": "{{ dict(a=long ~ long, b=long ~ long)|tojson|list|length }}",
    "map-of-indent": "{{ range(1000)|map('indent', 9999999, true)|list|length }}",
    "map-of-a-filter-that-is-none": "{{ ['a']|map('center', 1000000000)|list }}",
    "map-of-format": "{{ ['%01000000000d']|map('format', 1)|list|length }}",
    "map-of-a-filter-by-value": "{{ ['a']|map(name, 1000000000)|list }}",
    "multiplied": "{{ 'a' * 1000000000 }}",
    "to-the-power": "{{ 9 ** 9 ** 9 }}",
    "a-method": "{{ long.center(1000000000) }}",
    "a-method-by-item": "{{ record['copy']() }}",
    "a-method-in-brackets": "{{ (record.copy)() }}",
    "a-macro-that-calls-itself": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "a-block": "{% set x %}" + "z" * 1000 + "{% endset %}{{ x }}",
    "a-recursive-loop": "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
}
OUTER = "{{% for a in {} %}}{}{{% for b in range(100000) %}}{{% if {} %}}{{% endif %}}{{% endfor %}}{{% endfor %}}"
SILENT = {
    "sort-in-a-loop": "{% for a in range(100000) %}{% if range(100000)|sort %}{% endif %}{% endfor %}",
    "upper-in-a-loop": "{% for a in range(100000) %}{% if long|upper == 'b' %}{% endif %}{% endfor %}",
    "search-in-a-loop": "{% for a in range(100000) %}{% if 'b' in long %}{% endif %}{% endfor %}",
    "search-in-a-list-in-a-loop": "{% for a in range(100000) %}{% if 'b' in many %}{% endif %}{% endfor %}",
    "comparing-in-a-loop": "{% for a in range(100000) %}{% if long == long2 %}{% endif %}{% endfor %}",
    "slices-in-a-loop": "{% for a in range(100000) %}{% if long[1:] %}{% endif %}{% endfor %}",
    "tests-in-a-loop": "{% for a in range(100000) %}{% if long is eq(long2) %}{% endif %}{% endfor %}",
    "set-in-an-outer-loop": OUTER.format("range(1000)", "{% set x = long|upper %}", "x|lower"),
    "the-outer-loops-value": OUTER.format("[long]", "", "a|upper == 'b'"),
    "groups-in-a-loop": "{% for a in range(100000) %}{% for g in records|groupby('a') %}{% endfor %}{% endfor %}",
    "many-filters-one-by-one": "{% if many|sort %}{% endif %}" * 3_000,
    "by-with": "{% with x = long|upper %}" + OUTER.format("[1]", "", "x|lower") + "{% endwith %}",
    "in-a-partial": "{% for a in range(100000) %}{% include 'upper' %}{% endfor %}",
    "the-item-before": OUTER.format("[long, long]", "{% set x = loop.previtem|default(a) %}", "x|upper"),
}
FORMS = {
    "brackets-100000-deep": "{{ " + "(" * 100_000 + "1" + ")" * 100_000 + " }}",
    "not-100000-times": "{{ " + "not " * 100_000 + "long }}",
    "minus-100000-times": "{{ " + "- " * 100_000 + "number }}",
    "parts-100000-deep": "{{ record" + ".a" * 100_000 + " }}",
    "items-100000-deep": "{{ record" + "[0]" * 100_000 + " }}",
    "filters-100000-deep": "{{ long" + "|trim" * 100_000 + " }}",
    "if-else-100000-deep": "{{ " + "1 if long else " * 100_000 + "2 }}",
    "and-100000-times": "{{ " + "long and " * 100_000 + "long }}",
    "is-100000-times": "{{ long" + " is defined" * 100_000 + " }}",
    "lists-100000-deep": "{{ " + "[" * 100_000 + "]" * 100_000 + " }}",
    "ifs-5000-deep": "{% if long %}" * 4_900 + "{% endif %}" * 4_900,
    "elifs": "{% if long %}" + "{% elif long %}" * 5_000 + "{% endif %}",
    "many-pieces": "{{ number }}\n" * 200_000,
    "many-comments": "{##}\n" * 200_000,
    "a-long-name": "{{ " + "a" * 500_000 + " }}",
    "a-long-name-set": "{% set b = " + "a" * 500_000 + " %}",
    "spaces-in-a-loop-line": "{% for a" + " " * 500_000 + "b %}{% endfor %}",
    "a-quote-that-never-ends": "{{ '" + "a" * 500_000 + " }}",
    "quotes": "{{ " + "\" '" * 100_001 + " }}",
    "braces": "{" * 500_000,
    "many-openings": "{{ " * 200_000,
    "a-long-statement": "{% " + "a" * 100_000 + " %}",
}
RUNAWAYS = {**LOOPS, **TEXTS, **BUILT, **SILENT, **FORMS}
FILES = {
    "partials/big.md": "z" * 100_000,
    "partials/upper.md": "{% if long|upper == 'b' %}{% endif %}",
    **{f"partials/p{i}.md": f"{{% include 'p{i + 1}' %}}" * 10 for i in range(9)},
    "partials/p9.md": "text" * 1_000,
}
VALUES: dict[str, object] = {
    "long": LONG,
    "long2": LONG[:],
    "lines": "\n" * 1_000_000,
    "number": 1_000_000_000,
    "name": "center",
    "record": {"a": "b"},
    "records": [{"a": i} for i in range(20_000)],
    "many": ["a"] * 100_000,
    "deep": json.loads("[" * 90 + "1," * 200_000 + "1" + "]" * 90),
}
FRONT = f"---\nprompt: a\ninputs: {{{', '.join(f'{name}: any' for name in VALUES)}}}\n---\nuser:\n"


@pytest.mark.parametrize("name", RUNAWAYS)
def test_a_runaway_template_is_stopped_soon_with_one_sentence(name: str) -> None:
    begin = time.process_time()
    with pytest.raises(BadInput) as caught:
        Template(prompt_of(f"{FRONT}{RUNAWAYS[name]}\n", FILES)).render(VALUES)

    assert time.process_time() - begin < 5  # a guard against hanging; coverage alone doubles the time
    assert caught.value.where is not None
    assert caught.value.where.line is not None
    assert len(caught.value.what) < 300
    assert "\n" not in caught.value.what


def test_none_of_them_takes_much_memory() -> None:
    script = """
import json, re, resource, sys
from assay.author.template import Template
from assay.core.errors import BadInput
from assay.testing.memory_tree import prompt_of
front, files, values, bodies = json.load(sys.stdin)
resource.setrlimit(resource.RLIMIT_AS, (1_200_000_000, 1_200_000_000))
for body in bodies:
    try:
        Template(prompt_of(front + body + "\\n", files)).render(values)
    except BadInput:
        continue
    sys.exit("not stopped: " + body[:80])
print(int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024)
"""
    given_to_it = json.dumps([FRONT, FILES, VALUES, list({**LOOPS, **TEXTS, **BUILT}.values())])
    done = subprocess.run(
        [sys.executable, "-c", script], input=given_to_it, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr[-500:]
    assert int(done.stdout) < 700, "megabytes, the values themselves included"


DOCS = [{"text": "w " * 500, "kind": "a", "tags": ["ab"] * 10}] * 2_000


@pytest.mark.parametrize(
    ("body", "docs"),
    [
        pytest.param("{% for d in docs %}{{ d.text|trim|upper }}\n{% endfor %}", DOCS, id="filtered-documents"),
        pytest.param("{% for d in docs|sort(attribute='text') %}{{ d.text }}{% endfor %}", DOCS, id="sorted"),
        pytest.param(
            "{% for d in docs[:1000] %}{% for t in d.tags %}{{ t|title }}, {% endfor %}{% endfor %}", DOCS, id="loops"
        ),
        pytest.param(
            "{% for d in docs %}{% set t = d.text|replace('a', 'b')|trim %}"
            "{% if t|length > 3 and t != 'x' %}{{ t }}{% endif %}{% endfor %}",
            DOCS,
            id="set-in-a-loop",
        ),
        pytest.param("{{ docs|map(attribute='text')|join('\n\n') }}", DOCS, id="joined"),
        pytest.param("{{ docs|map(attribute='text')|map('upper')|join('\n\n') }}", DOCS[:500], id="mapped"),
        pytest.param("{{ docs|tojson(2) }}", DOCS[:200], id="as-json"),
        pytest.param("{{ docs|trim|replace('\n', ' ')|upper }}", "line of text\n" * 100_000, id="a-long-text"),
        pytest.param("{% for i in range(1000) %}{{ i }}{% if not loop.last %},{% endif %}{% endfor %}", "", id="turns"),
        pytest.param(
            "{% for d in docs if d.kind == wanted and 'w' in d.text %}{{ d.text }}{% else %}none{% endfor %}",
            DOCS,
            id="chosen",
        ),
        pytest.param("{{ docs }}", "w" * MAX_OUTPUT_CHARS, id="as-long-as-may-be"),
    ],
)
def test_honest_templates_over_much_text_are_not_stopped(body: str, docs: object) -> None:
    prompt = prompt_of(f"---\nprompt: a\ninputs: {{docs: any, wanted: any}}\n---\nuser:\n{body}\n")

    assert Template(prompt).render({"wanted": "a", "docs": docs})[0].content


def test_one_character_too_many_is_refused() -> None:
    with pytest.raises(BadInput, match="longer than 10,000,000 characters"):
        Template(prompt_of("---\nprompt: a\ninputs: {x: any}\n---\nuser:\n{{ x }}\n")).render(
            {"x": "w" * (MAX_OUTPUT_CHARS + 1)}
        )


def test_a_meter_counts_turns_and_characters() -> None:
    meter = Meter({1: (10.0, work.MAX_COST_NS / 2)}, chars=MAX_OUTPUT_CHARS - 25)
    meter.turn(1)
    meter.turn(1)
    meter.printed(5)

    with pytest.raises(BadInput, match="longer"):
        meter.printed(1)
    with pytest.raises(BadInput, match="too much work"):
        Meter({1: (0.0, work.MAX_COST_NS + 1.0)}, chars=0).turn(1)


@pytest.mark.parametrize(
    ("value", "size"),
    [("", 0), ("abc", 3), (["a", "bc"], 23), ({"k": "v"}, 22), (5, 20), (None, 20), ([[], {}], 20)],
)
def test_the_size_of_a_value(value: object, size: int) -> None:
    assert size_of(value) == size


# No value is larger than its bound: expressions from pieces, evaluated by the engine.

_ATOMS = """s t l d n 'lit' '' [s,t] {'a':s,'b':l} range(5) d.k l[0] l[1:] s[:2] dict(a=l)"""
_WITH_ARGUMENTS = {"attr", "map", "select", "reject", "selectattr", "rejectattr", "groupby", "indent", "replace"}
_GIVEN = """map('upper') map('list') map('tojson') map('string') map('replace','a','bbbb') map('indent',3)
    map(attribute='k') select reject('odd') indent(7) indent(30,true) replace('a','xyz') replace('',t) replace(t,s)
    replace('ab','') join(s) join('--') tojson(4) tojson(indent=2) split('a') split('') default(l) sort(reverse=true)"""
_atoms = st.sampled_from(_ATOMS.split())
_filters = st.sampled_from([*sorted(language.FILTERS - _WITH_ARGUMENTS), *_GIVEN.split()])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({})|{}".format, inner, _filters),
        st.builds("({} {} {})".format, inner, st.sampled_from(["~", "+", "==", "in", "and", "or", "<"]), inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("(not {})".format, inner),
        st.builds("({} is {})".format, inner, st.sampled_from(["defined", "string", "in [1]", "eq(s)"])),
    )


_words = st.text(alphabet="ab\n<&'\"%ß\x01é", max_size=12)


@settings(max_examples=250)
@given(
    expression=st.recursive(_atoms, _grown, max_leaves=6),
    s=_words,
    t=_words,
    items=st.lists(_words | st.integers(0, 10**12) | st.none() | st.booleans(), max_size=4),
)
def test_no_value_is_larger_than_its_bound(expression: str, s: str, t: str, items: list[object]) -> None:
    values: dict[str, object] = {"s": s, "t": t, "l": items, "d": {"k": items, t: s}, "n": 7}
    built: list[object] = []
    environment = minijinja.Environment(
        undefined_behavior="strict", pycompat=False, finalizer=lambda v: built.append(v) or ""
    )
    environment.auto_escape_callback = lambda _name: False
    environment.add_filter("tojson", language.OWN_FILTERS["tojson"])
    try:
        environment.render_str(f"{{{{ {expression} }}}}", "t", **values)
    except (minijinja.TemplateError, TypeError):
        return
    walk = _Walk({name: _whole(value) for name, value in values.items()})
    try:
        bound = walk.bound(parse_expression(expression))
    except BadInput:
        return

    assert size_of(built[0]) <= max(bound.size, 30), expression
    assert bound.size <= MAX_SIZE
