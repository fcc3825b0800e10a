"""What a run came to, as data: the one object that terminal, HTML, JUnit and ``--json`` are made from.

Made by ``tally.py`` and ``gate.py``. The names are a public format (``docs/reference/eval-json.md``).
"""

from typing import Literal

import msgspec

from assay.evaluate.types import Decision, Spent, Standing

Unit = Literal["share", "score", "ratio", "measure"]
"""What figures of a part are in; a measure has a unit of its own, which its name ends with."""


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """A proportion in [0, 1] with its interval; ``of`` is how many it is out of."""

    value: float
    low: float
    high: float
    of: int


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """The cases with one value of one tag."""

    tag: str
    value: str
    passed: int
    rate: Rate


class GraderSummary(msgspec.Struct, frozen=True, kw_only=True):
    """How often one grader passed, and how often it could not give a verdict."""

    grader: str
    passed: int
    errors: int
    rate: Rate
    mean_score: float | None


class VariantSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One variant's figures. ``n`` = ``passed`` + ``failed`` + ``errors``; an error is never a pass.

    ``missing`` are samples beyond those that were planned and not run, as the budget was spent.
    Token counts and cost are sums; each is None when any sample's is unknown.
    ``grading`` is the sum of what judges and a simulated user spent; None where none was asked.
    """

    name: str
    prompt: str
    version: str | None
    digest: str
    model: str
    n: int
    passed: int
    failed: int
    errors: int
    pass_rate: float
    low: float
    high: float
    level: float
    method: str
    mean_score: float | None
    valid_first: Rate
    valid: Rate
    input_tokens: int | None
    output_tokens: int | None
    cached_tokens: int | None
    cost_usd: str | None
    latency_p50_ms: float | None
    latency_p95_ms: float | None
    graders: list[GraderSummary]
    slices: list[Slice]
    error_codes: dict[str, int]
    missing: int = 0
    grading: Spent | None = None


class Flip(msgspec.Struct, frozen=True, kw_only=True):
    """A case on which the two variants differ; ``change`` is seen from the baseline.

    ``input`` is the beginning of the case's inputs, and ``why`` says what failed the side that did not pass.
    """

    case: str
    change: str  # "gained" or "lost"
    repeat: int
    tags: dict[str, str]
    baseline: str | None
    candidate: str | None
    expected: object
    input: str = ""
    why: str = ""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The candidate against the baseline on the cases that both answered.

    ``diff`` is the candidate's pass rate less the baseline's; ``low`` and ``high`` bound it at ``level``.
    ``flips`` holds the first of them, at most 1,000; ``gained`` and ``lost`` count them all. ``margin`` is what
    the gate's rule allows (a share), 0 where no rule compares.
    """

    candidate: str
    baseline: str
    n: int
    clusters: int
    diff: float
    low: float
    high: float
    level: float
    method: str
    p_value: float | None
    gained: int
    lost: int
    flips: list[Flip]
    smallest_visible: float | None
    margin: float = 0.0


class GatePart(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of the gate, what it decided, and the sentence that says why.

    Attributes:
        rule: Which rule: ``validity``, ``compare``, ``at_least NAME``, ``counted``, ``never``, ``slices`` and so on.
        cases_needed: Cases beyond those there are that would probably settle it; None where that is not known.
        metric: What is measured, such as ``pass`` or ``grader:tone``; None for the validity of the run.
        slice: ``TAG=VALUE`` where only those cases count.
        variant: Whom it is about; the candidate, for a comparison.
        method: How the bounds were made, as docs/explanation/statistics.md names it.
        value: The estimate, in ``unit``.
        low: Lower bound of the value.
        high: Upper bound of the value.
        level: Two-sided level of ``low`` and ``high``; each alone holds at ``(1 + level) / 2``.
        n: Cases that it is made from.
        clusters: Clusters that they come from.
        bound: What the bounds are held against: ``-margin``, a minimum, the largest share, or the largest ratio.
        unit: What ``value``, ``low``, ``high``, ``bound`` and ``visible`` are in.
        visible: The smallest difference that this many cases would probably see.
        repeats_needed: Repeats of each case that would probably settle it; None where more repeats would not.
        remark: ``improved`` or ``worse-inside-margin`` of a pass, ``not-powered`` of a slice, ``model-changed``.
        advisory: It is told and does not count.
    """

    rule: str
    decision: Decision
    sentence: str
    cases_needed: int | None = None
    metric: str | None = None
    slice: str | None = None
    variant: str | None = None
    method: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    level: float | None = None
    n: int = 0
    clusters: int = 0
    bound: float | None = None
    unit: Unit = "share"
    visible: float | None = None
    repeats_needed: int | None = None
    remark: str | None = None
    advisory: bool = False


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """Which look at the same pair of versions a decision was.

    Attributes:
        number: 1 for the first; the same data looked at again is the same look.
        plan: How alpha is spent on several looks; ``one`` without a plan.
        stage: The place in the plan that the number of cases has reached, from 1; 0 before the first.
        stages: How many looks the plan has.
        cases: Cases that were looked at.
        alpha: The one-sided error rate that this look may spend.
        planned: Whether the plan allows this look.
        approved: ``NAME: reason`` of whoever approved a look beyond the plan.
    """

    number: int = 1
    plan: str = "one"
    stage: int = 1
    stages: int = 1
    cases: int = 0
    alpha: float = 0.05
    planned: bool = True
    approved: str | None = None

    @property
    def counts(self) -> bool:
        """Whether this look may end in a pass."""
        return self.planned or self.approved is not None


class PassRule(msgspec.Struct, frozen=True, kw_only=True):
    """A case passes when at least ``passes`` of its ``of`` repeats do."""

    passes: int
    of: int


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What the suite said beforehand of what the decision means.

    Attributes:
        risk: ``high``, ``medium`` or ``low``.
        inconclusive: What an open question does then: ``block``, ``approval`` (with a reason) or ``canary``.
        alpha: The one-sided error rate of the whole plan.
        max_missing: The share of samples that may lack a verdict.
        missing: What ``errors``, ``timeouts`` and ``refusals`` count as.
        cases: When a case passes; not there where a case counts as the share of its repeats that pass.
    """

    risk: str = "medium"
    inconclusive: str = "approval"
    alpha: float = 0.05
    max_missing: float = 0.01
    missing: dict[str, str] = {}
    cases: PassRule | msgspec.UnsetType = msgspec.UNSET


class Early(msgspec.Struct, frozen=True, kw_only=True):
    """A run that ended as its gate was decided.

    Attributes:
        cases: Cases that it took.
        of: Cases that there were.
        samples_saved: Samples that were not run.
    """

    cases: int
    of: int
    samples_saved: int


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """A finished run; or one that a budget stopped: then ``stopped`` says why, and ``missing`` how much was not run.

    ``asked`` says who else was asked beside the variants' models: the part (``judge``, ``user``) and the model.
    ``gated`` is whether the suite has a rule; without one, ``decision`` only says whether the run is valid.
    ``look`` and ``policy`` are those of the gate's record (``gate_record.py``); None in older files.
    """

    format: int
    run: str
    suite: str
    description: str
    started_utc: str
    finished_utc: str
    duration_s: float
    decision: Decision
    sentence: str
    gate: list[GatePart]
    variants: list[VariantSummary]
    comparison: Comparison | None
    datasets: dict[str, str]
    cases: int
    repeats: int
    calls_made: int
    calls_reused: int
    assay: str
    missing: int = 0
    stopped: str | None = None
    asked: dict[str, str] = {}
    gated: bool = True
    look: Look | None = None
    policy: Policy | None = None
    early: Early | None = None

    @property
    def standing(self) -> Standing:
        """What the run is called where people read: nothing has passed where there was no gate to pass."""
        return standing(self.decision, gated=self.gated)


def standing(decision: Decision, *, gated: bool) -> Standing:
    """The decision, or ``no gate`` in the place of a pass that no rule stands behind."""
    return "no gate" if decision == "pass" and not gated else decision
