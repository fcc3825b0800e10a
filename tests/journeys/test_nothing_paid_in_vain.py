"""What costs nothing is found before the first call: a judge or a user that cannot be asked, code that is none."""

import pytest

from assay.testing.fake_provider import FakeProvider

SUITE = """\
suite: desk.sort
datasets: [../datasets/tickets.jsonl]
variants: [../prompts/sort-1.prompt.md]
graders:
  - contract
"""
RUBRIC = "  - {grader: llm-rubric, value: Names a team.}\n"
OWN = "  - {grader: llm-rubric, value: Names a team., judge: {model: openai/j, key: env:NO_SUCH}}\n"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (RUBRIC, "the grader asks a model, and none is named"),
        (RUBRIC + "judge: openai-compatible/j\n", "has no address of its own, and openai-compatible/j names none"),
        (RUBRIC + "judge: {model: openai/j, key: env:NO_SUCH}\n", "the key env:NO_SUCH is missing"),
        (OWN, "the key env:NO_SUCH is missing"),
        ("  - {grader: javascript, value: output ===}\n", "the JavaScript cannot be read"),
        ("  - {grader: python, value: output ==}\n", "the Python cannot be read"),
    ],
)
def test_no_call_is_made_for_a_run_that_cannot_be_graded(small, here, against, more, says):
    small.write("suites/judged.yaml", SUITE + more)
    with FakeProvider("billing") as fake:
        done = here("eval", "suites/judged.yaml", *against(fake))

    assert (done.status, len(fake.requests)) == (2, 0)
    assert says in done.err
    if "judge: o" in more or "ript" in says:
        assert "judged.yaml:" in done.err


def test_a_judge_that_nobody_asks_needs_no_key_and_replies_that_are_there_need_none_either(small, here, against):
    small.write("suites/judged.yaml", SUITE + "judge: {model: openai/j, key: env:NO_SUCH}\n")
    with FakeProvider("billing") as fake:
        first = here("eval", "suites/judged.yaml", *against(fake))
        asked = len(fake.requests)
        keyed = here("eval", "suites/judged.yaml", *against(fake), "--key-env", "NO_SUCH_KEY")

    assert (first.status, keyed.status) == (0, 0)
    assert len(fake.requests) == asked
