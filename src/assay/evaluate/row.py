"""Making the row of a sample: from an outcome and its verdicts, or from the error that there was instead."""

from dataclasses import dataclass, field
from typing import TypedDict

from assay.author.types import MISSING
from assay.core.errors import AssayError, GraderFailed, ModelError
from assay.engine.types import Outcome
from assay.evaluate.judging.identity import grader_identity
from assay.evaluate.judging.judge import IDENTITY
from assay.evaluate.plan import Planned
from assay.evaluate.types import CalledTool, Case, GraderSpec, GraderVerdict, SampleRow, Spent, Status, Verdict


@dataclass(slots=True)
class Graded:
    """The verdicts on one reply, and the first grader's failure if there was one."""

    verdicts: list[GraderVerdict] = field(default_factory=list)
    failure: GraderFailed | None = None
    named: dict[str, float] = field(default_factory=dict)
    spent: Spent | None = None
    _score: float = 0.0
    _weight: float = 0.0

    def add(self, spec: GraderSpec, verdict: Verdict) -> None:
        """Take in a verdict."""
        self.verdicts.append(
            GraderVerdict(
                grader=spec.name,
                score=verdict.score,
                passed=verdict.passed,
                reason=verdict.reason,
                detail=_detail(spec, verdict),
            )
        )
        self.named |= verdict.named
        self._score += verdict.score * spec.weight
        self._weight += spec.weight

    def add_failure(self, spec: GraderSpec, error: GraderFailed) -> None:
        """Take in that a grader could not give one."""
        self.failure = self.failure or error
        self.verdicts.append(GraderVerdict(grader=spec.name, error=str(error)))

    @property
    def status(self) -> Status:
        """A sample passes when every grader passes it; one that could not be graded is an error."""
        if self.failure is not None:
            return "error"
        return "passed" if all(v.passed for v in self.verdicts) else "failed"

    @property
    def score(self) -> float | None:
        """The weighted mean of the scores; None when a grader failed."""
        if self.failure is not None:
            return None
        return self._score / self._weight if self._weight else 1.0


def _detail(spec: GraderSpec, verdict: Verdict) -> dict[str, object] | None:
    """What the verdict tells beside, with the judge's digest as the grader puts it to use."""
    found = verdict.detail
    judge = None if found is None else found.get(IDENTITY)
    if found is None or not isinstance(judge, str):
        return found
    return {**found, IDENTITY: grader_identity(judge, spec.settings, negate=spec.negate)}


def unanswered(planned: Planned, address: bytes, error: ModelError) -> SampleRow:
    """The row of a sample that got no reply."""
    return SampleRow(
        **_asked(planned, address),
        status="error",
        score=None,
        output=None,
        verdicts=[],
        valid_first=None,
        valid=None,
        violations=[],
        exit=None,
        fallback=False,
        error=_told(error),
        model=None,
        finish=None,
        input_tokens=None,
        output_tokens=None,
        cached_tokens=None,
        cost_usd=None,
        latency_ms=None,
        first_token_ms=None,
        attempts=error.attempts,
        at_utc=None,
    )


def answered(planned: Planned, address: bytes, outcome: Outcome, graded: Graded, *, at_utc: str) -> SampleRow:
    """The row of a sample with a reply."""
    last, usage, failure = outcome.replies[-1], outcome.usage, graded.failure
    return SampleRow(
        **_asked(planned, address),
        status=graded.status,
        score=graded.score,
        output=outcome.text,
        verdicts=graded.verdicts,
        valid_first=outcome.first.valid,
        valid=outcome.checked.valid,
        violations=[str(v) for v in outcome.checked.violations],
        exit=outcome.checked.exit,
        fallback=outcome.fallback,
        error=None if failure is None else _told(failure),
        model=last.model,
        finish=last.finish,
        input_tokens=usage.input,
        output_tokens=usage.output,
        cached_tokens=usage.cached,
        cost_usd=None if outcome.cost_usd is None else f"{outcome.cost_usd:f}",
        latency_ms=round(outcome.latency_ms, 3),
        first_token_ms=last.first_token_ms,
        attempts=sum(reply.attempts for reply in outcome.replies),
        at_utc=at_utc,
        named=graded.named,
        tool_calls=[CalledTool(name=tool.name, arguments=tool.arguments) for tool in last.tool_calls],
        grading=graded.spent,
        fingerprint=last.fingerprint,
    )


def _told(error: AssayError) -> dict[str, str]:
    """An error as a row keeps it: code and sentence, and where known what to do and the place."""
    found = {"code": error.code, "what": error.what, "hint": error.hint or "", "where": str(error.where or "")}
    return {key: text for key, text in found.items() if text or key in {"code", "what"}}


class _Asked(TypedDict):
    sample: str
    case: str
    variant: str
    repeat: int
    inputs: dict[str, object]
    expected: object
    cluster: str | None
    tags: dict[str, str]


def _asked(planned: Planned, address: bytes) -> _Asked:
    case: Case = planned.case
    return _Asked(
        sample=address.hex(),
        case=case.id,
        variant=planned.variant.name,
        repeat=planned.repeat,
        inputs=case.inputs,
        expected=None if case.expected is MISSING else case.expected,
        cluster=case.cluster,
        tags=case.tags,
    )
