"""The grader ``search-rubric``: only a true or false ``pass`` counts, and the search's settings reach the model."""

import pytest

from assay.core.errors import GraderFailed

SEARCH = {"model": "azure-openai/finder", "parameters": {"extra": {"web_search_options": {}}}}


@pytest.mark.parametrize(
    ("reply", "score", "passes"),
    [
        ('{"pass": true, "score": 0.8, "reason": "example.org says so"}', 0.8, True),
        ('{"pass": true, "score": 0.4, "reason": "half of it"}', 0.4, False),
        ('{"pass": false}', 0.0, False),
    ],
)
async def test_the_verdict_is_the_judges(court, case, outcome, reply, score, passes):
    async with court(reply) as sitting:
        grade = sitting.build("search-rubric", value="the price is today's", threshold=0.5, judge=SEARCH)
        verdict = await grade(case(), outcome("It costs 3."))

    assert (verdict.score, verdict.passed) == (score, passes)
    assert sitting.fake.requests[0].body["web_search_options"] == {}


@pytest.mark.parametrize("reply", ['{"score": 1}', '{"pass": "yes"}', "I could not search."])
async def test_a_pass_that_is_neither_true_nor_false_is_an_error(court, case, outcome, reply):
    async with court(reply) as sitting:
        with pytest.raises(GraderFailed):
            await sitting.build("search-rubric", value="x")(case(), outcome("y"))
