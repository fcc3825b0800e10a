"""What each prompt of a promptfoo run comes to: counts, sums of scores by name, and the metrics derived from them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from assay.core.location import Location
from assay.evaluate.promptfoo.derive import Calculates, Derived, read_metrics

_TOKENS = ("total", "prompt", "completion", "cached", "numRequests")


@dataclass(slots=True)
class _Metrics:
    score: float = 0.0
    counts: list[int] = field(default_factory=lambda: [0, 0, 0])
    asserted: list[int] = field(default_factory=lambda: [0, 0])
    latency_ms: float = 0.0
    cost: float = 0.0
    named: dict[str, float] = field(default_factory=dict)
    named_counts: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_TOKENS, 0))


class PromptTotals:
    """Adds up rows by prompt.

    Args:
        columns: Each prompt's ``raw``, ``label`` and ``provider``.
        derived: The configuration's derived metrics.
        engine: Works them out.
    """

    def __init__(
        self, columns: Sequence[dict[str, Any]], derived: Sequence[dict[str, Any]], engine: Calculates
    ) -> None:
        self._columns = columns
        self._metrics = [_Metrics() for _ in columns]
        self._derived = Derived(read_metrics(list(derived), Location("derivedMetrics")), engine)

    def add(self, row: dict[str, Any]) -> None:
        """Take in one row."""
        found = self._metrics[row["promptIdx"]]
        found.score += row["score"]
        weights = (row.get("gradingResult") or {}).get("namedScoreWeights") or {}
        for name, score in row["namedScores"].items():
            found.named[name] = found.named.get(name, 0.0) + score * weights.get(name, 1)
            found.named_counts[name] = found.named_counts.get(name, 0) + 1
        found.counts[row["failureReason"]] += 1
        self._derived.update(found.named, sum(found.counts))
        for part in (row.get("gradingResult") or {}).get("componentResults") or []:
            found.asserted[0 if part["pass"] else 1] += 1
        found.latency_ms += row.get("latencyMs") or 0
        found.cost += row.get("cost") or 0
        for name in _TOKENS:
            found.tokens[name] += (row.get("tokenUsage") or {}).get(name) or 0

    def prompts(self) -> list[dict[str, Any]]:
        """The prompts with their metrics."""
        return [
            {
                **column,
                "metrics": {
                    "score": found.score,
                    "testPassCount": found.counts[0],
                    "testFailCount": found.counts[1],
                    "testErrorCount": found.counts[2],
                    "assertPassCount": found.asserted[0],
                    "assertFailCount": found.asserted[1],
                    "totalLatencyMs": found.latency_ms,
                    "tokenUsage": found.tokens,
                    "namedScores": found.named,
                    "namedScoresCount": found.named_counts,
                    "cost": found.cost,
                },
            }
            for column, found in zip(self._columns, self._metrics, strict=True)
        ]


class Stats:
    """Counts of the whole run."""

    def __init__(self) -> None:
        self._counts = [0, 0, 0]
        self._tokens = dict.fromkeys(_TOKENS, 0)

    def add(self, row: dict[str, Any]) -> None:
        """Take in one row."""
        self._counts[row["failureReason"]] += 1
        for name in _TOKENS:
            self._tokens[name] += (row.get("tokenUsage") or {}).get(name) or 0

    @property
    def counts(self) -> tuple[int, int, int]:
        """Successes, failures, errors."""
        return self._counts[0], self._counts[1], self._counts[2]

    def as_json(self, duration_s: float) -> dict[str, Any]:
        """The counts in promptfoo's form."""
        successes, failures, errors = self._counts
        return {
            "successes": successes,
            "failures": failures,
            "errors": errors,
            "tokenUsage": self._tokens,
            "durationMs": round(duration_s * 1000),
        }
