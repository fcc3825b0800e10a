"""The grader ``inspect-scorer``: Inspect's scorers, judged by the suite's judge, and their faults are errors.

The package is there in the environment of ``make adapters`` alone; elsewhere these tests see how its absence is said.
"""

from importlib.util import find_spec

import pytest

from assay.core.errors import BadInput, GraderFailed, Unavailable, UnknownName

THERE = find_spec("inspect_ai") is not None
needs_it = pytest.mark.skipif(not THERE, reason="runs in the environment of 'make adapters'")
ASKED = {"inputs": {"query": "What is the capital of France?"}}


@pytest.mark.skipif(THERE, reason="the package is there")
def test_without_the_package_the_extra_is_named(build):
    with pytest.raises(Unavailable) as caught:
        build("inspect-scorer", scorer="includes")

    assert caught.value.hint == "install it: pip install 'assay[inspect]'"


@needs_it
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
class TestWithInspect:
    @pytest.mark.parametrize(
        ("scorer", "arguments", "reply", "score"),
        [
            ("includes", {}, "It is Paris.", 1.0),
            ("includes", {}, "It is Rome.", 0.0),
            ("match", {"location": "end"}, "It is Paris", 1.0),
            ("pattern", {"pattern": r"is (\w+)"}, "It is Paris.", 1.0),
            ("exact", {}, "paris", 1.0),
            ("f1", {}, "Paris it is", 0.5),
            ("inspect_ai.scorer:includes", {"ignore_case": False}, "paris", 0.0),
        ],
    )
    async def test_a_scorer_gives_its_score(self, build, case, outcome, scorer, arguments, reply, score):
        grade = build("inspect-scorer", scorer=scorer, arguments=arguments, threshold=1)
        verdict = await grade(case("Paris", **ASKED), outcome(reply))

        assert verdict.score == pytest.approx(score)
        assert verdict.passed is (score == 1)

    @pytest.mark.parametrize(("reply", "score"), [("It fits. GRADE: C", 1.0), ("GRADE: P", 0.5), ("GRADE: I", 0.0)])
    async def test_a_model_graded_scorer_asks_the_suites_judge(self, court, case, outcome, reply, score):
        async with court(reply) as sitting:
            grade = sitting.build("inspect-scorer", scorer="model_graded_qa", arguments={"partial_credit": True})
            verdict = await grade(case("Paris", **ASKED), outcome("It is Paris."))

        assert verdict.score == score
        assert "What is the capital of France?" in sitting.prompts[0]
        assert len(sitting.fake.requests) == 1

    async def test_a_judge_that_cannot_be_reached_is_an_error(self, build, case, outcome):
        with pytest.raises(GraderFailed) as caught:
            await build("inspect-scorer", scorer="model_graded_qa")(case("Paris", **ASKED), outcome("Paris"))

        assert caught.value.code == "grader.no_models"

    def test_an_unknown_scorer_is_answered_with_the_nearest(self, build):
        with pytest.raises(UnknownName) as caught:
            build("inspect-scorer", scorer="include")

        assert caught.value.hint == "did you mean 'includes'?"

    def test_arguments_that_it_does_not_take_are_refused_before_the_run(self, build):
        with pytest.raises(BadInput):
            build("inspect-scorer", scorer="includes", arguments={"colour": "red"})
