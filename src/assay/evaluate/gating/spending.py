"""What each look of a plan may spend of alpha, so that all looks together are wrong no more often than that."""

from assay.evaluate.gate_spec import LookRule


def alpha_at(rule: LookRule, stage: int, *, alpha: float) -> float:  # noqa: ARG001 - every look spends the same
    """The one-sided error rate of one look.

    Args:
        rule: The plan, with the number of cases at each look.
        stage: Which look, from 1.
        alpha: The one-sided error rate of all looks together.
    """
    return alpha / len(rule.at)
