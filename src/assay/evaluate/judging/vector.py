"""How alike two vectors are. Pure."""

import math
from collections.abc import Sequence

from assay.core.errors import GraderFailed


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    """The cosine of the angle between two vectors; 0 where one has no length.

    Raises:
        GraderFailed: They are not of one length.
    """
    if len(one) != len(other):
        raise GraderFailed(
            f"the vectors have {len(one)} and {len(other)} numbers",
            hint="take all of them from one embeddings model",
            code="grader.vectors",
        )
    product = sum(a * b for a, b in zip(one, other, strict=True))
    size = math.hypot(*one) * math.hypot(*other)
    return product / size if size else 0.0
