"""A suite that a model grades: by clause and by rubric, paid for once; a judge of no use makes errors."""

import pytest

from assay.testing.fake_provider import FakeProvider

SUITE = """\
suite: desk.sort
datasets: [../datasets/tickets.jsonl]
variants: [../prompts/sort-1.prompt.md]
judge: azure-openai/judge
graders:
  - grader: contract
    each: true
  - grader: llm-rubric
    value: Names a team.
"""


@pytest.fixture
def judged(small, monkeypatch):
    """The small project with a suite that has a judge, and a provider that plays both parts."""
    small.write("suites/judged.yaml", SUITE)

    def open_fake(verdict: str) -> FakeProvider:
        return FakeProvider(lambda body: verdict if body["model"] == "judge" else "billing")

    def serve(fake: FakeProvider) -> None:
        monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", fake.base_url)
        monkeypatch.setenv("AZURE_OPENAI_API_KEY", "k")

    return open_fake, serve


def test_verdicts_of_clauses_and_of_the_judge_stand_in_the_rows(judged, small, here, against):
    open_fake, serve = judged
    with open_fake('{"reason": "a team", "score": 1, "pass": true}') as fake:
        serve(fake)
        first = here("eval", "suites/judged.yaml", "--json", *against(fake)).json()
        asked = len(fake.requests)
        again = here("eval", "suites/judged.yaml", "--json", *against(fake)).json()

    row = small.rows()[0]
    names = [verdict["grader"] for verdict in row["verdicts"]]
    assert names == [f"contract.{c}" for c in ("answered", "choice", "cut_off", "filtered")] + ["llm-rubric"]
    assert row["status"] == "passed"
    assert row["grading"]["calls"] == 1
    assert [g["grader"] for g in first["variants"][0]["graders"]] == names
    assert len(fake.requests) == asked  # neither the prompt nor the judge is asked twice
    assert again["variants"][0]["pass_rate"] == 1


def test_a_judge_that_rambles_makes_errors_and_an_invalid_run(judged, small, here, against):
    open_fake, serve = judged
    with open_fake("What a question.") as fake:
        serve(fake)
        done = here("eval", "suites/judged.yaml", *against(fake))

    assert done.status != 0
    assert "gave no reply that can be read, twice" in done.err + done.out
