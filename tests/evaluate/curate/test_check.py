"""Leaks, duplicates, contradictions and odd inputs are found with both places, and near misses are not."""

import json
from pathlib import Path

import pytest

from assay.author.parse import load_prompt
from assay.author.source import WorkingTree
from assay.core.errors import BadInput
from assay.evaluate.curate.check import RULES, Check, find_problems, problems_as_sarif
from assay.evaluate.curate.leak import PromptWords
from assay.evaluate.dataset import DatasetFile

PROMPT = """\
---
prompt: desk.sort
version: 1.0.0
inputs:
  ticket:
    type: string
    examples: ["My parcel has been lying in the depot for nine days now"]
---
system:
Sort the ticket into billing, bug or other.
Example: "I was charged twice in May and nobody answers my letters." is billing.

user:
{{ ticket }}
"""


@pytest.fixture
def words(tmp_path: Path) -> PromptWords:
    (tmp_path / "sort.prompt.md").write_text(PROMPT, encoding="utf-8")
    return PromptWords(load_prompt(WorkingTree(tmp_path), "sort.prompt.md"))


@pytest.fixture
def check(tmp_path: Path):
    def run(*rows: dict[str, object], **more: object) -> list[tuple[str, str, str, str | None]]:
        path = tmp_path / "d.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        found = find_problems({"d": DatasetFile(path, "d.jsonl")}, Check(**more))
        return [(p.rule, p.level, str(p.where), None if p.other is None else str(p.other.line)) for p in found]

    return run


def case(name: str, ticket: object, **more: object) -> dict[str, object]:
    return {"id": name, "inputs": {"ticket": ticket}, **more}


@pytest.mark.parametrize(
    ("row", "level", "line"),
    [
        (case("a", "I was charged twice in May, and nobody answers my letters!"), "error", 11),
        (case("a", "Hello, I was charged twice in May and nobody answers any letters"), "warning", 11),
        (case("a", "x", expected="sort the ticket into billing, bug or other"), "error", 10),
        (case("a", ["x", {"y": "my parcel has been lying in the depot for nine days now"}]), "error", 7),
    ],
)
def test_a_case_that_stands_in_the_prompt_is_a_leak(check, words, row, level, line):
    ((rule, found, where, other),) = check(row, prompts=[words])

    assert (rule, found, where, int(other)) == ("leak", level, "d.jsonl:1", line)


@pytest.mark.parametrize(
    "row",
    [
        case("a", "billing", expected="billing"),
        case("a", "charged twice in May"[:15]),
        case("a", "I was charged for a parcel that nobody in your shop has ever sent to me"),
        case("a", "the depot answers letters, the ticket is a bug or other, nobody sorts my parcel for May"),
    ],
)
def test_words_that_the_prompt_uses_too_are_no_leak(check, words, row):
    assert check(row, prompts=[words]) == []


LONG = "The parcel that I ordered on Monday has still not come, and the tracking page shows nothing at all"


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        pytest.param({"expected": "bug"}, {"expected": "bug"}, ("duplicate", "warning"), id="twice"),
        pytest.param({"expected": "bug"}, {"expected": "other"}, ("contradiction", "error"), id="contradiction"),
        pytest.param({"cluster": "c"}, {"cluster": "c"}, None, id="one cluster"),
        pytest.param({"cluster": "c"}, {"cluster": "d"}, ("duplicate", "warning"), id="two clusters"),
        pytest.param(
            {"cluster": "c", "expected": 1},
            {"cluster": "c", "expected": 2},
            ("contradiction", "error"),
            id="in a cluster",
        ),
    ],
)
def test_the_same_inputs_twice(check, first, second, found):
    rows = [
        case("a", LONG, **first),
        case("b", "something else that is long enough"),
        case("c", LONG.upper(), **second),
    ]

    assert check(*rows) == ([] if found is None else [(*found, "d.jsonl:3", "1")])


def test_nearly_the_same_inputs(check):
    changed = LONG.replace("Monday", "Friday")

    assert check(case("a", LONG), case("b", changed)) == [("near-duplicate", "warning", "d.jsonl:2", "1")]
    assert check(case("a", LONG, expected="x"), case("b", changed)) == [("contradiction", "warning", "d.jsonl:2", "1")]
    assert check(case("a", LONG), case("b", changed), near=0.99) == []
    assert check(case("a", LONG), case("b", LONG[:50] + " and nothing of the rest was ever said")) == []


def test_an_id_that_stands_more_than_once(check):
    rows = [case("a", "first"), case("b", "second one"), case("a", "and the third"), case("a", "a fourth")]

    assert check(*rows) == [("duplicate-id", "error", f"d.jsonl:{line}", "1") for line in (3, 4)]


def test_inputs_that_are_empty_too_long_or_not_taken(check):
    def accepts(case):
        if "ticket" not in case.inputs:
            raise BadInput("the input 'ticket' has no value", hint="give it one", code="x")

    found = check({"id": "a"}, case("b", " "), case("c", "x" * 11), accepts=accepts, max_chars=10)

    assert [(rule, where) for rule, _, where, _ in found] == [
        ("empty-input", "d.jsonl:1"),
        ("wrong-input", "d.jsonl:1"),
        ("empty-input", "d.jsonl:2"),
        ("oversized-input", "d.jsonl:3"),
    ]


def test_the_log_for_code_scanning_names_both_places(tmp_path):
    path = tmp_path / "d.jsonl"
    path.write_text("".join(json.dumps(case(name, LONG)) + "\n" for name in "ab"), encoding="utf-8")
    found = list(find_problems({"d": DatasetFile(path, "d.jsonl")}, Check()))

    (run,) = problems_as_sarif(found, "1.0")["runs"]

    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["dataset/duplicate"]
    (result,) = run["results"]
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 2}
    assert result["relatedLocations"][0]["physicalLocation"]["region"] == {"startLine": 1}
    assert LONG not in json.dumps(run)


def test_every_rule_stands_on_the_page():
    page = (Path(__file__).parents[3] / "docs/how-to/prepare-a-dataset.md").read_text("utf-8")

    assert [rule for rule in RULES if f"`{rule}`" not in page] == []
