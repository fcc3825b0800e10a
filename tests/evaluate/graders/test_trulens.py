"""The grader ``trulens``: TruLens' feedback functions, judged by the suite's judge, and their faults are errors.

The package is there in the environment of ``make adapters`` alone; elsewhere these tests see how its absence is said.
"""

import json
from importlib.util import find_spec

import pytest

from assay.core.errors import GraderFailed, Unavailable, UnknownName

THERE = find_spec("trulens") is not None
needs_it = pytest.mark.skipif(not THERE, reason="runs in the environment of 'make adapters'")
ASKED = {"inputs": {"query": "Where is Paris?", "context": ["Paris is the capital of France."]}}


@pytest.mark.skipif(THERE, reason="the package is there")
def test_without_the_package_the_extra_is_named(build):
    with pytest.raises(Unavailable) as caught:
        build("trulens", function="relevance")

    assert caught.value.hint == "install it: pip install 'assay[trulens]'"


@needs_it
class TestWithTruLens:
    @pytest.mark.parametrize(("given", "score", "passes"), [(3, 1.0, True), (0, 0.0, False)])
    async def test_a_function_is_judged_by_the_suites_judge(self, court, case, outcome, given, score, passes):
        reply = json.dumps({"score": given, "criteria": "c", "supporting_evidence": "it names the country"})
        async with court(reply) as sitting:
            grade = sitting.build("trulens", function="relevance_with_cot_reasons")
            verdict = await grade(case(**ASKED), outcome("Paris is in France."))

        assert (verdict.score, verdict.passed) == (score, passes)
        assert "Where is Paris?" in "".join(sitting.prompts)
        assert "Paris is in France." in "".join(sitting.prompts)

    async def test_a_function_on_the_context_is_given_it(self, court, case, outcome):
        async with court("2") as sitting:
            verdict = await sitting.build("trulens", function="context_relevance")(case(**ASKED), outcome("Paris"))

        assert verdict.score == pytest.approx(2 / 3)
        assert "Paris is the capital of France." in "".join(sitting.prompts)

    async def test_a_judge_that_rambles_is_an_error(self, court, case, outcome):
        async with court("I would rather not say.") as sitting:
            with pytest.raises(GraderFailed):
                await sitting.build("trulens", function="relevance")(case(**ASKED), outcome("Paris"))

    def test_an_unknown_function_is_answered_with_the_nearest(self, build):
        with pytest.raises(UnknownName) as caught:
            build("trulens", function="relevanse")

        assert caught.value.hint == "did you mean 'relevance'?"
