"""Flaky cases: those whose repeats under one variant end now this way, now that. Told in the open, never dropped."""

from collections.abc import Iterable
from dataclasses import dataclass

from assay.evaluate.types import SampleRow
from assay.stats.attempts import flakiness

LEAST_REPEATS = 8
LOW, HIGH = 0.2, 0.8


@dataclass(frozen=True, slots=True)
class Flaky:
    """A case with its repeats, and how undecided it is, in [0, 1]."""

    case: str
    passed: int
    repeats: int
    flakiness: float


def flaky_cases(rows: Iterable[SampleRow], variant: str, *, least: int = LEAST_REPEATS) -> list[Flaky]:
    """The cases of which between a fifth and four fifths of the repeats passed, the most undecided first.

    Args:
        rows: A run's rows.
        variant: Whose repeats; the baseline's, so that a candidate does not call its own faults chance.
        least: Repeats that a case must have.
    """
    passed: dict[str, int] = {}
    repeats: dict[str, int] = {}
    for row in rows:
        if row.variant == variant:
            repeats[row.case] = repeats.get(row.case, 0) + 1
            passed[row.case] = passed.get(row.case, 0) + (row.status == "passed")
    found = [
        Flaky(case, passed[case], n, flakiness(n, passed[case]))
        for case, n in repeats.items()
        if n >= least and LOW < passed[case] / n < HIGH
    ]
    return sorted(found, key=lambda one: (-one.flakiness, one.case))
