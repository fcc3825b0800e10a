"""The row of one sample, twice: in promptfoo's form, for its JSON, and in Assay's, for everything else."""

from dataclasses import dataclass, field
from typing import Any

from assay.core.errors import AssayError, ModelError
from assay.evaluate.asking import Bill
from assay.evaluate.promptfoo.plan import Planned, tags_of
from assay.evaluate.promptfoo.score import Result
from assay.evaluate.promptfoo.script_text import output_text
from assay.evaluate.promptfoo.types import Json, Response
from assay.evaluate.types import GraderVerdict, SampleRow, Status

ASSERTED, ERRED = 1, 2
_SHOWN_CHARS = 40


@dataclass(slots=True)
class State:
    """What is known of a sample while it is made.

    Attributes:
        test: The test as hooks left it.
        values: The variables as the prompt saw them.
        text: The prompt that was sent.
        output: What was graded, after all transforms.
        error: What went wrong, where something did.
        result: What the assertions came to.
        bill: What its judges were asked.
    """

    planned: Planned
    test: Json
    values: Json
    text: str = ""
    config: Json = field(default_factory=dict)
    address: bytes = b""
    response: Response = field(default_factory=Response)
    output: Any = None
    error: AssayError | None = None
    result: Result | None = None
    bill: Bill = field(default_factory=Bill)

    @property
    def success(self) -> bool:
        """Whether the row passes."""
        return self.error is None and self.result is not None and self.result.passed

    @property
    def score(self) -> float:
        """Promptfoo's score: 0 for an error."""
        return self.result.score if self.error is None and self.result is not None else 0.0


def row_json(state: State) -> Json:
    """The row as promptfoo writes it."""
    planned, result, column = state.planned, state.result, state.planned.column
    config = {key: value for key, value in state.config.items() if key not in (state.test.get("options") or {})}
    row: Json = {
        "promptIdx": column.index,
        "testIdx": planned.row,
        "promptId": column.prompt.id or "",
        "provider": {"id": column.provider.id, "label": column.provider.label or ""},
        "prompt": {"raw": state.text or column.prompt.raw, "label": column.prompt.label, "config": config},
        "vars": state.values,
        "success": state.success,
        "score": state.score,
        "namedScores": dict(result.named) if result is not None and state.error is None else {},
        "failureReason": 0 if state.success else ERRED if state.error is not None else ASSERTED,
        "latencyMs": state.response.latencyMs or 0,
        "cost": state.response.cost or 0,
        "tokenUsage": state.response.tokenUsage,
        "metadata": {**(state.test.get("metadata") or {}), **state.response.metadata},
        "testCase": _without_settings(state.test),
    }
    if state.error is not None:
        row["error"] = state.error.what
        row["gradingResult"] = None
    else:
        row["response"] = _response_json(state)
        row["gradingResult"] = None if result is None else _without_settings(result.as_json())
        if result is not None and not result.passed:
            row["error"] = result.reason
    return row


def _without_settings(value: Any) -> Any:
    """The value with each provider in it reduced to its id and label: its settings may hold a key."""
    if isinstance(value, list):
        return [_without_settings(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {key: _without_settings(item) for key, item in value.items()}
    if isinstance(provider := value.get("provider"), dict):
        found["provider"] = {key: provider[key] for key in ("id", "label") if key in provider}
    return found


def _response_json(state: State) -> Json:
    response = state.response
    found: Json = {"output": state.output, "tokenUsage": response.tokenUsage, "cached": response.cached}
    for name in ("cost", "metadata", "latencyMs", "finishReason"):
        if (value := getattr(response, name)) not in (None, {}):
            found[name] = value
    return found


def sample_row(state: State, row: Json) -> SampleRow:
    """The row as Assay counts and shows it. A judge that gave no verdict makes it an error, not a failure."""
    planned, response = state.planned, state.response
    failure = _failure(state.result)
    error = _told(state.error) or failure
    status: Status = "error" if error is not None else "passed" if state.success else "failed"
    usage = response.tokenUsage
    output = None if state.output is None else output_text(state.output)
    return SampleRow(
        sample=state.address.hex(),
        case=planned.case,
        variant=planned.column.name,
        repeat=planned.repeat,
        status=status,
        score=None if error is not None else min(1.0, max(0.0, state.score)),
        output=output,
        inputs=state.values,
        expected=None,
        cluster=None,
        tags=tags_of(state.test.get("metadata")),
        verdicts=list(_verdicts(state)),
        valid_first=None if output is None else True,
        valid=None if output is None else True,
        violations=[],
        exit=None,
        fallback=False,
        error=error,
        model=planned.column.provider.name,
        finish=response.finishReason,
        input_tokens=usage.get("prompt"),
        output_tokens=usage.get("completion"),
        cached_tokens=usage.get("cached"),
        cost_usd=None if response.cost is None else f"{response.cost:.10f}".rstrip("0").rstrip("."),
        latency_ms=response.latencyMs,
        first_token_ms=None,
        attempts=state.error.attempts if isinstance(state.error, ModelError) else 1,
        at_utc=None,
        named=row["namedScores"],
        grading=state.bill.total(),
        detail=row,
    )


def _told(error: AssayError | None) -> dict[str, str] | None:
    if error is None:
        return None
    told = {"code": error.code, "what": error.what}
    return {**told, "hint": error.hint} if error.hint else told


def _failure(result: Result | None) -> dict[str, str] | None:
    """The first assertion that gave no verdict; one that does not count does not make an error."""
    for part in [] if result is None else [result, *(result.parts or [])]:
        if part.failure is not None and (part.assertion or {}).get("weight") != 0:
            return {"code": "promptfoo.no_verdict", "what": part.failure}
    return None


def _verdicts(state: State) -> list[GraderVerdict]:
    """A verdict for each assertion, under a name that is the same in every row of the test's kind."""
    found: list[GraderVerdict] = []
    seen: dict[str, int] = {}
    for part in (state.result.parts or []) if state.result is not None else []:
        name = _name_of(part)
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            name = f"{name} ({seen[name]})"
        if part.failure is not None:
            found.append(GraderVerdict(grader=name, error=part.failure))
        else:
            found.append(GraderVerdict(grader=name, score=part.score, passed=part.passed, reason=part.reason))
    return found


def _name_of(part: Result) -> str:
    assertion = part.assertion
    if assertion is None:
        return "assert-set"
    return str(assertion.get("type"))
