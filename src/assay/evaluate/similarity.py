"""What the graders ``similar`` and its kin share: a reply's vector beside those of reference texts."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from msgspec import Meta

from assay.author.types import Missing
from assay.core.errors import BadInput, GraderFailed
from assay.engine.types import Outcome
from assay.evaluate.asking import EMBEDDER
from assay.evaluate.bench import Bench
from assay.evaluate.measures.vector import Vector
from assay.evaluate.reference import references
from assay.evaluate.types import Case, Grade, Verdict
from assay.models.target import parse_target

Texts = str | list[str] | Missing
Bound = Annotated[float, Meta(ge=0)]
Embed = Callable[[Sequence[str]], Awaitable[list[list[float]]]]

EPSILON = 2.0**-52


@dataclass(frozen=True, slots=True)
class Embedder:
    """Who makes the vectors: a model's name, and where its server is and by what key, if it is one's own."""

    model: str | None = None
    base_url: str | None = None
    key: str | None = None

    def of(self, bench: Bench) -> "Embed":
        """What makes vectors.

        Raises:
            BadInput: The name, the address or the key's reference is none.
            Unavailable: The embedded encoder is wanted and not installed.
        """
        if self.model is None or self.model == EMBEDDER:
            if self.base_url is not None or self.key is not None:
                raise BadInput("an address is given, and no model", hint="add 'model'", code="grader.model")
            bench.expect_vectors(self.model)
            return partial(bench.embed, model=self.model)
        try:
            target = parse_target(self.model, base_url=self.base_url, key=self.key)
        except BadInput as error:
            raise BadInput(error.what, hint=error.hint, code="grader.model") from None
        if self.base_url is None and self.key is None:
            return partial(bench.embed, model=self.model)
        return partial(bench.embed_at, target)


def nearness(
    bench: Bench,
    measure: Callable[[Vector, Vector], float],
    judge: Callable[[float], Verdict],
    *,
    target: str,
    value: Texts,
    embedder: Embedder,
) -> Grade:
    """A grader that measures how near the reply is to each reference; the best verdict counts.

    Args:
        bench: Makes the vectors.
        measure: Takes the reference's vector and the reply's.
        judge: The verdict on one measure.
        target: Where in the case to find the references.
        value: The same for all cases, instead.
        embedder: Who makes the vectors.

    Raises:
        BadInput: There is no such embedder.
        Unavailable: The embedded encoder is wanted and not installed.
    """
    embed = embedder.of(bench)

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        wanted = references(case, target, value)
        reply, *others = await embed([outcome.text, *wanted])
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
