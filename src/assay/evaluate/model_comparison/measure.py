"""What each model comes to on the same cases, with intervals; which are on the Pareto front; what moving would lose."""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from assay.evaluate.failures.code import code_of
from assay.evaluate.types import SampleRow
from assay.stats.bootstrap import bca_bounds
from assay.stats.clusters import Floats, Indices, cluster_index
from assay.stats.interval import Interval
from assay.stats.multiplicity import simultaneous_level
from assay.stats.order_interval import quantile_interval
from assay.stats.paired_mean import paired_mean
from assay.stats.passes import Passes

LEVEL = 0.95
_SHOWN_CASES = 20


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """An estimate with its interval; an end is None where nothing bounds it."""

    value: float
    low: float | None
    high: float | None
    n: int
    method: str


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """What moving from the reference to a model would change.

    Attributes:
        difference: Of the pass rates, on the same cases; with bounds that hold for all models at once.
        lost: Cases that only the reference passes, by the code of what goes wrong.
        lost_cases: The first of them.
        gained: Cases that only the model passes.
    """

    difference: Figure
    lost: dict[str, int]
    lost_cases: list[str]
    gained: int


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """One model's figures.

    Attributes:
        quality: Pass rate.
        valid_first: Share of replies that kept the contract at once.
        latency_p50_ms: Median latency, and ``latency_p95_ms`` the p95.
        cost_per_success_usd: What was paid for each sample that passed; None where a price is unknown or none passed.
        on_front: Whether no other model is shown to pass more and is as cheap and as fast; of a model with an unknown
            cost it is not known that it is as cheap.
        dominated_by: The model that is.
        moved: Against the reference; None of the reference itself.
        won_back: Of a prompt that is tried: regressions that it wins back, and of how many.
    """

    name: str
    n: int
    quality: Figure
    valid_first: float
    latency_p50_ms: Figure | None
    latency_p95_ms: Figure | None
    cost_per_success_usd: Figure | None
    on_front: bool
    dominated_by: str | None
    moved: Moved | None
    won_back: tuple[int, int] | None = None


@dataclass(slots=True)
class _Column:
    passes: Passes = field(default_factory=Passes)
    outcome: dict[str, list[bool]] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    clusters: dict[str, str] = field(default_factory=dict)
    cost: dict[str, float] = field(default_factory=dict)
    priced: bool = True
    valid: int = 0
    answered: int = 0
    latency_ms: "array[float]" = field(default_factory=lambda: array("d"))

    def add(self, row: SampleRow) -> None:
        passed = row.status == "passed"
        cluster = row.cluster or f"case {row.case}"
        self.passes.add(passed, cluster=cluster)
        self.outcome.setdefault(row.case, []).append(passed)
        self.clusters[row.case] = cluster
        if not passed:
            self.codes.setdefault(row.case, code_of(row) or "wrong-answer")
        if row.output is not None:
            self.answered += 1
            self.valid += bool(row.valid_first)
            self.priced = self.priced and row.cost_usd is not None
            self.cost[row.case] = self.cost.get(row.case, 0.0) + float(row.cost_usd or 0)
        if row.latency_ms is not None:
            self.latency_ms.append(row.latency_ms)

    def share(self, case: str) -> float:
        outcomes = self.outcome[case]
        return sum(outcomes) / len(outcomes)


def measure(
    rows: Iterable[SampleRow], names: Sequence[str], *, reference: str, tried: Sequence[str] = ()
) -> list[Model]:
    """Each model's figures, in the order of the names.

    Args:
        rows: The run's rows.
        names: The variants, each a model, or a model with a prompt that is tried on it.
        reference: What the others are compared with.
        tried: Those of the names that are prompts tried on the last model.
    """
    columns = {name: _Column() for name in names}
    for row in rows:
        columns[row.variant].add(row)
    others = [name for name in names if name != reference]
    level = simultaneous_level(LEVEL, max(1, len(others)))
    moved = {name: _moved(columns[reference], columns[name], level) for name in others}
    models = [name for name in names if name not in tried]
    regressed = _regressed(columns[reference], columns[models[-1]]) if tried else []
    found = []
    for name in names:
        by = next(
            (other for other in names if other != name and _dominates(columns[other], columns[name], level)), None
        )
        found.append(_model(name, columns, by, moved.get(name), regressed if name in tried else None))
    return found


def _model(
    name: str, columns: dict[str, _Column], by: str | None, moved: Moved | None, regressed: list[str] | None
) -> Model:
    column = columns[name]
    found = column.passes.interval(level=LEVEL)
    times = column.latency_ms
    won = None if regressed is None else sum(column.share(case) >= 0.5 for case in regressed if case in column.outcome)
    return Model(
        name=name,
        n=column.passes.n,
        quality=_figure(found),
        valid_first=column.valid / column.answered if column.answered else 0.0,
        latency_p50_ms=_figure(quantile_interval(times, 0.5)) if times else None,
        latency_p95_ms=_figure(quantile_interval(times, 0.95)) if times else None,
        cost_per_success_usd=_cost(column),
        on_front=by is None,
        dominated_by=by,
        moved=moved,
        won_back=None if won is None or regressed is None else (won, len(regressed)),
    )


def _pairs(first: _Column, second: _Column) -> list[str]:
    return [case for case in first.outcome if case in second.outcome]


def _moved(reference: _Column, other: _Column, level: float) -> Moved:
    cases = _pairs(reference, other)
    differences = [other.share(case) - reference.share(case) for case in cases]
    found = paired_mean(differences, [reference.clusters[case] for case in cases], level=level)
    lost = [case for case, diff in zip(cases, differences, strict=True) if diff < 0]
    codes = Counter(other.codes.get(case, "wrong-answer") for case in lost)
    return Moved(
        difference=_figure(found),
        lost=dict(codes.most_common()),
        lost_cases=lost[:_SHOWN_CASES],
        gained=sum(diff > 0 for diff in differences),
    )


def _regressed(reference: _Column, model: _Column) -> list[str]:
    return [case for case in _pairs(reference, model) if reference.share(case) >= 0.5 > model.share(case)]


def _dominates(one: _Column, other: _Column, level: float) -> bool:
    """Whether the first is shown to pass more of the same cases, and is known to be neither dearer nor slower."""
    cases = _pairs(one, other)
    if not cases or not one.latency_ms or not other.latency_ms:
        return False
    found = paired_mean([one.share(c) - other.share(c) for c in cases], [one.clusters[c] for c in cases], level=level)
    cheaper = one.priced and other.priced and sum(one.cost.values()) <= sum(other.cost.values())
    faster = float(np.median(one.latency_ms)) <= float(np.median(other.latency_ms))
    return found.low > 0 and cheaper and faster


def _cost(column: _Column) -> Figure | None:
    """What each success costs: all that was paid over all that passed; a ratio of sums, by cluster bootstrap (BCa)."""
    if not column.priced or not column.passes.passed:
        return None
    cases = list(column.outcome)
    index, groups = cluster_index([column.clusters[case] for case in cases], len(cases))
    paid = np.bincount(index, weights=[column.cost.get(case, 0.0) for case in cases], minlength=groups)
    won = np.bincount(index, weights=[float(sum(column.outcome[case])) for case in cases], minlength=groups)
    value = float(paid.sum() / won.sum())
    if groups < 2 or not paid.any():
        return Figure(value=value, low=value, high=value, n=len(cases), method="ratio-bca")

    def statistic(drawn: Indices) -> Floats:
        below = won[drawn].sum(axis=1)
        above = paid[drawn].sum(axis=1)
        found: Floats = np.divide(above, below, out=np.full(len(drawn), np.nan), where=below > 0)
        return found

    low, high = bca_bounds(statistic, groups, level=LEVEL, resamples=2_000)
    return Figure(value=value, low=min(low, value), high=max(high, value), n=len(cases), method="ratio-bca")


def _figure(found: Interval) -> Figure:
    ends = [end if np.isfinite(end) else None for end in (found.low, found.high)]
    return Figure(value=found.value, low=ends[0], high=ends[1], n=found.n, method=found.method)
