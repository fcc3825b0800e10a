"""How the results of assertions add up to one result, by promptfoo's rules.

The score is the mean by weight. A test passes when none of its assertions fails, unless it has a threshold: then
its score alone decides. A set of assertions is scored like a test and counts as one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from assay.evaluate.promptfoo.script_text import number_text
from assay.evaluate.promptfoo.types import Json


@dataclass(slots=True, kw_only=True)
class Result:
    """What one assertion, one set or one test came to.

    Attributes:
        assertion: The assertion as written; None for a set.
        parts: What it is made of, where it has parts.
        failure: Why no verdict could be given, where that is so; it counts as a failed assertion.
        weights: The weight behind each named score.
    """

    passed: bool
    score: float
    reason: str
    assertion: Json | None = None
    named: dict[str, float] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    parts: list["Result"] | None = None
    failure: str | None = None
    metadata: Json = field(default_factory=dict)

    def as_json(self) -> Json:
        """The result in promptfoo's form."""
        found: Json = {"pass": self.passed, "score": self.score, "reason": self.reason}
        if self.named:
            found["namedScores"] = self.named
        if self.weights:
            found["namedScoreWeights"] = self.weights
        if self.parts is not None:
            found["componentResults"] = [part.as_json() for part in self.parts]
        if self.assertion is not None:
            found["assertion"] = self.assertion
        if self.metadata:
            found["metadata"] = self.metadata
        return found


class Total:
    """Adds results up.

    Args:
        threshold: The score from which the whole passes, whatever its parts did; None for none.
    """

    def __init__(self, threshold: Any = None) -> None:
        self._threshold = threshold if is_number(threshold) else None
        self._score = 0.0
        self._weight = 0.0
        self._named: dict[str, float] = {}
        self._weights: dict[str, float] = {}
        self._parts: list[Result] = []
        self._failed: str | None = None
        self.failed = False

    def add(self, result: Result, *, metric: str | None, weight: float) -> None:
        """Take in one result."""
        self._score += result.score * weight
        self._weight += weight
        self._parts.append(result)
        if metric:
            self._name(metric, result.score, weight)
        for name, score in result.named.items():
            if name != metric:
                self._name(name, score, result.weights.get(name, 1) * weight)
        if not result.passed:
            self.failed = True
            self._failed = result.reason

    def _name(self, name: str, score: float, weight: float) -> None:
        self._named[name] = self._named.get(name, 0.0) + score * weight
        self._weights[name] = self._weights.get(name, 0.0) + weight

    def result(self) -> Result:
        """What it all comes to."""
        score = self._score / self._weight if self._weight > 0 else 0.0
        passed, reason = not self.failed, self._failed or "All assertions passed"
        if self._threshold is not None:
            passed = score >= self._threshold
            sign = "≥" if passed else "<"
            reason = f"Aggregate score {score:.2f} {sign} {number_text(float(self._threshold))} threshold"
        named = {n: s / self._weights[n] if self._weights[n] > 0 else 0.0 for n, s in self._named.items()}
        return Result(
            passed=passed,
            score=score,
            reason=reason,
            named=named,
            weights=dict(self._weights),
            parts=list(flattened(self._parts)),
        )


def flattened(parts: Sequence[Result]) -> list[Result]:
    """The parts, each followed by its own parts."""
    found: list[Result] = []
    for part in parts:
        found.append(part)
        for inner in part.parts or []:
            inner.assertion = inner.assertion or part.assertion
            found.append(inner)
    return found


def nothing_asserted() -> Result:
    """The result of a test without assertions."""
    return Result(passed=True, score=1.0, reason="No assertions", parts=None)


def is_number(value: Any) -> bool:
    """Whether a value of JSON is a number that can be reckoned with."""
    return isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)


def numbers(value: Any) -> dict[str, float]:
    """The numbers of a mapping, by name; none for what is no mapping."""
    return {str(k): float(v) for k, v in value.items() if is_number(v)} if isinstance(value, dict) else {}
