"""The grader ``deepeval``: DeepEval's metrics, judged by the suite's judge, and their faults are errors.

The package is there in the environment of ``make adapters`` alone; elsewhere these tests see how its absence is said.
"""

import json
from importlib.util import find_spec

import pytest

from assay.core.errors import BadInput, GraderFailed, Unavailable, UnknownName

THERE = find_spec("deepeval") is not None
needs_it = pytest.mark.skipif(not THERE, reason="runs in the environment of 'make adapters'")
ASKED = {"inputs": {"query": "Where is Paris?"}}


@pytest.mark.skipif(THERE, reason="the package is there")
def test_without_the_package_the_extra_is_named(build):
    with pytest.raises(Unavailable) as caught:
        build("deepeval", metric="AnswerRelevancyMetric")

    assert caught.value.hint == "install it: pip install 'assay[deepeval]'"


@needs_it
class TestWithDeepEval:
    @pytest.mark.parametrize(
        ("verdicts", "score", "passes"), [(["yes", "yes"], 1.0, True), (["no", "yes"], 0.5, False)]
    )
    async def test_a_metric_is_judged_by_the_suites_judge(self, court, case, outcome, verdicts, score, passes):
        replies = [
            json.dumps({"statements": ["Paris is in France.", "It is large."]}),
            json.dumps({"verdicts": [{"verdict": verdict, "reason": "r"} for verdict in verdicts]}),
            json.dumps({"reason": "it keeps to the question"}),
        ]
        async with court(*replies) as sitting:
            grade = sitting.build("deepeval", metric="AnswerRelevancyMetric", threshold=0.7)
            verdict = await grade(case(**ASKED), outcome("Paris is in France. It is large."))

        assert (verdict.score, verdict.passed) == (score, passes)
        assert verdict.reason == "it keeps to the question"
        assert len(sitting.fake.requests) == 3

    async def test_a_metric_without_a_model_needs_no_judge(self, build, case, outcome):
        grade = build("deepeval", metric="ExactMatchMetric", threshold=1)

        assert (await grade(case("Paris", **ASKED), outcome("Paris"))).passed
        assert not (await grade(case("Paris", **ASKED), outcome("Rome"))).passed

    async def test_a_judge_that_rambles_is_an_error(self, court, case, outcome):
        async with court("I would rather not say.") as sitting:
            with pytest.raises(GraderFailed) as caught:
                await sitting.build("deepeval", metric="AnswerRelevancyMetric")(case(**ASKED), outcome("Paris"))

        assert caught.value.code == "grader.borrowed"
        assert caught.value.what.startswith("AnswerRelevancyMetric raised ")

    async def test_without_a_judge_it_is_an_error_that_says_so(self, build, case, outcome):
        with pytest.raises(GraderFailed) as caught:
            await build("deepeval", metric="AnswerRelevancyMetric")(case(**ASKED), outcome("Paris"))

        assert caught.value.code == "grader.no_models"

    def test_an_unknown_metric_is_answered_with_the_nearest(self, build):
        with pytest.raises(UnknownName) as caught:
            build("deepeval", metric="AnswerRelevanceMetric")

        assert caught.value.hint == "did you mean 'AnswerRelevancyMetric'?"

    def test_arguments_that_it_does_not_take_are_refused_before_the_run(self, build):
        with pytest.raises(BadInput) as caught:
            build("deepeval", metric="AnswerRelevancyMetric", arguments={"colour": "red"})

        assert "AnswerRelevancyMetric does not take these arguments" in caught.value.what
