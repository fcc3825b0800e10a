"""The grader ``ragas``: Ragas' metrics, judged by the suite's judge, and their faults are errors.

The package is there in the environment of ``make adapters`` alone; elsewhere these tests see how its absence is said.
"""

import json
from importlib.util import find_spec

import pytest

from assay.core.errors import GraderFailed, Unavailable, UnknownName

THERE = find_spec("ragas") is not None
needs_it = pytest.mark.skipif(not THERE, reason="runs in the environment of 'make adapters'")
ASKED = {"inputs": {"query": "Where is Paris?", "context": ["Paris is the capital of France."]}}


@pytest.mark.skipif(THERE, reason="the package is there")
def test_without_the_package_the_extra_is_named(build):
    with pytest.raises(Unavailable) as caught:
        build("ragas", metric="Faithfulness")

    assert caught.value.hint == "install it: pip install 'assay[ragas]'"


@needs_it
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
class TestWithRagas:
    @pytest.mark.parametrize(("verdicts", "score", "passes"), [((1, 1), 1.0, True), ((1, 0), 0.5, False)])
    async def test_a_metric_is_judged_by_the_suites_judge(self, court, case, outcome, verdicts, score, passes):
        statements = ["Paris is in France.", "Paris has two airports."]
        judged = [{"statement": s, "reason": "r", "verdict": v} for s, v in zip(statements, verdicts, strict=True)]
        replies = [json.dumps({"statements": statements}), json.dumps({"statements": judged})]
        async with court(*replies) as sitting:
            grade = sitting.build("ragas", metric="Faithfulness", threshold=0.7)
            verdict = await grade(case(**ASKED), outcome("Paris is in France and has two airports."))

        assert (verdict.score, verdict.passed) == (score, passes)
        assert len(sitting.fake.requests) == 2

    async def test_a_metric_without_a_model_needs_no_judge(self, build, case, outcome):
        grade = build("ragas", metric="ExactMatch", threshold=1)

        assert (await grade(case("Paris", **ASKED), outcome("Paris"))).passed
        assert not (await grade(case("Paris", **ASKED), outcome("Rome"))).passed

    async def test_a_judge_that_rambles_is_an_error(self, court, case, outcome):
        async with court("I would rather not say.") as sitting:
            with pytest.raises(GraderFailed) as caught:
                await sitting.build("ragas", metric="Faithfulness")(case(**ASKED), outcome("Paris"))

        assert caught.value.code in {"grader.borrowed", "grader.score"}

    def test_an_unknown_metric_is_refused(self, build):
        with pytest.raises(UnknownName):
            build("ragas", metric="Faithfullness")
