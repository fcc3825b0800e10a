"""What holds for every grader, whichever it is: negation, and what an absent reply comes to."""

from dataclasses import replace

import pytest

from assay.evaluate.grader import make_grader
from assay.evaluate.types import GraderSpec


@pytest.fixture
def build_negated(bench, build):
    def make(grader: str, **settings: object):
        spec = GraderSpec(grader=grader, name=grader, settings=settings, where=None)
        return make_grader(replace(spec, negate=True), bench)

    return make


async def test_a_negated_grader_passes_what_it_would_fail(build_negated, case, outcome):
    grade = build_negated("contains", value=["yes", "no"])

    whole, half, none = [await grade(case(), outcome(text)) for text in ("yes and no", "yes", "maybe")]

    assert [(v.passed, v.score) for v in (whole, half, none)] == [(False, 0.0), (True, 0.5), (True, 1.0)]
    assert none.reason.startswith("negated: does not contain")


@pytest.mark.parametrize("reply", [{"text": " "}, {"refusal": "I will not"}])
async def test_an_absent_reply_fails_a_negated_grader_too(build_negated, case, outcome, reply):
    verdict = await build_negated("contains", value="yes")(case(), outcome(**reply))

    assert not verdict.passed
