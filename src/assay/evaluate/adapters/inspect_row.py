"""A sample of Inspect's log as a row of ours: its scores as verdicts, what it used, and the tools that it called."""

import hashlib
from decimal import Decimal
from typing import Any

import msgspec

from assay.core.errors import GraderFailed
from assay.core.location import Location
from assay.evaluate.adapters.inspect_score import verdict_of
from assay.evaluate.row import Graded
from assay.evaluate.types import CalledTool, GraderSpec, SampleRow
from assay.evaluate.verdict import one_line
from assay.models.price import cost
from assay.models.target import Target
from assay.models.types import Usage


def row_of(sample: Any, variant: str, target: Target, *, threshold: float) -> SampleRow:
    """The row of a finished sample.

    Args:
        sample: An ``inspect_ai.log.EvalSample``.
        variant: The variant's name.
        target: The model that was evaluated, for what it cost.
        threshold: The score from which a sample passes.
    """
    graded = Graded()
    for name, score in (sample.scores or {}).items():
        spec = GraderSpec(grader="inspect-scorer", name=name, where=Location(""))
        try:
            graded.add(spec, verdict_of(name, score, threshold=threshold))
        except GraderFailed as error:
            graded.add_failure(spec, error)
    failed = sample.error is not None
    usage = _usage(sample)
    output = None if failed else sample.output.completion
    usd = cost(target.provider, target.model, usage, base_url=target.base_url).usd
    return SampleRow(
        sample=hashlib.sha256(f"{variant}\0{sample.id}\0{sample.epoch}\0{target}".encode()).hexdigest(),
        case=str(sample.id),
        variant=variant,
        repeat=sample.epoch - 1,
        status="error" if failed else graded.status,
        score=None if failed else graded.score,
        output=output,
        inputs={"input": _said(sample.input)},
        expected=sample.target,
        cluster=None,
        tags={key: value for key, value in (sample.metadata or {}).items() if isinstance(value, str)},
        verdicts=graded.verdicts,
        valid_first=None if failed else True,
        valid=None if failed else True,
        violations=[],
        exit=None,
        fallback=False,
        error={"code": "inspect.sample", "what": one_line(sample.error.message)} if failed else _error(graded),
        model=sample.output.model or None,
        finish=sample.output.stop_reason if sample.output.choices else None,
        input_tokens=usage.input,
        output_tokens=usage.output,
        cached_tokens=usage.cached,
        cost_usd=None if usd is None else f"{Decimal(usd):f}",
        latency_ms=None if sample.working_time is None else round(sample.working_time * 1000, 3),
        first_token_ms=None,
        attempts=1,
        at_utc=None,
        named=graded.named,
        tool_calls=_tools(sample),
    )


def _error(graded: Graded) -> dict[str, str] | None:
    return None if graded.failure is None else {"code": graded.failure.code, "what": graded.failure.what}


def _usage(sample: Any) -> Usage:
    """What the sample used of all models together; a judge's calls are in it, as Inspect counts them so."""
    used = list((sample.model_usage or {}).values())
    if not used:
        return Usage()
    return Usage(
        input=sum(one.input_tokens for one in used),
        output=sum(one.output_tokens for one in used),
        cached=sum(one.input_tokens_cache_read or 0 for one in used),
    )


def _tools(sample: Any) -> list[CalledTool]:
    calls = [call for message in sample.messages for call in getattr(message, "tool_calls", None) or ()]
    return [CalledTool(name=c.function, arguments=msgspec.json.encode(c.arguments).decode()) for c in calls]


def _said(given: Any) -> object:
    return given if isinstance(given, str) else [{"role": one.role, "content": one.text} for one in given]
