"""The id of a version: the same for what is the same, another for whatever shapes a reply."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.author.types import Prompt
from assay.author.version import canonical_form, digest_of
from assay.core.canonical import canonical_json, digest
from assay.testing.memory_tree import prompt_of

TEXT = """---
prompt: support.triage
description: Names a team.
version: 1.0.0
inputs:
  ticket: {type: string, description: it, trust: user, max_chars: 400, examples: [a]}
  tone?: string
model:
  candidates: [openai/gpt-4o-mini]
  parameters: {temperature: 0, max_tokens: 16}
contract:
  choices: [billing, bug]
  limits: {max_chars: 10}
  on_violation: {action: retry, attempts: 2}
tools: [look.yaml]
owner: support
reviewers: [legal]
risk: low
data_classes: [personal]
intended_use: Sorting.
review_by: 2027-05-01
suites: [s.yaml]
meta: {team: 5}
lint: {ignore: [no-suite]}
---
system:
You sort tickets.
{% include "teams" %}

insert: tone

user:
{{ ticket }}
"""
FILES = {
    "partials/teams.md": "billing or bug\n",
    "look.yaml": "name: look\ndescription: Looks.\nparameters: {id: integer}\n",
}


def prompt(*edits: tuple[str, str], path: str = "p.prompt.md", **files: str) -> Prompt:
    text = TEXT
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    folder = path.rpartition("/")[0]
    beside = {f"{folder}/{name}".lstrip("/"): text for name, text in {**FILES, **files}.items()}
    return prompt_of(text, beside, path=path)


BASE = digest_of(prompt())


def test_the_form_is_written_down_and_its_digest_is_that_of_its_canonical_json() -> None:
    form = canonical_form(prompt_of("---\nprompt: a\ninputs: {x: 'string, it'}\n---\nuser:\n{{ x }}\n"))

    assert form == {
        "form": "assay.prompt/1",
        "messages": [{"role": "user", "template": "{{ x }}"}],
        "partials": {},
        "inputs": {
            "x": {
                "schema": {"type": "string", "description": "it"},
                "required": True,
                "trust": "user",
                "max_chars": None,
            }
        },
        "model": {"candidates": [], "parameters": {}},
        "contract": None,
        "tools": [],
    }
    # Ids are kept in records: another digest here means that every known version has lost its id.
    assert digest(form) == "sha256:45256b9b7b9e3d36f24c5518e361018ff5e3f8370bc27d10ae727ee4b3958c27"
    assert len(BASE) == len("sha256:") + 64


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param([("prompt: support.triage", "prompt: other.name")], id="name"),
        pytest.param([("Names a team.", "Names the team.")], id="description"),
        pytest.param([("version: 1.0.0", "version: 2.0.0")], id="claimed-version"),
        pytest.param([("owner: support", "owner: care")], id="owner"),
        pytest.param([("reviewers: [legal]", "reviewers: [legal, x]")], id="reviewers"),
        pytest.param([("risk: low", "risk: critical")], id="risk"),
        pytest.param([("data_classes: [personal]", "data_classes: []")], id="data-classes"),
        pytest.param([("intended_use: Sorting.\n", "")], id="intended-use"),
        pytest.param([("2027-05-01", "2028-05-01")], id="review-by"),
        pytest.param([("suites: [s.yaml]", "suites: [t.yaml]")], id="suites"),
        pytest.param([("meta: {team: 5}", "meta: {team: 6, more: [1]}")], id="meta"),
        pytest.param([("lint: {ignore: [no-suite]}\n", "")], id="lint"),
        pytest.param([("examples: [a]", "examples: [b, c]")], id="examples"),
        pytest.param([("You sort", "\n\nYou sort")], id="blank-lines-around-a-message"),
        pytest.param([("  ticket: {type: string, ", "  # it\n  ticket: {  type:   'string', ")], id="spelling-of-yaml"),
        pytest.param(
            [("{type: string, description: it, trust: user,", "{description: it, type: string,")],
            id="key-order-and-defaults",
        ),
        pytest.param([("temperature: 0,", "temperature: 0.0,")], id="zero-is-zero"),
        pytest.param([("\n", "\r\n")], id="line-ends"),
        pytest.param([("tone?: string", "tone: {type: string, required: false}")], id="shorthand"),
    ],
)
def test_what_shapes_no_reply_changes_nothing(edits: list[tuple[str, str]]) -> None:
    text = TEXT
    for old, new in edits:
        text = text.replace(old, new)
    text = text.replace("\r\n", "\n")  # as a file is read

    assert digest_of(prompt_of(text, FILES)) == BASE


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param([("You sort tickets.", "You sort tickets!")], id="a-word"),
        pytest.param([("You sort tickets.\n", "You sort tickets. \n")], id="a-space-at-a-lines-end"),
        pytest.param([("system:", "developer:")], id="a-role"),
        pytest.param([("insert: tone\n\n", "")], id="an-insert"),
        pytest.param([("user:\n{{ ticket }}", "user:\n{{ ticket }}\n\nassistant:\nx")], id="a-message"),
        pytest.param([("description: it", "description: that")], id="an-inputs-description"),
        pytest.param([("trust: user", "trust: tool")], id="trust"),
        pytest.param([("max_chars: 400", "max_chars: 401")], id="length-limit"),
        pytest.param([("tone?: string", "tone: string")], id="required"),
        pytest.param([("tone?: string", "tone?: integer")], id="schema"),
        pytest.param([("tone?: string", "tone: {type: string, default: x}")], id="default"),
        pytest.param([("gpt-4o-mini", "gpt-4o")], id="model"),
        pytest.param([("max_tokens: 16", "max_tokens: 17")], id="parameter"),
        pytest.param([("temperature: 0, ", "")], id="a-parameter-that-is-not-sent"),
        pytest.param([("[billing, bug]", "[bug, billing]")], id="order-of-choices"),
        pytest.param([("max_chars: 10}", "max_words: 10}")], id="a-limit"),
        pytest.param([("attempts: 2", "attempts: 3")], id="attempts"),
        pytest.param([("tools: [look.yaml]\n", "")], id="tools"),
    ],
)
def test_whatever_shapes_a_reply_makes_another_version(edits: list[tuple[str, str]]) -> None:
    assert digest_of(prompt(*edits)) != BASE


def test_a_partial_is_a_part_of_the_version_and_its_place_is_not() -> None:
    assert digest_of(prompt(**{"partials/teams.md": "billing, bug\n"})) != BASE
    assert digest_of(prompt(path="deep/er/p.prompt.md")) == BASE
    assert digest_of(prompt_of(TEXT, {**FILES, "x/partials/teams.md": "other"})) == BASE


def test_a_tool_is_a_part_of_the_version() -> None:
    assert digest_of(prompt(**{"look.yaml": "name: look\ndescription: Seeks.\nparameters: {id: integer}\n"})) != BASE
    assert (
        digest_of(prompt(**{"look.yaml": '{"name": "look", "parameters": {"id": "integer"}, "description": "Looks."}'}))
        == BASE
    )


def test_both_forms_of_the_file_are_one_version() -> None:
    md = prompt_of("---\nprompt: a\ninputs: {h: any}\n---\nsystem:\nA\n\nB\n\ninsert: h\n\nuser:\n\\user:\n")
    messages = "  - system: |\n      A\n\n      B\n  - insert: h\n  - user: 'user:'\n"
    yaml = prompt_of(f"prompt: a\ninputs: {{h: any}}\nmessages:\n{messages}", path="p.prompt.yaml")

    assert digest_of(md) == digest_of(yaml)


def test_true_and_one_are_two_defaults() -> None:
    one, true = (
        digest_of(prompt_of(f"---\nprompt: a\ninputs: {{x: {{default: {v}}}}}\n---\nuser:\nx\n")) for v in ("1", "true")
    )

    assert one != true


@given(st.randoms(use_true_random=False))
def test_the_order_of_keys_and_comments_change_nothing(chance: random.Random) -> None:
    _, front, body = TEXT.split("---\n")
    blocks: list[str] = []
    for line in front.splitlines():
        if line.startswith(" "):
            blocks[-1] += f"\n{line}"
        else:
            blocks.append(line)
    chance.shuffle(blocks)
    lines = "".join(f"{chance.choice(['', '# note', ' '])}\n{block}\n" for block in blocks)

    assert digest_of(prompt_of(f"---\n{lines}---\n{body}", FILES)) == BASE


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(_json)
def test_any_default_has_a_canonical_form(default: object) -> None:
    base = prompt_of("---\nprompt: a\ninputs: {x: {default: 1}}\n---\nuser:\nx\n")
    changed = replace(base, inputs={"x": replace(base.inputs["x"], default=default)})

    assert digest_of(changed).startswith("sha256:")
    assert (digest_of(changed) == digest_of(base)) is (canonical_json(default) == b"1")
