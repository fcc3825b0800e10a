"""The nouns of evaluation as frozen data: case, variant, suite, verdict, sample.

Nothing here reads a file (``dataset.py``, ``suite.py``), calls a model (``runner.py``) or counts (``tally.py``).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Literal

import msgspec

from assay.author.types import MISSING
from assay.core.document import Document
from assay.core.location import Location
from assay.engine.types import Outcome
from assay.models.types import Parameters

Status = Literal["passed", "failed", "error"]
Decision = Literal["pass", "fail", "inconclusive", "invalid"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Inputs, what is expected of the output, and what kind of case it is.

    Attributes:
        expected: What graders compare with; ``MISSING`` when the case says nothing.
        cluster: Cases that share their origin share it; None is a cluster of its own.
        tags: Name -> value; each is a slice of the report.
    """

    id: str
    inputs: dict[str, object]
    expected: object = MISSING
    cluster: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    where: Location


class Verdict(msgspec.Struct, frozen=True):
    """What a grader says of one reply: a score in [0, 1], whether that passes, and why, in a sentence."""

    score: float
    passed: bool
    reason: str


Grade = Callable[[Case, Outcome], Awaitable[Verdict]]
"""A grader, made by its factory: raises ``GraderFailed`` when it cannot give a verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraderSpec:
    """One entry of a suite's ``graders``: which, under what name in the report, with what settings.

    ``places`` says where each setting stands, for messages.
    """

    grader: str
    name: str
    settings: dict[str, object] = field(default_factory=dict)
    weight: float = 1.0
    where: Location
    places: dict[str, Location] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantSpec:
    """One entry of a suite's ``variants``, as written; references are not resolved yet."""

    name: str
    prompt: str
    model: str | None = None
    parameters: Parameters = Parameters()
    where: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareRule:
    """The candidate must not be worse than the baseline by ``margin`` (a share, such as 0.02) or more."""

    candidate: str
    baseline: str
    margin: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSpec:
    """The rule that turns the run into a decision."""

    compare: CompareRule | None = None
    at_least: dict[str, float] = field(default_factory=dict)
    alpha: float = 0.05
    max_missing: float = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """A suite file, read. ``datasets`` are paths relative to the project's folder."""

    name: str
    description: str
    datasets: tuple[str, ...]
    variants: tuple[VariantSpec, ...]
    graders: tuple[GraderSpec, ...]
    repeats: int
    concurrency: int | None
    gate: GateSpec | None
    file: str
    document: Document

    def with_options(self, *, repeats: int | None, concurrency: int | None) -> "Suite":
        """The suite with what the command line says instead; None is what the file says."""
        return replace(self, repeats=repeats or self.repeats, concurrency=concurrency or self.concurrency)


class GraderVerdict(msgspec.Struct, frozen=True, omit_defaults=True):
    """A verdict in a sample's row. A grader that failed has an ``error`` and neither score nor pass."""

    grader: str
    score: float | None = None
    passed: bool | None = None
    reason: str = ""
    error: str | None = None


class SampleRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of ``samples.jsonl``: a case under a variant, once. The keys are a public format.

    Attributes:
        sample: The content address of the call: version, rendered input, model, parameters, repeat.
        repeat: 0 for the first.
        status: ``error`` when there was no reply, or a grader failed; never counted as a pass.
        score: Weighted mean of the verdicts; None for an error.
        output: The text that a caller would have got; None when there was no reply.
        valid_first: Whether the first reply kept the contract; None when there was no reply.
        valid: Whether the reply that counts kept it.
        error: Code and sentence, when the status is ``error``.
        cost_usd: Decimal as text; None is unknown.
    """

    sample: str
    case: str
    variant: str
    repeat: int
    status: Status
    score: float | None
    output: str | None
    inputs: dict[str, object]
    expected: object
    cluster: str | None
    tags: dict[str, str]
    verdicts: list[GraderVerdict]
    valid_first: bool | None
    valid: bool | None
    violations: list[str]
    exit: str | None
    fallback: bool
    error: dict[str, str] | None
    model: str | None
    finish: str | None
    input_tokens: int | None
    output_tokens: int | None
    cached_tokens: int | None
    cost_usd: str | None
    latency_ms: float | None
    first_token_ms: float | None
    attempts: int
    at_utc: str | None
