"""What a sample takes: money, time and tokens, from a past run's rows; and what so many samples would take."""

from dataclasses import dataclass, field
from decimal import Decimal

from assay.evaluate.types import SampleRow
from assay.models.price import cost
from assay.models.target import Target
from assay.models.types import Usage


@dataclass(slots=True)
class Consumption:
    """The sums of one variant's samples, and how many of them said each."""

    samples: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    counted: int = 0
    cost_usd: Decimal = Decimal(0)
    priced: int = 0
    latency_s: float = 0.0
    timed: int = 0
    grading_usd: Decimal = Decimal(0)
    graded: int = 0
    grading_calls: int = 0

    def add(self, row: SampleRow) -> None:
        """Take in one row."""
        self.samples += 1
        if row.input_tokens is not None and row.output_tokens is not None:
            self.counted += 1
            self.input_tokens += row.input_tokens
            self.output_tokens += row.output_tokens
        if row.cost_usd is not None:
            self.priced += 1
            self.cost_usd += Decimal(row.cost_usd)
        if row.latency_ms is not None:
            self.timed += 1
            self.latency_s += row.latency_ms / 1000
        if row.grading is not None:
            self.grading_calls += row.grading.calls
            if row.grading.cost_usd is not None:
                self.graded += 1
                self.grading_usd += Decimal(row.grading.cost_usd)

    def usd(self, target: Target) -> Decimal | None:
        """What one sample costs on that model, grading included; None where it is not known."""
        own = self._usd_of_calls(target)
        if own is None or (self.grading_calls and not self.graded):
            return None
        return own + (self.grading_usd / self.graded if self.graded else Decimal(0))

    @property
    def seconds(self) -> float | None:
        """How long one sample's call takes; None where it is not known."""
        return self.latency_s / self.timed if self.timed else None

    def _usd_of_calls(self, target: Target) -> Decimal | None:
        if self.priced:
            return self.cost_usd / self.priced
        if not self.counted:
            return None
        usage = Usage(input=self.input_tokens, output=self.output_tokens)
        found = cost(target.provider, target.model, usage, base_url=target.base_url)
        return None if found.usd is None else found.usd / self.counted

    def of_another_model(self) -> "Consumption":
        """The same tokens on a model whose prices and speed this run does not tell."""
        return Consumption(self.samples, self.input_tokens, self.output_tokens, self.counted)


@dataclass(slots=True)
class Takes:
    """What a run takes, by variant.

    Attributes:
        of: Variant -> its consumption.
        targets: Variant -> who answers.
    """

    targets: dict[str, Target]
    of: dict[str, Consumption] = field(default_factory=dict)

    def add(self, row: SampleRow) -> None:
        """Take in one row; of a variant that the suite has not, nothing is taken."""
        if row.variant in self.targets:
            self.of.setdefault(row.variant, Consumption()).add(row)

    def usd(self, samples: int) -> Decimal | None:
        """What so many samples of every variant cost."""
        parts = [self._of(name).usd(target) for name, target in self.targets.items()]
        known = [part for part in parts if part is not None]
        return sum(known, Decimal(0)) * samples if len(known) == len(parts) else None

    def seconds(self, samples: int, concurrency: int) -> float | None:
        """How long they take with so many calls at once."""
        parts = [self._of(name).seconds for name in self.targets]
        known = [part for part in parts if part is not None]
        return sum(known) * samples / concurrency if known and len(known) == len(parts) else None

    def _of(self, name: str) -> Consumption:
        if name in self.of:
            return self.of[name]
        # A variant that has not been run takes what the others do.
        return next(iter(self.of.values()), Consumption())
