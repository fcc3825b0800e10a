"""The nouns of evaluation as frozen data: case, variant, suite, verdict, sample.

Nothing here reads a file (``dataset.py``, ``suite.py``), calls a model (``runner.py``) or counts (``tally.py``).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

import msgspec

from assay.author.types import MISSING
from assay.core.document import Document
from assay.core.location import Location
from assay.engine.types import Outcome
from assay.evaluate.gate_spec import GateSpec
from assay.models.target import Target, parse_target
from assay.models.types import Parameters

Status = Literal["passed", "failed", "error"]
Decision = Literal["pass", "fail", "inconclusive", "invalid"]

Standing = Literal["pass", "fail", "inconclusive", "invalid", "no gate"]
"""What a run is called: its decision, or that there was nothing to decide by."""


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

    @property
    def has_expected(self) -> bool:
        """Whether it says what is expected; null is something."""
        return self.expected is not MISSING


class Verdict(msgspec.Struct, frozen=True):
    """What a grader says of one reply: a score in [0, 1], whether that passes, and why, in a sentence.

    Attributes:
        named: Further scores by name, such as one for each criterion; they are summed up beside the score.
        detail: JSON for whoever exports the run; nothing here reads it.
    """

    score: float
    passed: bool
    reason: str
    named: dict[str, float] = {}
    detail: dict[str, object] | None = None


Grade = Callable[[Case, Outcome], Awaitable[Verdict]]
"""A grader, made by its factory: raises ``GraderFailed`` when it cannot give a verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraderSpec:
    """One entry of a suite's ``graders``: which, under what name in the report, with what settings.

    Attributes:
        negate: A pass is a fail and the other way round; the score is 1 less itself.
        places: Where each setting stands, for messages.
    """

    grader: str
    name: str
    settings: dict[str, object] = field(default_factory=dict)
    weight: float = 1.0
    negate: bool = False
    where: Location
    places: dict[str, Location] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DatasetSpec:
    """One entry of a suite's ``datasets``.

    Attributes:
        file: The file, relative to the project's folder; with ``#`` and a part where it has parts.
        split: Only the cases whose tag ``split`` says this; all of them when None.
        digest: The digest that the file's cases must have, or the start of it; None is any.
        where: The place in the suite, for messages.
    """

    file: str
    split: str | None = None
    digest: str | None = None
    where: Location | None = None

    @property
    def label(self) -> str:
        """Its name in a run's plan and summary: the file, and the split in brackets."""
        return self.file if self.split is None else f"{self.file}[{self.split}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantSpec:
    """One entry of a suite's ``variants``, as written; references are not resolved yet."""

    name: str
    prompt: str
    model: str | None = None
    base_url: str | None = None
    key: str | None = None
    parameters: Parameters = Parameters()
    where: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetSpec:
    """The most that a run may use; None is no limit. Graders, retries and repairs are included."""

    cost_usd: Decimal | None = None
    tokens: int | None = None
    time_s: float | None = None

    def __bool__(self) -> bool:
        return self != BudgetSpec()

    def less(self, left: "BudgetSpec") -> "BudgetSpec":
        """What is left of these limits; none where there was none."""
        return BudgetSpec(
            cost_usd=None if self.cost_usd is None else left.cost_usd,
            tokens=None if self.tokens is None else left.tokens,
            time_s=None if self.time_s is None else left.time_s,
        )

    def over(self, other: "BudgetSpec | None") -> "BudgetSpec":
        """These limits, and the other's where these say nothing."""
        other = other or BudgetSpec()
        return BudgetSpec(
            cost_usd=other.cost_usd if self.cost_usd is None else self.cost_usd,
            tokens=other.tokens if self.tokens is None else self.tokens,
            time_s=other.time_s if self.time_s is None else self.time_s,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantLabel:
    """A variant as it is counted and shown; ``digest`` names what its replies come from."""

    name: str
    prompt: str
    version: str | None
    digest: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """The model that model-graded graders ask, where they name none themselves.

    Attributes:
        base_url: Its server's address instead of the provider's own.
        key: The reference of its key instead of the provider's own.
    """

    model: str
    base_url: str | None = None
    key: str | None = None
    parameters: Parameters = Parameters(temperature=0)

    @property
    def target(self) -> Target:
        """Whom to ask."""
        return parse_target(self.model, base_url=self.base_url, key=self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationSpec:
    """How each sample is a whole conversation, with a user that a model plays.

    Attributes:
        user: Who the user is and what they want, with places for the case's inputs; "" where a prompt plays it.
        prompt: The path of the prompt file that plays the user, relative to the suite's folder; or None.
        digest: The identity of that prompt, once it has been read.
        message: The prompt's input that takes what the user says.
        history: The prompt's input that takes the turns before; None is the one that a message inserts.
        first: What the user says first; None is the case's own message, or what the model makes up.
        model: Who plays the user, ``PROVIDER/MODEL``; None is the suite's judge.
        base_url: That model's server instead of the provider's own.
        key: The reference of that model's key instead of the provider's own.
        max_turns: Replies of the prompt, at most.
        max_tokens: Tokens of both sides after which no further turn begins.
        says: Texts in a reply that end the conversation.
        exits: Ways out of the contract that end it.
    """

    user: str
    prompt: str | None = None
    digest: str = ""
    message: str = "message"
    history: str | None = None
    first: str | None = None
    model: str | None = None
    base_url: str | None = None
    key: str | None = None
    parameters: Parameters | None = None
    max_turns: int = 8
    max_tokens: int = 50_000
    says: tuple[str, ...] = ()
    exits: tuple[str, ...] = ("escalate",)
    where: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """A suite file, read."""

    name: str
    description: str
    datasets: tuple[DatasetSpec, ...]
    variants: tuple[VariantSpec, ...]
    graders: tuple[GraderSpec, ...]
    repeats: int
    concurrency: int | None
    gate: GateSpec | None
    file: str
    document: Document
    judge: Judge | None = None
    budget: BudgetSpec | None = None
    conversation: ConversationSpec | None = None
    independent: bool = True

    def with_options(self, *, repeats: int | None, concurrency: int | None, judge: str | None = None) -> "Suite":
        """The suite with what the command line says instead, and the project's judge where the suite names none."""
        return replace(
            self,
            repeats=repeats or self.repeats,
            concurrency=concurrency or self.concurrency,
            judge=self.judge or (Judge(model=judge) if judge else None),
        )


class GraderVerdict(msgspec.Struct, frozen=True, omit_defaults=True):
    """A verdict in a sample's row. A grader that failed has an ``error`` and neither score nor pass."""

    grader: str
    score: float | None = None
    passed: bool | None = None
    reason: str = ""
    error: str | None = None
    detail: dict[str, object] | None = None


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """What the graders of one sample asked of models; a part is None when it is unknown."""

    calls: int
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: str | None


class CalledTool(msgspec.Struct, frozen=True, kw_only=True):
    """A tool that the reply calls; ``arguments`` is the JSON text as the model wrote it."""

    name: str
    arguments: str


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
        cost_usd: Decimal as text; None is unknown. What the graders spent is not in it.
        named: Scores by name beside the one of the sample.
        tool_calls: The tools that the last reply calls.
        grading: What the graders spent; None when they asked no model.
        detail: What the kind of suite tells beyond the rest, for exporters.
        fingerprint: What the provider calls the build of the model that answered; None where it does not say.
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
    named: dict[str, float] = {}
    tool_calls: list[CalledTool] = []
    grading: Spent | None = None
    detail: dict[str, object] | None = None
    fingerprint: str | None = None
