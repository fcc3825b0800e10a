"""Native templates as Handlebars: what each part becomes, that layout survives, and what is refused."""

import pytest

from assay.author.exchange.handlebars.parser import parse
from assay.author.exchange.handlebars.syntax import Block, Node, Text
from assay.author.exchange.handlebars.whitespace import lay_out
from assay.author.exchange.handlebars.write import Writer
from assay.core.errors import BadInput
from assay.core.location import Location

PARTIALS = {"foot": "Bye {{ name }}", "row": "- {{ item.title }}"}


def written(source: str) -> str:
    return Writer("a.prompt.md", PARTIALS, lambda path: path == "user").write(source, Location("a.prompt.md", 3))


@pytest.mark.parametrize(
    ("source", "template"),
    [
        pytest.param("Hello {{ name }}", "Hello {{name}}", id="value"),
        pytest.param("{{ user.name|default('') }}", "{{user.name}}", id="guarded-value"),
        pytest.param("{{ (user.address|default(none)).city|default('') }}", "{{user.address.city}}", id="guarded-path"),
        pytest.param("{{ rows[0]['a b'] }}", "{{rows.0.[a b]}}", id="subscripts"),
        pytest.param("{{ user|tojson(compact=true) }}", "{{json user}}", id="json"),
        pytest.param("{{ user|tojson(indent=2) }}", "{{json user indent=2}}", id="json-indented"),
        pytest.param("{{ flag|tojson if flag is boolean else '' }}", "{{flag}}", id="boolean"),
        pytest.param(
            "{% if a %}x{% elif b %}y{% else %}z{% endif %}", "{{#if a}}x{{else if b}}y{{else}}z{{/if}}", id="if"
        ),
        pytest.param("{% if not a %}x{% endif %}", "{{#unless a}}x{{/unless}}", id="unless"),
        pytest.param("{% if user is not none %}x{% endif %}", "{{#if user}}x{{/if}}", id="an-object-is-there"),
        pytest.param("{% if a == 'x' %}y{% endif %}", '{{#ifEquals a "x"}}y{{/ifEquals}}', id="equal"),
        pytest.param("{% if a != b %}y{% endif %}", "{{#unlessEquals a b}}y{{/unlessEquals}}", id="unequal"),
        pytest.param(
            "{% for item in items %}{{ loop.index0 }}{{ item.title }}{{ name }}{% else %}none{% endfor %}",
            "{{#each items as |item|}}{{@index}}{{item.title}}{{@root.name}}{{else}}none{{/each}}",
            id="loop",
        ),
        pytest.param(
            "{% for k, v in m|items %}{{ k }}{{ v }}{% endfor %}",
            "{{#each m as |v k|}}{{k}}{{v}}{{/each}}",
            id="entries",
        ),
        pytest.param('{% include "foot" %}!', "{{> foot}}!", id="partial"),
        pytest.param(
            '{% with name = user.name %}{% include "foot" %}{% endwith %}!',
            "{{> foot name=user.name}}!",
            id="partial-with-values",
        ),
        pytest.param(
            '{% for item in items %}{% include "row" %}{% endfor %}',
            "{{#each items as |item|}}- {{item.title}}{{/each}}",
            id="partial-in-a-loop",
        ),
        pytest.param("{# note #}a{% raw %}{{ b }}{% endraw %}", "a\\{{ b }}", id="raw"),
        pytest.param("{{ '{{' }}a", "\\{{a", id="braces"),
    ],
)
def test_each_part_has_its_counterpart(source: str, template: str) -> None:
    assert written(source) == template


def printed(nodes: list[Node]) -> list[str]:
    found: list[str] = []
    for node in nodes:
        if isinstance(node, Text):
            found.append(node.text)
        elif isinstance(node, Block):
            found += [*printed(node.body), *printed(node.otherwise or [])]
    return found


@pytest.mark.parametrize(
    "source",
    [
        "a\n{% if x %}\nb\n{% endif %}\nc",
        "a\n  {% if x %}  \nb\n  {% else %}\nc\n{% endif %}\n",
        "{% if x %}\nb\n{% elif y %}\nc\n{% else %}\nd\n{% endif %}\ne",
        '\n{% include "foot" %}\na',
        "{% for x in xs %}\n{% if x %}\n  {{ x }}\n{% endif %}\n{% endfor %}",
        "{ {{ x }}} {{ y }}",
        "a \\{{ x }}",
    ],
)
def test_no_line_break_and_no_space_is_lost(source: str) -> None:
    native = [part for part in _literals(source) if part]
    nodes = parse(written(source), Location("a", 1))
    lay_out(nodes)

    assert "|".join(t for t in printed(nodes) if t) == "|".join(native)


def _literals(source: str) -> list[str]:
    from assay.author.scan import scan

    return [chunk.source for chunk in scan(source, Location("a", 1)) if chunk.kind == "text"]


@pytest.mark.parametrize(
    "source",
    [
        "a\n{{ name|upper }}",
        "a\n{% set x = 1 %}",
        "a\n{% if a and b %}x{% endif %}",
        "a\n{% if a is none %}x{% endif %}",
        "a\n{{ a ~ b }}",
        "a\n{{ loop.index }}",
        "a\n{% for x in xs if x %}{% endfor %}",
        "a\n{{- name }}",
        'a\n{% include "nowhere" %}',
        "a\n{% with a = b %}text{% endwith %}",
        "a\n{{ a if b else c }}",
    ],
)
def test_what_handlebars_cannot_say_is_refused_with_its_line(source: str) -> None:
    with pytest.raises(BadInput) as caught:
        written(source)

    assert caught.value.where == Location("a.prompt.md", 4)
    assert caught.value.hint
