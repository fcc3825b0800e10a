"""SARIF 2.1.0, as the readers of it ask for."""

import json
from datetime import date
from pathlib import Path

import pytest

from assay.author.lint.check import check_project
from assay.author.lint.rule import Finding
from assay.author.lint.sarif import to_sarif
from assay.core.location import Location
from assay.core.schema import compile_schema
from assay.testing.memory_tree import MemoryTree

SARIF = json.loads((Path(__file__).parents[2] / "sarif.schema.json").read_text("utf-8"))
PROMPT = "---\nprompt: a\n---\nsystem:\n{{ x }}\n\nuser:\n<|im_start|>\n"


def findings() -> list[Finding]:
    return check_project(MemoryTree({"my prompts/a.prompt.md": PROMPT}), today=date(2027, 1, 15))


def test_the_log_has_the_structure_of_sarif() -> None:
    log = json.loads(json.dumps(to_sarif(findings())))

    assert compile_schema(SARIF).findings(log) == []


def test_each_result_points_at_its_rule_and_its_place() -> None:
    log = json.loads(json.dumps(to_sarif(findings())))
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]

    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [f.rule for f in findings()]
    assert [result["level"] for result in run["results"]] == [f.level for f in findings()]
    place = run["results"][-1]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "my%20prompts/a.prompt.md", "uriBaseId": "SRCROOT"}
    assert place["region"] == {"startLine": 8}


def test_a_rule_brings_its_page() -> None:
    log = json.loads(json.dumps(to_sarif(findings())))
    rule = next(r for r in log["runs"][0]["tool"]["driver"]["rules"] if r["id"] == "missing-owner")

    assert rule["shortDescription"]["text"] == "A prompt that nobody answers for."
    assert "What to write instead" in rule["help"]["text"]


def test_no_findings_are_a_log_too() -> None:
    assert compile_schema(SARIF).is_valid(to_sarif([]))


@pytest.mark.parametrize(("line", "what", "same"), [(9, "it is", True), (3, "it was", False)])
def test_a_finding_that_moved_is_known_again(line: int, what: str, same: bool) -> None:
    def print_of(finding: Finding) -> object:
        return json.loads(json.dumps(to_sarif([finding])))["runs"][0]["results"][0]["partialFingerprints"]

    old = Finding("no-suite", "warning", "it is", "hint", Location("a", 3))
    new = Finding("no-suite", "warning", what, "hint", Location("a", line))
    assert (print_of(old) == print_of(new)) is same


def test_a_file_elsewhere_is_named_in_full() -> None:
    found = json.loads(json.dumps(to_sarif([Finding("no-suite", "note", "a", "b", Location("/else/a b.md"))])))
    assert found["runs"][0]["results"][0]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "file:///else/a%20b.md"}
    }
