"""What a sample's row says of a metric, as one number; NaN where it says nothing.

A sample without a verdict is never a pass: what it is instead, the gate's ``missing`` says. Case by case is
``case_column.py``.
"""

import math
from collections.abc import Callable
from decimal import Decimal

from assay.evaluate.gate_spec import MissingRule, Standing
from assay.evaluate.types import SampleRow

NOTHING = math.nan
_FAILED = 0.0

Read = Callable[[SampleRow], float]
"""A metric: the number that a row says."""


def kind_of(code: str) -> str:
    """Which kind of missing an error's code is: ``errors``, ``timeouts`` or ``refusals``."""
    if code.startswith("judge."):
        return "refusals"
    return "timeouts" if code.endswith("timed_out") else "errors"


def standing_of(row: SampleRow, rule: MissingRule) -> Standing | None:
    """What the sample counts as by the rule; None where it has its verdict."""
    if row.error is None:
        return None
    standing: Standing = getattr(rule, kind_of(row.error["code"]))
    return standing


def reader(metric: str, rule: MissingRule) -> Read:
    """The metric of that name, with samples without a verdict counted as the rule says."""
    prefix, _, name = metric.partition(":")
    if name:
        read = _grader(name) if prefix == "grader" else _named(name)
        return lambda row: _or_missing(read(row), row, rule)
    if metric in _QUALITIES:
        quality = _QUALITIES[metric]
        return lambda row: _or_missing(quality(row), row, rule)
    return _MEASURES[metric]


def never_failed(grader: str) -> Read:
    """1 where the grader failed the sample or could not tell, 0 where it passed; NaN where nothing was said.

    A sample without a reply cannot have done what must never happen; it does not show either that it never would.
    """

    def read(row: SampleRow) -> float:
        if row.output is None:
            return NOTHING
        return 0.0 if any(verdict.grader == grader and verdict.passed for verdict in row.verdicts) else 1.0

    return read


def _or_missing(value: float | None, row: SampleRow, rule: MissingRule) -> float:
    if value is not None:
        return value
    # Without an error, the metric is not about this sample: a criterion that it was not held to.
    return _FAILED if standing_of(row, rule) in ("missing", "fails") else NOTHING


def _grader(name: str) -> Callable[[SampleRow], float | None]:
    def read(row: SampleRow) -> float | None:
        return next((verdict.score for verdict in row.verdicts if verdict.grader == name), None)

    return read


def _named(name: str) -> Callable[[SampleRow], float | None]:
    return lambda row: row.named.get(name)


def _passed(row: SampleRow) -> float | None:
    return None if row.status == "error" else float(row.status == "passed")


def _valid(row: SampleRow) -> float | None:
    return None if row.valid is None else float(row.valid)


def _number(value: str | float | None) -> float:
    return NOTHING if value is None else float(Decimal(value) if isinstance(value, str) else value)


_QUALITIES: dict[str, Callable[[SampleRow], float | None]] = {
    "pass": _passed,
    "score": lambda row: row.score,
    "valid": _valid,
}
_MEASURES: dict[str, Read] = {
    "latency_ms": lambda row: _number(row.latency_ms),
    "first_token_ms": lambda row: _number(row.first_token_ms),
    "cost_usd": lambda row: _number(row.cost_usd),
    "input_tokens": lambda row: _number(row.input_tokens),
    "output_tokens": lambda row: _number(row.output_tokens),
}
