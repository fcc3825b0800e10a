"""A suite's gate as frozen data: every rule that it may hold, as written.

Reading it from a suite is ``gating/read.py``, deciding by it ``gate.py``. Nothing here is computed.
"""

from dataclasses import dataclass, field
from typing import Literal

Standing = Literal["missing", "fails", "left-out"]
"""What a sample without a verdict is: ``missing`` is a failure that also counts towards ``max_missing``."""

Risk = Literal["high", "medium", "low"]
Uncalibrated = Literal["advisory", "counts"]
Plan = Literal["obrien-fleming", "pocock", "bonferroni", "every-run"]

QUALITIES = ("pass", "score", "valid")
MEASURES = ("latency_ms", "first_token_ms", "cost_usd", "input_tokens", "output_tokens")
PREFIXES = ("grader:", "named:")


def is_measure(metric: str) -> bool:
    """Whether less of it is better, and only its ratio has a meaning of its own."""
    return metric in MEASURES


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareRule:
    """The candidate must not be worse than the baseline by ``margin`` (a share, such as 0.02) or more."""

    candidate: str
    baseline: str
    margin: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricRule:
    """What must hold of one metric; exactly one of the five demands is not None.

    Attributes:
        metric: Its name, such as ``score`` or ``grader:tone``.
        margin: The candidate is not worse than the baseline by this or more.
        ratio: The geometric mean of candidate / baseline stays below this; of a measure.
        within: The two do not differ by this or more; of a measure it is a ratio above 1.
        at_least: The mean of one variant is at least this.
        at_most: The same, at most.
        variant: Whose mean; None is the candidate.
    """

    metric: str
    margin: float | None = None
    ratio: float | None = None
    within: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    variant: str | None = None

    @property
    def is_relative(self) -> bool:
        """Whether it compares the candidate with the baseline."""
        return self.at_least is None and self.at_most is None


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverRule:
    """At most this share of cases may fail that grader, shown by an exact bound; None is the candidate."""

    grader: str
    at_most: float
    variant: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceRule:
    """No value of these tags is worse by the margin, with bounds that hold for all of them at once.

    Attributes:
        unpowered: Whether a slice with too few cases for the margin ``counts``, or is only ``told``.
    """

    tags: tuple[str, ...]
    margin: float
    metrics: tuple[str, ...] = ("pass",)
    unpowered: Literal["counts", "told"] = "counts"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRule:
    """A case passes when at least ``passes`` of its ``of`` repeats do."""

    passes: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LookRule:
    """When the same pair may be looked at, and how alpha is spent on the looks.

    Attributes:
        plan: The name of the plan; ``every-run`` judges each run by itself.
        at: The number of cases at each look.
    """

    plan: Plan
    at: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingRule:
    """What samples without a verdict count as: errors, time-outs, and judges that refused or could not be read."""

    errors: Standing = "missing"
    timeouts: Standing = "missing"
    refusals: Standing = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSpec:
    """The rule that turns the run into a decision.

    Attributes:
        compare: The pair, and the margin of its pass rates.
        at_least: Variant -> the least pass rate.
        counted: The share of all samples that must have passed, as counted and without a word on chance.
        metrics: Further rules; all must hold.
        never: Zero tolerance.
        slices: No slice much worse.
        cases: When a case with several repeats passes.
        looks: The plan of looks; None is one look.
        risk: What an inconclusive decision means.
        missing: What samples without a verdict count as.
        calibrations: Files of calibrations, relative to the project's folder.
        uncalibrated: Whether the verdicts of a judge without one count, or are only told.
    """

    compare: CompareRule | None = None
    at_least: dict[str, float] = field(default_factory=dict)
    counted: float | None = None
    alpha: float = 0.05
    max_missing: float = 0.01
    metrics: tuple[MetricRule, ...] = ()
    never: tuple[NeverRule, ...] = ()
    slices: SliceRule | None = None
    cases: CaseRule | None = None
    looks: LookRule | None = None
    risk: Risk = "medium"
    missing: MissingRule = MissingRule()
    calibrations: tuple[str, ...] = ()
    uncalibrated: Uncalibrated = "advisory"

    @property
    def has_rules(self) -> bool:
        """Whether there is anything to decide, beyond the validity of the run."""
        return self.infers or self.counted is not None

    @property
    def infers(self) -> bool:
        """Whether a rule concludes from the cases on others, so that a further look is a further chance to be wrong."""
        return bool(self.compare or self.at_least or self.metrics or self.never or self.slices)
