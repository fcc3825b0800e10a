"""A suite of graders that ask no judge, through the command: texts, n-grams, meaning, probabilities, a service."""

import json
import math

import pytest

from assay.testing.fake_provider import FakeProvider, FakeReply

SUITE = """\
suite: desk.sort
datasets: [../datasets/tickets.jsonl]
variants:
  - name: candidate
    prompt: ../prompts/sort-1.prompt.md
    parameters: {{extra: {{logprobs: true}}}}
graders:
  - grader: icontains
  - grader: contains-any
    value: billing, technical, other, "a, b"
  - grader: regex
    value: '^[a-z]+$'
  - grader: levenshtein
    threshold: 0
  - grader: word-count
    value: {{max: 1}}
  - grader: contains-json
    negate: true
  - grader: gleu
  - grader: similar
    threshold: 0.99
    model: openai-compatible/letters
    base_url: {base_url}
  - grader: perplexity
    threshold: 2
  - grader: finish-reason
    value: stop
  - grader: latency
    threshold: 60000
  - guardrails
  - is-refusal
"""


@pytest.fixture
def fake():
    with FakeProvider(lambda body: FakeReply(text="billing", logprobs=(math.log(0.5), 0.0))) as fake:
        yield fake


def test_each_has_its_verdict_in_the_row_and_in_the_summary(small, here, against, fake):
    small.write("suites/plain.yaml", SUITE.format(base_url=fake.base_url))

    told = here("eval", "suites/plain.yaml", "--json", *against(fake)).json()

    rows = {row["expected"]: {v["grader"]: v for v in row["verdicts"]} for row in small.rows()}
    right = rows["billing"]
    assert [name for name, verdict in right.items() if not verdict["passed"]] == ["is-refusal"]
    assert right["similar"]["score"] == pytest.approx(1)
    assert right["perplexity"]["reason"] == "the perplexity is 1.414"
    wrong = next(verdicts for expected, verdicts in rows.items() if expected != "billing")
    assert {name for name, v in wrong.items() if not v["passed"]} == {
        "icontains", "levenshtein", "gleu", "similar", "is-refusal",
    }  # fmt: skip
    assert [g["grader"] for g in told["variants"][0]["graders"]] == list(right)
    assert not [row for row in small.rows() if row["status"] == "error"]


def test_vectors_are_kept_like_replies_and_billed_as_grading(small, here, against, fake):
    small.write("suites/plain.yaml", SUITE.format(base_url=fake.base_url))
    here("eval", "suites/plain.yaml", *against(fake))
    asked = [request.path for request in fake.requests]
    here("eval", "suites/plain.yaml", *against(fake))

    assert asked.count("/v1/embeddings") == 3  # the reply, always the same, and what else was expected
    assert len(fake.requests) == len(asked)
    assert {row["grading"]["calls"] for row in small.rows()} == {2}


def test_a_service_that_is_down_stops_the_run_and_passes_nothing(small, here, against, fake):
    graders = "graders:\n  - grader: webhook\n    value: http://127.0.0.1:9/\n    retries: 0\n"
    small.write("suites/plain.yaml", (SUITE.partition("graders:")[0] + graders).format())

    done = here("eval", "suites/plain.yaml", "--json", *against(fake))

    error = json.loads(done.out)["error"]
    assert done.status == 2
    assert error["code"] == "grader.endpoint"
    assert "127.0.0.1:9 cannot be reached" in error["what"]
