"""The grader ``answer-relevance``: questions made from the reply, compared with the one that was asked."""

import pytest

from assay.author.source import WorkingTree
from assay.core.errors import GraderFailed
from assay.core.location import Location
from assay.evaluate.bench import Bench
from assay.evaluate.grader import make_grader
from assay.evaluate.types import GraderSpec
from assay.testing.grading import FakeModels


def letters(text: str) -> list[float]:
    """A vector that counts letters."""
    return [float(text.lower().count(letter)) for letter in "abcdefghijklmnopqrstuvwxyz"]


@pytest.fixture
def asking(tmp_path):
    """The grader, with a model that makes these questions and one that makes vectors; and what was asked."""

    def make(*questions: str, embed=letters, **settings: object):
        left = list(questions)
        models = FakeModels(lambda _: left.pop(0) if len(left) > 1 else left[0], embed=embed)
        spec = GraderSpec(
            grader="answer-relevance", name="answer-relevance", settings=settings, where=Location("suite.yaml", 7)
        )
        return make_grader(spec, Bench(WorkingTree(tmp_path), "", models)), models

    return make


async def test_the_score_is_the_mean_likeness_of_the_questions(asking, case, outcome):
    grade, models = asking("hello", "hello", "zzz")
    verdict = await grade(case(), outcome("Hi there"))

    assert verdict.score == pytest.approx(2 / 3)
    assert verdict.passed
    assert [q["question"] for q in verdict.detail["questions"]] == ["hello", "hello", "zzz"]
    assert "Hi there" in models.asked[0][-1].content


@pytest.mark.parametrize(
    ("settings", "inputs"), [({}, {"query": "abc"}), ({"query": "inputs.asked"}, {"asked": "abc", "query": "zzz"})]
)
async def test_the_question_is_the_input_that_holds_it(asking, case, outcome, settings, inputs):
    grade, _ = asking("abc", **settings)

    assert (await grade(case(inputs=inputs), outcome("Hi"))).score == pytest.approx(1.0)


async def test_the_questions_are_asked_for_independently(asking, case, outcome):
    grade, models = asking("a", "b", "c", "d", questions=4)
    await grade(case(), outcome("Hi"))

    assert len(models.asked) == 4


async def test_vectors_of_unlike_lengths_are_an_error(asking, case, outcome):
    grade, _ = asking("what?!", embed=lambda text: [1.0] * len(text))

    with pytest.raises(GraderFailed) as caught:
        await grade(case(), outcome("Hi" * 9))

    assert caught.value.code == "grader.vectors"


async def test_an_empty_question_is_an_error(asking, case, outcome):
    grade, _ = asking(" ")

    with pytest.raises(GraderFailed) as caught:
        await grade(case(), outcome("Hi"))

    assert caught.value.code == "judge.unreadable"
