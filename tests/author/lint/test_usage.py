"""Which names templates use, and which inputs stand behind them."""

import pytest

from assay.author.lint.place import place_of_input
from assay.author.lint.usage import is_free_text, printed, usages, used_inputs
from assay.testing.memory_tree import prompt_of

FILES = {"partials/a.md": "{{ deep }}"}


def prompt(body: str, inputs: str = "x: any, y: any, deep: any"):
    return prompt_of(f"---\nprompt: a\ninputs: {{{inputs}}}\n---\nuser:\n{body}\n", FILES)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("{{ x }}", ["x"], id="plain"),
        pytest.param("{{ x ~ y|upper }}", ["x", "y"], id="two"),
        pytest.param("{% for i in x %}{{ i.name }}{% endfor %}", ["x"], id="loop"),
        pytest.param("{% for k, v in x|items %}{{ v }}{% endfor %}", ["x"], id="pair"),
        pytest.param("{% set a = x %}{% set b = a %}{{ b }}", ["x"], id="chain"),
        pytest.param("{% with a = y %}{{ a }}{% endwith %}", ["y"], id="with"),
        pytest.param("{% include 'a' %}", ["deep"], id="partial"),
        pytest.param("{% if x %}{{ y }}{% endif %}", ["y"], id="condition"),
        pytest.param("{{ y.x }} {{ 'x' }}", ["y"], id="attribute-and-text"),
    ],
)
def test_printed_inputs(body: str, expected: list[str]) -> None:
    made = prompt(body)

    assert sorted({name for name, _ in printed(made, usages(made)[0])}) == expected


def test_what_is_only_asked_about_is_used_and_not_printed() -> None:
    made = prompt("{% if x %}yes{% endif %}")

    assert used_inputs(made) == {"x"}
    assert list(printed(made, usages(made)[0])) == []


@pytest.mark.parametrize(
    ("schema", "free"),
    [
        ({}, True),
        ({"type": "string"}, True),
        ({"type": ["string", "null"]}, True),
        ({"type": "array"}, True),
        ({"type": "integer"}, False),
        ({"type": ["number", "null"]}, False),
        ({"enum": ["a"]}, False),
        ({"type": "string", "const": "a"}, False),
    ],
)
def test_what_can_hold_text_of_ones_own(schema: dict[str, object], free: bool) -> None:
    assert is_free_text(schema) is free


def test_an_input_is_found_under_its_key_with_marks() -> None:
    made = prompt("x", "'xs?': any, 'x?(array, some)': string")

    assert place_of_input(made, "x").path == "inputs.x?(array, some)"
    assert place_of_input(made, "z").path == "inputs"
