"""The grader ``answer-relevance``: questions made from the reply, compared with the one that was asked."""

import pytest

from assay.core.errors import GraderFailed
from assay.evaluate.judging.vector import cosine


@pytest.fixture
def vectors(monkeypatch):
    """Vectors that count letters, in place of a model that makes them."""

    async def embed(_, texts, *, model=None):
        return [[float(text.lower().count(letter)) for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts]

    monkeypatch.setattr("assay.evaluate.bench.Bench.embed", embed)


async def test_the_score_is_the_mean_likeness_of_the_questions(court, case, outcome, vectors):
    async with court("hello", "hello", "zzz") as sitting:
        verdict = await sitting.build("answer-relevance")(case(), outcome("Hi there"))

    assert verdict.score == pytest.approx(2 / 3)
    assert verdict.passed
    assert [q["question"] for q in verdict.detail["questions"]] == ["hello", "hello", "zzz"]
    assert "Hi there" in sitting.prompts[0]


@pytest.mark.parametrize(
    ("settings", "inputs"), [({}, {"query": "abc"}), ({"query": "inputs.asked"}, {"asked": "abc", "query": "zzz"})]
)
async def test_the_question_is_the_input_that_holds_it(court, case, outcome, vectors, settings, inputs):
    async with court("abc") as sitting:
        verdict = await sitting.build("answer-relevance", **settings)(case(inputs=inputs), outcome("Hi"))

    assert verdict.score == pytest.approx(1.0)


async def test_the_questions_are_asked_for_independently(court, case, outcome, vectors):
    async with court("a", "b", "c", "d") as sitting:
        await sitting.build("answer-relevance", questions=4)(case(), outcome("Hi"))

    assert len(sitting.fake.requests) == 4


async def test_without_vectors_it_is_an_error(court, case, outcome):
    async with court("what?") as sitting:
        with pytest.raises(GraderFailed):
            await sitting.build("answer-relevance", embeddings="embedded/nothing")(case(), outcome("Hi"))


def test_cosines_of_known_vectors():
    assert cosine([1, 0], [0, 1]) == 0
    assert cosine([1, 1], [2, 2]) == pytest.approx(1)
    assert cosine([0, 0], [1, 1]) == 0
    with pytest.raises(GraderFailed):
        cosine([1], [1, 2])
