"""A row of a native suite in promptfoo's form."""

from typing import Any

from assay.evaluate.types import GraderVerdict, SampleRow


def native_row(row: SampleRow, test: int, prompt: int) -> dict[str, Any]:
    """The row.

    Args:
        row: The sample.
        test: The number of its case and repeat.
        prompt: The number of its variant.
    """
    success = row.status == "passed"
    cost = None if row.cost_usd is None else float(row.cost_usd)
    usage = {"prompt": row.input_tokens, "completion": row.output_tokens, "cached": row.cached_tokens}
    tokens = {name: number for name, number in usage.items() if number is not None}
    found: dict[str, Any] = {
        "promptIdx": prompt,
        "testIdx": test,
        "promptId": "",
        "provider": {"id": row.model or "", "label": row.variant},
        "prompt": {"raw": "", "label": row.variant},
        "vars": row.inputs,
        "success": success,
        "score": row.score or 0.0,
        "namedScores": row.named,
        "failureReason": {"passed": 0, "failed": 1, "error": 2}[row.status],
        "latencyMs": row.latency_ms or 0,
        **_known(cost),
        "tokenUsage": {**tokens, "total": (row.input_tokens or 0) + (row.output_tokens or 0)},
        "metadata": row.tags,
        "testCase": {"description": row.case, "vars": row.inputs, "metadata": row.tags},
        "gradingResult": {
            "pass": success,
            "score": row.score or 0.0,
            "reason": _reason(row),
            "componentResults": [_component(verdict) for verdict in row.verdicts],
        },
    }
    if row.output is not None:
        found["response"] = {"output": row.output, "tokenUsage": found["tokenUsage"], **_known(cost)}
    if row.error is not None:
        found["error"] = row.error.get("what", "")
    return found


def _known(cost: float | None) -> dict[str, float]:
    """What a call cost; nothing where that is unknown, as 0 would say that it was free."""
    return {} if cost is None else {"cost": cost}


def _reason(row: SampleRow) -> str:
    failed = next((verdict for verdict in row.verdicts if not verdict.passed), None)
    return "All assertions passed" if failed is None else failed.error or failed.reason


def _component(verdict: GraderVerdict) -> dict[str, Any]:
    return {
        "pass": bool(verdict.passed),
        "score": verdict.score or 0.0,
        "reason": verdict.error or verdict.reason,
        "assertion": {"type": verdict.grader},
    }
