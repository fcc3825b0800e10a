"""What each look of a plan may spend of alpha, so that all looks together are wrong no more often than that."""

from assay.evaluate.gate_spec import LookRule
from assay.stats.look import look_alphas


def alpha_at(rule: LookRule, stage: int, *, alpha: float) -> float:
    """The one-sided error rate of one look.

    Args:
        rule: The plan, with the number of cases at each look.
        stage: Which look, from 1.
        alpha: The one-sided error rate of all looks together.
    """
    if rule.plan == "every-run":
        return alpha
    fractions = [size / rule.at[-1] for size in rule.at]
    return look_alphas(rule.plan, fractions, alpha=alpha)[stage - 1]
