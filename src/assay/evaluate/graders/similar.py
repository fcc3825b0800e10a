"""Grader ``similar``: the reply means nearly the same as a reference, by the cosine of their vectors."""

from assay.author.types import MISSING
from assay.evaluate.bench import Bench
from assay.evaluate.grader import graders
from assay.evaluate.measures.vector import cosine
from assay.evaluate.similarity import Bound, Embedder, Texts, at_least, nearness
from assay.evaluate.types import Grade


@graders.register("similar")
def similar(
    *,
    bench: Bench,
    target: str = "expected",
    value: Texts = MISSING,
    threshold: Bound = 0.75,
    model: str | None = None,
    base_url: str | None = None,
    key: str | None = None,
) -> Grade:
    """Compares the vectors of reply and reference by the cosine of their angle; the best reference counts.

    Args:
        bench: Makes the vectors.
        target: Where in the case to find the reference, or a list of them.
        value: The same for all cases, instead.
        threshold: The cosine from which a reply passes.
        model: ``PROVIDER/MODEL`` of an embeddings model; without it the embedded one.
        base_url: The address of its server, in place of the provider's own.
        key: The reference of its key, such as ``env:NAME``, in place of the provider's own.
    """
    judge = at_least("the cosine", threshold)
    return nearness(bench, cosine, judge, target=target, value=value, embedder=Embedder(model, base_url, key))
