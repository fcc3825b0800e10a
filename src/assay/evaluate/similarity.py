"""What the graders ``similar`` and its kin share: a reply's vector beside those of reference texts."""

from collections.abc import Callable
from typing import Annotated

from msgspec import Meta

from assay.author.types import Missing
from assay.core.errors import GraderFailed
from assay.engine.types import Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.measures.vector import Vector
from assay.evaluate.reference import references
from assay.evaluate.types import Case, Grade, Verdict

Texts = str | list[str] | Missing
Bound = Annotated[float, Meta(ge=0)]

EPSILON = 2.0**-52


def nearness(
    bench: Bench,
    measure: Callable[[Vector, Vector], float],
    judge: Callable[[float], Verdict],
    *,
    target: str,
    value: Texts,
    model: str | None,
) -> Grade:
    """A grader that measures how near the reply is to each reference; the best verdict counts.

    Args:
        bench: Makes the vectors.
        measure: Takes the reference's vector and the reply's.
        judge: The verdict on one measure.
        target: Where in the case to find the references.
        value: The same for all cases, instead.
        model: Who makes the vectors.

    Raises:
        Unavailable: The embedded encoder is wanted and not installed.
    """
    bench.expect_vectors(model)

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        wanted = references(case, target, value)
        reply, *others = await bench.embed([outcome.text, *wanted], model=model)
        if {len(vector) for vector in others} != {len(reply)}:
            raise GraderFailed(
                "the vectors are not all of one length", hint="name another embeddings model", code="grader.vectors"
            )
        return max(
            (judge(measure(other, reply)) for other in others), key=lambda verdict: (verdict.passed, verdict.score)
        )

    return grade


def at_least(name: str, threshold: float) -> Callable[[float], Verdict]:
    """A judge for measures of which more is nearer."""

    def judge(found: float) -> Verdict:
        passed = found >= threshold - EPSILON
        told = f"{name} {found:.3f} is {'at least' if passed else 'below'} {threshold:g}"
        return Verdict(min(1.0, max(0.0, found)), passed, told, detail={"similarity": found})

    return judge


def at_most(name: str, threshold: float) -> Callable[[float], Verdict]:
    """A judge for distances, whose score is 1 / (1 + distance)."""

    def judge(found: float) -> Verdict:
        passed = found <= threshold + EPSILON
        told = f"{name} {found:.3f} is {'at most' if passed else 'above'} {threshold:g}"
        return Verdict(1 / (1 + found), passed, told, detail={"distance": found})

    return judge
