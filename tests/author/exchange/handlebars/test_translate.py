"""Handlebars and the native translation of it print the same.

The expectations are what dotprompt's own library prints.
"""

from collections.abc import Callable

import pytest

from assay.author.exchange.dialect import Imported
from assay.author.exchange.from_dotprompt import load
from assay.author.types import Prompt
from assay.core.errors import BadInput

PARTIALS = {
    "greet": "Hi {{name}}\n",
    "outer": "<{{> greet}}>",
    "card": "[{{name}}|{{city}}]",
    "this": "({{this}})",
    "loop-a": "{{> loop-b}}",
    "loop-b": "{{> loop-a}}",
    "roles": '{{role "system"}}Be kind.{{role "user"}}',
}


def imported(template: str) -> Imported:
    return load(template, "a.prompt", lambda path: PARTIALS.get(path.removeprefix("_").removesuffix(".prompt")))


CASES = [
    pytest.param("{{a}}|{{b}}", {"a": "x"}, "x|", id="a-missing-value-prints-nothing"),
    pytest.param("{{a}}|", {"a": None}, "|", id="null-prints-nothing"),
    pytest.param("{{a}}|{{b}}|{{c}}", {"a": 1, "b": 2.0, "c": 0}, "1|2|0", id="numbers-print-as-in-json"),
    pytest.param("{{u.a.b}}|", {}, "|", id="a-path-into-nothing"),
    pytest.param("{{u.a.b}}|", {"u": {"a": {"b": "x"}}}, "x|", id="a-path"),
    pytest.param("{{u.a.b}}|", {"u": {"a": None}}, "|", id="a-path-through-null"),
    pytest.param("{{rows.[0].a}}|", {"rows": [{"a": "x"}]}, "x|", id="an-index"),
    pytest.param("{{#if a}}y{{else}}n{{/if}}|", {"a": ""}, "n|", id="empty-text-is-false"),
    pytest.param("{{#if a}}y{{else}}n{{/if}}|", {"a": []}, "n|", id="an-empty-list-is-false"),
    pytest.param("{{#if a}}y{{else}}n{{/if}}|", {"a": 0}, "n|", id="zero-is-false"),
    pytest.param("{{#if u}}{{u.x}}y{{else}}n{{/if}}|", {"u": {}}, "y|", id="an-empty-object-is-true"),
    pytest.param("{{#unless a}}y{{/unless}}|", {}, "y|", id="unless"),
    pytest.param("{{#if a}}1{{else if b}}2{{else}}3{{/if}}|", {"b": True}, "2|", id="else-if"),
    pytest.param("{{#with u}}{{a}}{{else}}none{{/with}}|", {"u": {"a": "x"}}, "x|", id="with"),
    pytest.param("{{#with u}}{{a}}{{else}}none{{/with}}|", {}, "none|", id="with-nothing"),
    pytest.param("{{#each xs}}{{this}},{{/each}}|", {"xs": ["a", None, "b"]}, "a,,b,|", id="each"),
    pytest.param("{{#each xs}}x{{else}}none{{/each}}|", {"xs": []}, "none|", id="each-of-nothing"),
    pytest.param("{{#each xs}}x{{else}}none{{/each}}|", {}, "none|", id="each-of-a-missing-list"),
    pytest.param(
        "{{#each xs}}{{@index}}{{#if @first}}f{{/if}}{{#if @last}}l{{/if}} {{/each}}|",
        {"xs": ["a", "b"]},
        "0f 1l |",
        id="loop-data",
    ),
    pytest.param(
        "{{#each m}}{{@key}}={{this}};{{/each}}|", {"m": {"b": 1, "a": 2}}, "b=1;a=2;|", id="each-of-an-object"
    ),
    pytest.param(
        "{{#each xs}}{{n}}{{../n}}{{@root.n}} {{/each}}|", {"xs": [{"n": "i"}], "n": "o"}, "ioo |", id="scopes"
    ),
    pytest.param(
        "{{#each xs}}{{#each ys}}{{this}}{{../n}}{{../../n}} {{/each}}{{/each}}|",
        {"xs": [{"n": "i", "ys": ["y"]}], "n": "o"},
        "yio |",
        id="scopes-in-scopes",
    ),
    pytest.param("{{#each xs as |x i|}}{{i}}{{x}} {{/each}}|", {"xs": ["a"]}, "0a |", id="block-names"),
    pytest.param('{{#ifEquals a "x"}}y{{else}}n{{/ifEquals}}|', {"a": "x"}, "y|", id="equal"),
    pytest.param("{{#ifEquals a 1}}y{{else}}n{{/ifEquals}}|", {"a": True}, "n|", id="true-is-not-one"),
    pytest.param("{{#ifEquals a '1'}}y{{else}}n{{/ifEquals}}|", {"a": 1}, "n|", id="one-is-not-its-digit"),
    pytest.param(
        "{{#unlessEquals a b}}y{{else}}n{{/unlessEquals}}|", {"a": 0, "b": False}, "y|", id="zero-is-not-false"
    ),
    pytest.param("{{json a}}|", {"a": {"x": [1, "é<"]}}, '{"x":[1,"é<"]}|', id="json"),
    pytest.param("{{json a indent=2}}|", {"a": {"x": 1}}, '{\n  "x": 1\n}|', id="json-indented"),
    pytest.param("{{@auth.email}}|{{@auth.name}}", {"auth": {"email": "e"}}, "e|", id="context"),
    pytest.param(
        "{{auth}}{{@auth.id}}|", {"auth": "a", "context_auth": {"id": "i"}}, "ai|", id="context-beside-an-input"
    ),
    pytest.param("{{> greet}}\nthen", {"name": "Ann"}, "Hi Ann\nthen", id="partial"),
    pytest.param("{{> outer}}|", {"name": "Ann"}, "<Hi Ann\n>|", id="partial-in-partial"),
    pytest.param("{{> card name=u.n}}|", {"u": {"n": "x"}, "city": "c"}, "[x|c]|", id="partial-with-values"),
    pytest.param("{{> card u}}|", {"u": {"name": "x", "city": "c"}}, "[x|c]|", id="partial-about-a-value"),
    pytest.param(
        "{{#each us}}{{> card}}{{/each}}|", {"us": [{"name": "x", "city": "c"}]}, "[x|c]|", id="partial-in-a-loop"
    ),
    pytest.param("{{#each xs}}{{> this}}{{/each}}|", {"xs": ["a", "b"]}, "(a)(b)|", id="partial-about-this"),
    pytest.param("\\{{a}} { {% {# }} {{a}}", {"a": "x"}, "{{a}} { {% {# }} x", id="braces-are-text"),
    pytest.param("{ {{~a}}", {"a": "x"}, "{x", id="a-brace-before-a-value"),
    pytest.param(
        "a\nuser:\n\\system:\nb {{a}}", {"a": "x"}, "a\nuser:\n\\system:\nb x", id="lines-that-look-like-roles"
    ),
    pytest.param(
        "{{a}}",
        {"a": "{{b}} {% if %}\nsystem:\n<<<dotprompt:role:system>>>"},
        "{{b}} {% if %}\nsystem:\n<<<dotprompt:role:system>>>",
        id="a-value-stays-a-value",
    ),
]


@pytest.mark.parametrize(("template", "data", "text"), CASES)
def test_the_translation_prints_the_same(
    template: str,
    data: dict[str, object],
    text: str,
    read_back: Callable[[Imported], Prompt],
    messages: Callable[..., list[tuple[str, str]]],
) -> None:
    assert messages(read_back(imported(template)), **data) == [("user", text)]


@pytest.mark.parametrize(
    ("template", "body"),
    [
        pytest.param("Hello {{name}}!", "Hello {{ name }}!", id="value"),
        pytest.param("{{#if a}}\nx\n{{/if}}\ny", "{% if a %}x\n{% endif %}y", id="condition"),
        pytest.param(
            "{{#each tickets}}{{title}}{{/each}}",
            "{% for ticket in tickets %}{{ ticket.title|default('') }}{% endfor %}",
            id="loop",
        ),
        pytest.param(
            "{{#each entries}}{{this}}{{/each}}", "{% for entry in entries %}{{ entry }}{% endfor %}", id="singular"
        ),
        pytest.param(
            "{{#each xs}}{{this}}{{/each}}{{item}}",
            "{% for item_2 in xs %}{{ item_2 }}{% endfor %}{{ item }}",
            id="taken-name",
        ),
        pytest.param("{{> outer}}", '{% include "outer" %}', id="partial"),
    ],
)
def test_the_translation_reads_well(template: str, body: str) -> None:
    assert imported(template).text.split("user:\n")[1].rstrip("\n") == body


def test_a_partial_is_written_once_for_each_meaning_of_its_names() -> None:
    found = imported("{{> card}}{{> card u}}{{> card}}")

    assert sorted(found.partials) == ["card", "card-2"]
    assert found.text.count('{% include "card" %}') == 2


def test_roles_in_a_partial_are_written_out(read_back: Callable[..., Prompt], messages: Callable[..., object]) -> None:
    assert messages(read_back(imported("{{> roles}}Hello"))) == [("system", "Be kind."), ("user", "Hello")]


@pytest.mark.parametrize(
    ("template", "line", "what"),
    [
        pytest.param('a\n{{#if x}}{{role "system"}}{{/if}}', 2, "'{{role}}' stands inside a block", id="role-in-block"),
        pytest.param(
            "{{#each x}}\n{{history}}{{/each}}", 2, "'{{history}}' stands inside a block", id="history-in-block"
        ),
        pytest.param("{{role r}}x", 1, "a role is not given as plain text", id="role-from-a-value"),
        pytest.param('{{role "boss"}}x', 1, "no role is named 'boss'", id="unknown-role"),
        pytest.param("{{shout name}}", 1, "the helper 'shout' is not known", id="helper"),
        pytest.param("{{#shout}}a{{/shout}}", 1, "the block helper 'shout' is not known", id="block-helper"),
        pytest.param("x\n{{user}}{{user.name}}", 2, "'user' is an object", id="object-printed"),
        pytest.param("{{../a}}", 1, "leads out of the template", id="out-of-the-template"),
        pytest.param("{{@index}}", 1, "is not inside its own {{#each}}", id="index-outside"),
        pytest.param(
            "{{#each a}}{{#each b}}{{@../index}}{{/each}}{{/each}}", 1, "is not inside its own", id="outer-index"
        ),
        pytest.param("{{my-name}}", 1, "'my-name' cannot be the name of an input", id="dashed-name"),
        pytest.param("{{loop}}", 1, "'loop' cannot be the name of an input", id="reserved-name"),
        pytest.param("a\n\n{{> nowhere}}", 3, "there is no partial 'nowhere'", id="missing-partial"),
        pytest.param("{{> loop-a}}", 1, "in a circle: loop-a → loop-b → loop-a", id="circle"),
        pytest.param("a\n  {{> greet}}\nb", 2, "the partial 'greet' is indented", id="indented-partial"),
        pytest.param("{{json a b}}", 1, "'json' takes one value", id="json-of-two"),
        pytest.param("{{#if a b}}x{{/if}}", 1, "'#if' takes one value", id="if-of-two"),
        pytest.param("{{#ifEquals a}}x{{/ifEquals}}", 1, "a comparison takes two values", id="comparison-of-one"),
        pytest.param("{{@metadata.prompt}}", 1, "'@metadata.prompt' is not part", id="metadata"),
        pytest.param('{{"x"}}', 1, "the helper 'x' is not known", id="literal"),
    ],
)
def test_what_cannot_be_said_is_refused_with_its_line(template: str, line: int, what: str) -> None:
    with pytest.raises(BadInput) as caught:
        imported(template)

    assert what in caught.value.what
    assert caught.value.where is not None
    assert caught.value.where.line == line
    assert caught.value.hint


def test_partials_that_multiply_are_stopped_early() -> None:
    texts = {f"p{i}": f"{{{{> p{i + 1} a=x}}}}{{{{> p{i + 1} a=y.z}}}}" for i in range(30)} | {"p30": "{{a}}"}

    with pytest.raises(BadInput, match="includes are nested deeper"):
        load("{{> p0 a=q}}", "a.prompt", lambda path: texts.get(path.removeprefix("_").removesuffix(".prompt")))
