"""What the functions of this package demand of their arguments, each said in one sentence.

Raises ``ValueError``: a wrong argument here is a mistake of the calling code. What a person may
have written wrongly in a file is checked where the file is read.
"""

ROUNDING = 1e-12
"""What differs by no more than this share of its range differs by rounding alone: 0.3 - 0.2 is not 0.2 - 0.1."""


def require_level(level: float) -> None:
    """A two-sided confidence level lies strictly between 0 and 1."""
    if not 0 < level < 1:
        raise ValueError(f"a confidence level must be between 0 and 1, not {level}")


def require_one_sided_level(level: float) -> None:
    """A one-sided confidence level lies in [0.5, 1): below 0.5 the bound would cross the estimate."""
    if not 0.5 <= level < 1:
        raise ValueError(f"a one-sided confidence level must be at least 0.5 and below 1, not {level}")


def require_probability(name: str, value: float) -> None:
    """A probability that is planned with lies strictly between 0 and 1."""
    if not 0 < value < 1:
        raise ValueError(f"{name} must be between 0 and 1, not {value}")


def require_positive(name: str, value: float) -> None:
    """A margin or a difference to plan for is above zero; NaN is not."""
    if not value > 0:
        raise ValueError(f"{name} must be above 0, not {value}")


def require_successes(successes: int, n: int) -> None:
    """Successes are some, none or all of ``n`` trials."""
    if not 0 <= successes <= n:
        raise ValueError(f"successes must be between 0 and n, not {successes} of {n}")


def require_discordant(gained: int, lost: int, n: int | None = None) -> None:
    """Gained and lost cases are counts, and together no more than all pairs (``n`` None: not limited)."""
    if gained < 0 or lost < 0:
        raise ValueError(f"gained and lost must not be negative, not {gained} and {lost}")
    if n is not None and gained + lost > n:
        raise ValueError(f"gained and lost must not exceed the number of pairs, not {gained} + {lost} of {n}")


def require_range(low: float, high: float) -> None:
    """The two ends of an interval are numbers in order."""
    if not low <= high:
        raise ValueError(f"the lower end of an interval must not be above the upper, not {low} and {high}")
