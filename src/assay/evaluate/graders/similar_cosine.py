"""Grader ``similar-cosine``: another name of ``similar``."""

from assay.author.types import MISSING
from assay.evaluate.bench import Bench
from assay.evaluate.grader import graders
from assay.evaluate.graders.similar import similar
from assay.evaluate.similarity import Bound, Texts
from assay.evaluate.types import Grade


@graders.register("similar-cosine")
def similar_cosine(
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
    return similar(
        bench=bench, target=target, value=value, threshold=threshold, model=model, base_url=base_url, key=key
    )
