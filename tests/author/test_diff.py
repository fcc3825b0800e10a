"""All that changed between two versions, and the number that it calls for."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from assay.author.change import Bump
from assay.author.diff import Diff, compare
from assay.author.types import Prompt
from assay.models.token_count import TokenCount
from assay.testing.memory_tree import prompt_of

BASE = """---
prompt: support.triage
description: Names a team.
version: 1.2.3
inputs:
  ticket: string
model:
  candidates: [openai/gpt-4o-mini]
  parameters: {temperature: 0, max_tokens: 16}
contract:
  choices: [billing, bug]
tools: [tool.yaml]
owner: support
---
system:
You sort tickets.
{% include "teams" %}

user:
{{ ticket }}
"""
TOOL = "name: look_up\ndescription: Looks up.\nparameters: {id: integer}\n"
FILES = {"partials/teams.md": "Teams: billing, bug", "tool.yaml": TOOL}


def prompt(*edits: tuple[str, str], files: dict[str, str] | None = None) -> Prompt:
    text = BASE
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return prompt_of(text, {**FILES, **(files or {})})


def diff(*edits: tuple[str, str], files: dict[str, str] | None = None) -> Diff:
    return compare(prompt(), prompt(*edits, files=files))


@pytest.mark.parametrize(
    ("edits", "files", "bump", "words"),
    [
        pytest.param([], {}, "none", "", id="nothing"),
        pytest.param([("You sort", "You quickly sort")], {}, "patch", "words out 0, in 1", id="wording"),
        pytest.param([], {"partials/teams.md": "Teams: bug"}, "patch", "partial 'teams' was reworded", id="partial"),
        pytest.param(
            [("user:", "assistant:\nHm.\n\nuser:")], {}, "patch", "'assistant' message was added", id="message"
        ),
        pytest.param([("system:", "developer:")], {}, "patch", "was 'system' before", id="role"),
        pytest.param([("temperature: 0", "temperature: 0.5")], {}, "patch", "from 0.0 to 0.5", id="parameter"),
        pytest.param([("gpt-4o-mini", "gpt-4o")], {}, "minor", "models went", id="model"),
        pytest.param([("  ticket", "  tone?: string\n  ticket")], {}, "minor", "'tone' was added", id="input"),
        pytest.param([("[billing, bug]", "[billing, bug, other]")], {}, "major", "new choices", id="contract"),
        pytest.param([("tools: [tool.yaml]\n", "")], {}, "major", "'look_up' was removed", id="tool-gone"),
        pytest.param(
            [("[tool.yaml]", "[tool.yaml, b.yaml]")], {"b.yaml": "name: b"}, "minor", "'b' was added", id="tool-new"
        ),
        pytest.param([], {"tool.yaml": TOOL.replace("Looks", "Seeks")}, "patch", "another way", id="tool-described"),
        pytest.param([], {"tool.yaml": TOOL.replace("integer", "any")}, "major", "did not take", id="tool-wider"),
        pytest.param(
            [], {"tool.yaml": TOOL.replace("integer", "'integer, n'")}, "patch", "in another way", id="tool-same"
        ),
        pytest.param([("owner: support", "owner: care")], {}, "none", "from support to care", id="owner"),
        pytest.param([("version: 1.2.3", "version: 1.2.4")], {}, "none", "version went", id="claimed-version"),
        pytest.param([("  choices", "  format: choice\n  choices")], {}, "none", "", id="the-same-said-twice"),
    ],
)
def test_one_change(edits: list[tuple[str, str]], files: dict[str, str], bump: Bump, words: str) -> None:
    found = diff(*edits, files=files)

    assert found.bump == bump
    assert (found.old.digest == found.new.digest) is (bump == "none")
    assert words in "".join(change.what for change in found.changes)
    assert len(found.changes) == bool(words)


def test_the_reasons_come_heaviest_first_and_the_number_follows_them() -> None:
    found = diff(
        ("You sort", "You do sort"), ("owner: support\n", ""), ("  ticket: string", "  ticket: any"), ("bug]", "cat]")
    )

    assert [change.bump for change in found.changes] == ["major", "minor", "minor", "patch", "none"]
    assert [change.bump for change in found.reasons] == ["major", "minor", "minor", "patch"]
    assert found.next_version == "2.0.0"


@pytest.mark.parametrize(("claim", "enough"), [("1.3.0", True), ("2.0.0", True), ("1.2.9", False), (None, None)])
def test_a_claimed_number_is_held_against_the_change(claim: str | None, enough: bool | None) -> None:
    new = prompt(("version: 1.2.3\n", f"version: {claim}\n" if claim else ""), ("  ticket: string", "  ticket: any"))

    assert compare(prompt(), new).claim_is_enough is enough


def test_what_is_only_written_in_another_way_is_a_patch() -> None:
    old = prompt_of("---\nprompt: a\n---\nuser:\nx\n")
    found = compare(old, prompt_of("---\nprompt: a\ncontract: {format: text}\n---\nuser:\nx\n"))

    assert [(change.area, change.bump) for change in found.changes] == [("form", "patch")]


def test_messages_of_one_role_are_told_apart_by_their_lines() -> None:
    found = diff(("user:", "user:\nHi.\n\nassistant:\nHello.\n\nuser:\nMy bill.\n\nassistant:\nYes?\n\nuser:"))

    assert [change.what for change in found.changes] == [
        "the 'user' message on line 20 was added",
        "the 'assistant' message on line 23 was added",
        "the 'user' message on line 26 was added",
        "the 'assistant' message on line 29 was added",
    ]


def test_messages_are_shown_word_by_word_where_they_stand() -> None:
    found = diff(("You sort tickets.", "You sort all tickets."), ("{{ ticket }}", "{{ ticket|trim }}"))
    system, user = found.messages

    assert (system.label, system.kind, str(system.where)) == ("system", "changed", "p.prompt.md:16")
    assert ("insert", " all") in [(s.op, s.text) for s in system.segments]
    assert [(s.op, s.text) for s in user.segments] == [("equal", "{{ ticket"), ("insert", "|trim"), ("equal", " }}")]
    assert [p.kind for p in found.partials] == ["same"]


def test_tokens_and_cost_are_those_of_the_fixed_text() -> None:
    asked = []

    def tokens(text: str, model: str) -> TokenCount:
        asked.append((text, model))
        return TokenCount(len(text.split()), exact=model.startswith("openai/"), encoding="o200k_base")

    new = prompt(("You sort tickets.", "You sort all tickets."), ("openai/gpt-4o-mini", "other/m"))
    found = compare(prompt(), new, tokens=tokens, price=lambda _, n: Decimal(n) / 1000)

    assert asked[0] == ("You sort tickets.\nTeams: billing, bug", "openai/gpt-4o-mini")
    assert found.as_dict()["tokens"] == {"old": 6, "new": 7, "change": 1, "exact": False}
    assert found.as_dict()["cost_per_1000_calls"] == {"old_usd": 6.0, "new_usd": 7.0, "change_usd": 1.0}


def test_an_unknown_price_is_no_cost_at_all() -> None:
    def tokens(text: str, model: str) -> TokenCount:
        return TokenCount(1, exact=True, encoding="o200k_base")

    assert compare(prompt(), prompt(), tokens=tokens, price=lambda _model, _n: None).cost is None
    assert compare(prompt(), prompt()).tokens is None


def test_a_prompt_without_a_model_is_counted_for_the_default() -> None:
    asked = set()

    def tokens(text: str, model: str) -> TokenCount:
        asked.add(model)
        return TokenCount(1, exact=True, encoding="o200k_base")

    bare = replace(prompt(), model=type(prompt().model)())
    compare(bare, bare, tokens=tokens, default_model="embedded/smollm2-135m-instruct")

    assert asked == {"embedded/smollm2-135m-instruct"}


def test_the_whole_is_json_ready_and_has_the_documented_keys() -> None:
    data = diff(("You sort", "You do sort"), ("  ticket: string", "  ticket: any")).as_dict()

    assert json.loads(json.dumps(data)) == data
    assert list(data) == [
        "old", "new", "bump", "next_version", "claim_is_enough", "changes", "messages", "partials", "tokens",
        "cost_per_1000_calls",
    ]  # fmt: skip
    assert list(data["messages"][0]) == ["label", "old_label", "kind", "segments", "where"]  # type: ignore[index] # a list
