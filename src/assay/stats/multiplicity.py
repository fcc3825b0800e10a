"""Several tests at once: how to look at many p-values and still be wrong as seldom as stated.

``holm`` for "some slice has become worse" (one wrong alarm in the whole family is one too many);
``benjamini_hochberg`` for looking around (a stated share of the findings may be wrong); ``intersection_union`` for
"all must hold", which needs no correction.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from assay.stats.clusters import Floats, as_floats


def bonferroni(p_values: ArrayLike) -> Floats:
    """Adjusted p-values: each times their number; shape (m,). Compare them with alpha."""
    given = _checked(p_values)
    return np.minimum(1.0, given * len(given))


def holm(p_values: ArrayLike) -> Floats:
    """Holm's adjusted p-values, shape (m,): as safe as Bonferroni's, and never larger.

    Source:
        S. Holm, "A simple sequentially rejective multiple test procedure",
        Scandinavian Journal of Statistics 6 (1979), 65-70.
    """
    given = _checked(p_values)
    order = np.argsort(given, kind="stable")
    stepped = np.maximum.accumulate(given[order] * np.arange(len(given), 0, -1))
    return _back(np.minimum(1.0, stepped), order)


def benjamini_hochberg(p_values: ArrayLike) -> Floats:
    """Benjamini and Hochberg's adjusted p-values, shape (m,): of those up to q, a share q at most should be wrong.

    Holds for independent tests and for those that tend to go together.

    Source:
        Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", JRSS B 57 (1995), 289-300.
    """
    given = _checked(p_values)
    order = np.argsort(given, kind="stable")
    scaled = given[order] * len(given) / np.arange(1, len(given) + 1)
    stepped = np.minimum.accumulate(scaled[::-1])[::-1]
    return _back(np.minimum(1.0, stepped), order)


def intersection_union(p_values: Sequence[float]) -> float:
    """The p-value of "all of these hold": the largest one; 1 of none. No correction is needed, power is lost instead.

    Source:
        R. L. Berger, "Multiparameter hypothesis testing and acceptance sampling", Technometrics 24 (1982), 295-300.
    """
    given = _checked(p_values)
    return float(given.max()) if len(given) else 1.0


def simultaneous_level(level: float, comparisons: int) -> float:
    """The level of each of several intervals, so that all of them hold together at ``level`` (Bonferroni).

    Args:
        level: The level of the family, in (0, 1).
        comparisons: How many intervals there are, at least 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"a confidence level must be between 0 and 1, not {level}")
    if comparisons < 1:
        raise ValueError(f"there must be at least one comparison, not {comparisons}")
    return 1 - (1 - level) / comparisons


def _checked(p_values: ArrayLike) -> Floats:
    given = as_floats(p_values)
    if len(given) and not 0 <= given.min() <= given.max() <= 1:
        raise ValueError(f"a p-value must be between 0 and 1, and these go from {given.min()} to {given.max()}")
    return given


def _back(ordered: Floats, order: "np.typing.NDArray[np.intp]") -> Floats:
    found = np.empty_like(ordered)
    found[order] = ordered
    return found
