"""SARIF 2.1.0: the structure that its readers ask for, and each problem at its case's line."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.core.schema import compile_schema
from assay.evaluate.exporters import sarif
from assay.evaluate.run_folder import PLAN

SCHEMA = compile_schema(json.loads((Path(__file__).parents[2] / "sarif.schema.json").read_text("utf-8")))


def place(result: dict[str, object]) -> tuple[str, int | None]:
    physical = result["locations"][0]["physicalLocation"]
    return physical["artifactLocation"]["uri"], physical.get("region", {}).get("startLine")


def samples(log: dict[str, object]) -> list[dict[str, object]]:
    """The results but for those of the gate, which stand first."""
    return [result for result in log["runs"][0]["results"] if not result["ruleId"].startswith("gate:")]


def test_each_grader_that_failed_a_sample_of_the_candidate_is_a_result_at_the_cases_line(run, write):
    log = json.loads(write("sarif", run))
    results = samples(log)

    assert SCHEMA.findings(log) == []
    assert [(result["ruleId"], *place(result)) for result in results] == [
        ("grader:contract", "datasets/first.jsonl", 2),
        ("grader:choice", "datasets/first.jsonl", 2),
        ("grader:choice", "datasets/first.jsonl", 4),
        ("grader:choice", "datasets/second.csv", 3),
    ]
    assert results[2]["message"]["text"] == "a-3 under candidate: chose 'bug' instead of 'bill'"
    assert results[2]["properties"] == {"variant": "candidate", "case": "a-3", "repeat": 0}
    related = results[0]["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert related == "prompts/sort-2.prompt.md"


def test_a_result_points_at_its_rule(run, write):
    (found,) = json.loads(write("sarif", run))["runs"]
    rules = found["tool"]["driver"]["rules"]

    assert [rules[result["ruleIndex"]]["id"] for result in found["results"]] == [r["ruleId"] for r in found["results"]]
    assert found["automationDetails"]["id"] == f"assay/sort/{run.summary.run}"
    assert found["properties"]["decision"] == run.summary.decision


def test_what_a_gate_lets_through_is_a_warning(made, write):
    for decision, level in (("pass", "warning"), ("fail", "error"), ("invalid", "error")):
        log = json.loads(write("sarif", made("a", decision=decision)))

        assert {result["level"] for result in log["runs"][0]["results"]} == {level}


def test_a_problem_of_a_later_run_is_known_again_and_no_other_has_its_fingerprint(run, project, write):
    def prints() -> list[str]:
        return [r["partialFingerprints"]["assaySample/v1"] for r in samples(json.loads(write("sarif", run)))]

    assert prints() == prints()
    assert len(set(prints())) == 4


@pytest.mark.parametrize("gone", ["changed", "missing", "unreadable"])
def test_a_dataset_that_is_no_longer_what_was_run_gives_no_line(run, project, write, gone):
    file = project / "datasets/first.jsonl"
    if gone == "changed":
        file.write_text(file.read_text() + '{"id": "one-more"}\n')
    elif gone == "missing":
        file.unlink()
    else:
        (run.folder / PLAN).write_text("{")
    log = json.loads(write("sarif", run))

    assert SCHEMA.findings(log) == []
    places = [place(result) for result in samples(log)]
    first = ("assay.yaml", None) if gone == "unreadable" else ("prompts/sort-2.prompt.md", None)
    assert places == [first] * 4


@pytest.mark.parametrize("variable", ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"])
def test_in_a_ci_job_places_are_relative_to_its_checkout(run, project, write, monkeypatch, variable):
    monkeypatch.setenv(variable, str(project.parent))
    log = json.loads(write("sarif", run))

    assert place(samples(log)[0]) == (f"{project.name}/datasets/first.jsonl", 2)


def test_more_results_than_are_taken_are_counted(made, write):
    log = json.loads(write("sarif", made("a", rows=sarif.MAX_RESULTS + 3)))
    (found,) = log["runs"]

    assert len(found["results"]) == sarif.MAX_RESULTS
    (note,) = found["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith("3 more results are left out")


def test_text_makes_neither_a_placeholder_nor_a_link(made, write):
    log = json.loads(write("sarif", made("see [this](https://evil.invalid) {0}")))
    text = log["runs"][0]["results"][0]["message"]["text"]

    assert "\\[this](https://evil.invalid)" in text
    assert "{{0}}" in text


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=60))
def test_whatever_the_texts_hold_the_log_is_valid(made, write, text):
    assert SCHEMA.findings(json.loads(write("sarif", made(text)))) == []
