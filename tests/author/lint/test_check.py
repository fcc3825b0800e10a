"""Applying the rules to prompts and projects."""

from datetime import date

import pytest

from assay.author.lint.check import check_project, check_prompt, selected
from assay.author.lint.rule import Finding, LintSettings
from assay.core.errors import BadInput
from assay.core.location import Location
from assay.testing.memory_tree import MemoryTree

TODAY = date(2027, 1, 15)
BARE = "---\nprompt: {}\n---\nsystem:\nYou help {{{{ who }}}}.\n\nuser:\nHello.\n"
CLEAN = """---
prompt: support.triage
description: Names the team that a ticket belongs to.
version: 1.0.0
inputs:
  ticket: {type: string, description: the customer's message, max_chars: 4000}
model:
  candidates: [openai/gpt-4o-mini]
  parameters: {temperature: 0, max_tokens: 16}
contract:
  choices: [billing, bug]
owner: support-platform
review_by: 2027-05-01
suites: [s.yaml]
---
system:
You sort support tickets. Answer with billing or bug.

user:
{{ ticket }}
"""


def found_by(findings: list[Finding]) -> list[str]:
    return [finding.rule for finding in findings]


def test_a_good_prompt_has_no_findings() -> None:
    source = MemoryTree({"p.prompt.md": CLEAN, "s.yaml": ""})

    assert check_project(source, today=TODAY, providers=["openai"]) == []


def test_findings_come_by_place_and_each_once() -> None:
    files = {"b.prompt.md": BARE.format("b"), "a.prompt.md": BARE.format("a")}
    findings = check_project(MemoryTree(files), today=TODAY)

    assert [f.where.file for f in findings] == sorted(f.where.file for f in findings)
    assert findings[-1].rule == "undeclared-input"
    assert findings[-1].where.line == 5
    assert len(set(findings)) == len(findings)


def test_a_shared_partial_is_complained_about_once() -> None:
    text = "---\nprompt: {}\n---\nuser:\n{{% include 'a' %}}\n"
    files = {"x.prompt.md": text.format("x"), "y.prompt.md": text.format("y"), "partials/a.md": "<|im_start|>"}
    findings = check_project(MemoryTree(files), today=TODAY)

    assert found_by(findings).count("control-tokens-in-text") == 1


def test_a_rule_is_left_out_for_one_prompt_or_for_all() -> None:
    ignoring = BARE.format("a").replace("---\nsystem", "lint: {ignore: [missing-owner]}\n---\nsystem")
    source = MemoryTree({"a.prompt.md": ignoring, "b.prompt.md": BARE.format("b")})
    findings = check_project(source, today=TODAY, settings=LintSettings(ignore=("no-suite",)))

    assert [f.where.file for f in findings if f.rule == "missing-owner"] == ["b.prompt.md"]
    assert "no-suite" not in found_by(findings)


def test_a_broken_lock_is_said_once_a_prompt_and_ends_nothing() -> None:
    source = MemoryTree({"a.prompt.md": BARE.format("a"), "prompts.lock": "partials: 5"})

    assert "unreadable" in found_by(check_project(source, today=TODAY))


def test_pins_come_from_the_lock_file() -> None:
    text = "---\nprompt: a\n---\nuser:\n{% include 'a' %}\n"
    files = {"a.prompt.md": text, "partials/a.md": "A"}
    digest = "sha256:559aead08264d5795d3909718cdd05abd49572e84fe55590eef31a88a08fdffd"

    assert "unpinned-partial" in found_by(check_project(MemoryTree(files), today=TODAY))
    pinned = {**files, "prompts.lock": f"partials:\n  a: {digest}\n"}
    assert "unpinned-partial" not in found_by(check_project(MemoryTree(pinned), today=TODAY))


def test_the_same_findings_come_for_a_prompt_alone(tree) -> None:
    context = tree({"p.prompt.md": BARE.format("a")})

    assert check_prompt(context.prompts[0], context) == check_project(context.source, today=TODAY)


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ([], ["a/x.prompt.md", "a/y.prompt.md", "ab.prompt.md"]),
        (["a"], ["a/x.prompt.md", "a/y.prompt.md"]),
        (["a/"], ["a/x.prompt.md", "a/y.prompt.md"]),
        (["."], ["a/x.prompt.md", "a/y.prompt.md", "ab.prompt.md"]),
        (["ab.prompt.md", "a/x.prompt.md", "ab.prompt.md"], ["ab.prompt.md", "a/x.prompt.md"]),
    ],
)
def test_files_and_folders_are_selected(paths: list[str], expected: list[str]) -> None:
    assert selected(["a/x.prompt.md", "a/y.prompt.md", "ab.prompt.md"], paths) == expected


def test_a_path_without_prompts_is_refused() -> None:
    with pytest.raises(BadInput, match="there is no prompt file at c"):
        selected(["a.prompt.md"], ["c"])


def test_a_finding_is_json_ready_with_every_key() -> None:
    finding = Finding("no-suite", "warning", "what", "hint", Location("a.prompt.md", 2, 1, "suites"))
    keys = ["rule", "level", "what", "hint", "file", "line", "column", "path"]

    assert list(finding.as_dict()) == keys
    assert Finding("x", "note", "what", "hint", Location("a")).as_dict()["line"] is None
