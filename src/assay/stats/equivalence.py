"""Not worse, and not different: tests against a margin instead of against zero.

A large p-value of an ordinary test does not show that two variants are alike; it may only show that there were few
cases. Here the question is turned round: can a difference of the whole margin be ruled out?
"""

from dataclasses import dataclass

from assay.stats.argument import require_positive, require_probability
from assay.stats.distribution import t_tail


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Two one-sided tests.

    Attributes:
        p_not_lower: p-value of "the difference is ``-margin`` or less"; small: it is not that much worse.
        p_not_higher: p-value of "the difference is ``margin`` or more"; small: it is not that much better.
        p_value: The larger of the two: small when the difference is inside the margin on both sides.
    """

    p_not_lower: float
    p_not_higher: float

    @property
    def p_value(self) -> float:
        """The p-value of the whole question; both sides must be shown, so nothing is corrected for."""
        return max(self.p_not_lower, self.p_not_higher)

    def holds(self, alpha: float = 0.05) -> bool:
        """Whether equivalence is shown at this one-sided error rate."""
        require_probability("alpha", alpha)
        return self.p_value < alpha


def non_inferiority(difference: float, standard_error: float, margin: float, degrees_of_freedom: int) -> float:
    """One-sided p-value of "the candidate is worse by the margin or more".

    Args:
        difference: Mean of candidate - baseline.
        standard_error: Its standard error, above 0; clustered where cases are.
        margin: Largest loss to be tolerated, above 0.
        degrees_of_freedom: Of Student's t: clusters less one.
    """
    require_positive("the margin", margin)
    require_positive("a standard error", standard_error)
    return t_tail((difference + margin) / standard_error, degrees_of_freedom)


def equivalence(difference: float, standard_error: float, margin: float, degrees_of_freedom: int) -> Equivalence:
    """Two one-sided tests (TOST): is the difference between ``-margin`` and ``margin``?

    The same as asking whether the interval at ``1 - 2 * alpha`` lies inside the margin.

    Args:
        difference: Mean of candidate - baseline.
        standard_error: Its standard error, above 0; clustered where cases are.
        margin: Largest difference to be tolerated either way, above 0.
        degrees_of_freedom: Of Student's t: clusters less one.

    Source:
        D. J. Schuirmann, "A comparison of the two one-sided tests procedure and the power approach for assessing the
        equivalence of average bioavailability", J. Pharmacokinetics and Biopharmaceutics 15 (1987), 657-680.
    """
    require_positive("the margin", margin)
    require_positive("a standard error", standard_error)
    return Equivalence(
        t_tail((difference + margin) / standard_error, degrees_of_freedom),
        t_tail((margin - difference) / standard_error, degrees_of_freedom),
    )
