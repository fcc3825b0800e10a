"""What a project needs to test its own graders: a grader on one reply, as a suite would have it."""

import pytest

import assay.testing
from assay.author.source import WorkingTree
from assay.core.errors import BadInput, GraderFailed, UnknownName
from assay.evaluate.bench import Bench
from assay.models.types import Message
from assay.testing import FakeModels, make_case, make_outcome, run_grader

TONE = """
def grade(case, reply):
    words = len(reply["text"].split())
    if words > 1:
        return 0.0, f"{words} words instead of one"
    return reply["text"] == case["expected"], f"said {reply['text']} to {case['inputs'].get('ticket')}"
"""


def test_a_grader_judges_a_reply_by_its_settings():
    assert run_grader("contains", reply="a refund of 4.90", value="refund").passed
    assert run_grader("contains", "a refund", value=["refund", "Monday"]).score == 0.5


def test_a_grader_judges_a_reply_by_what_the_case_expects():
    case = make_case({"mentions": ["4.90"]}, inputs={"ticket": "?"}, tags={"team": "billing"})

    assert run_grader("equals", "billing", expected="billing").passed
    assert run_grader("contains", "4.90", case=case, target="expected.mentions").passed


def test_all_that_became_of_a_call_can_be_given():
    verdict = run_grader("equals", make_outcome(refusal="I cannot help"), expected="billing")

    assert (verdict.passed, verdict.reason) == (False, "the model refused to answer")


def test_a_function_of_the_project_is_run_as_a_suite_would_run_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "graders").mkdir()
    (tmp_path / "graders/tone.py").write_text(TONE)
    case = make_case("bill", inputs={"ticket": "hello"})
    here = run_grader("python", "bill", case=case, function="graders/tone.py:grade")
    beside = run_grader("python", "bill or bug", function="../graders/tone.py:grade", folder=tmp_path / "suites")

    assert (here.passed, here.reason) == (True, "said bill to hello")
    assert (beside.passed, beside.reason) == (False, "3 words instead of one")


async def test_it_works_in_a_test_that_is_a_coroutine():
    assert run_grader("contains", "refund", value="refund").passed


def test_what_a_suite_refuses_is_refused():
    with pytest.raises(UnknownName, match="no grader is named 'contain'"):
        run_grader("contain", "x", value="x")
    with pytest.raises(BadInput, match="has no setting 'values'"):
        run_grader("contains", "x", values="x")
    with pytest.raises(GraderFailed, match="case 'case'"):
        run_grader("equals", "x")


def test_the_public_names_are_there():
    for name in assay.testing.__all__:
        assert getattr(assay.testing, name).__name__ == name
    with pytest.raises(AttributeError):
        assay.testing.nothing  # noqa: B018 - the look-up is what is tested


async def test_a_grader_that_asks_a_model_is_answered_as_told(tmp_path):
    models = FakeModels(lambda messages: messages[-1].content.upper(), embed=lambda text: [float(len(text)), 1.0])
    bench = Bench(WorkingTree(tmp_path), "", models)
    reply = await bench.ask([Message(role="user", content="is it so?")], model="openai/judge")

    assert (reply.text, reply.model, models.asked[0][0].content) == ("IS IT SO?", "openai/judge", "is it so?")
    assert await bench.embed(["a", "abc"]) == [[1.0, 1.0], [3.0, 1.0]]
    with pytest.raises(BadInput):
        await FakeModels("yes").embed(["a"])
