"""GitLab's Code Quality report: the keys that GitLab reads, each issue known by a fingerprint of its own."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.core.schema import compile_schema

# docs.gitlab.com, "Code Quality report format": what an issue must have to be shown.
REPORT = compile_schema(
    {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "location", "severity"],
            "properties": {
                "description": {"type": "string", "minLength": 1},
                "check_name": {"type": "string", "minLength": 1},
                "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "type": "object",
                    "required": ["path", "lines"],
                    "properties": {
                        "path": {"type": "string", "pattern": "^[^./]"},
                        "lines": {"required": ["begin"], "properties": {"begin": {"type": "integer", "minimum": 1}}},
                    },
                },
            },
        },
    }
)


def test_each_grader_that_failed_a_sample_is_an_issue_at_the_cases_line(run, write):
    issues = json.loads(write("gitlab", run))

    assert REPORT.findings(issues) == []
    assert [(i["check_name"], i["location"]["path"], i["location"]["lines"]["begin"]) for i in issues] == [
        ("gate:compare", "suites/sort.yaml", 1),
        ("grader:contract", "datasets/first.jsonl", 2),
        ("grader:choice", "datasets/first.jsonl", 2),
        ("grader:choice", "datasets/first.jsonl", 4),
        ("grader:choice", "datasets/second.csv", 3),
    ]
    assert {i["severity"] for i in issues} == {"minor" if run.summary.decision == "pass" else "major"}
    assert len({i["fingerprint"] for i in issues}) == 5


def test_a_run_without_a_problem_is_an_empty_list(made, write):
    clean = made("a")
    clean.made = []

    assert json.loads(write("gitlab", clean)) == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=60))
def test_whatever_the_texts_hold_the_report_is_valid(made, write, text):
    assert REPORT.findings(json.loads(write("gitlab", made(text)))) == []
