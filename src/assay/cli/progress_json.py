"""How far a run is, for machines: JSON lines on stderr (``docs/reference/progress-json.md``).

``started`` first, then ``progress`` at most once a second, ``notice`` for what concerns the whole run, and
``finished`` last, if it comes to its end. ``progress_view.py`` is the same for people.
"""

from types import TracebackType
from typing import Self

import click
import msgspec

from assay.cli.progress_view import Pace
from assay.core.clock import Clock, SystemClock
from assay.evaluate.runner import Progress
from assay.evaluate.summary import Summary

EVERY_S = 1.0


class ProgressLines:
    """Writes the lines while the ``with`` block runs.

    Args:
        suite: The suite's name.
        total: How many samples there will be.
        clock: The time.
    """

    def __init__(self, suite: str, total: int, *, clock: Clock | None = None) -> None:
        self._suite = suite
        self._total = total
        self._clock = clock or SystemClock()
        self._pace = Pace(total)
        self._last = Progress()
        self._next_s = 0.0

    def __enter__(self) -> Self:
        now_s = self._clock.monotonic_s()
        self._next_s = now_s + EVERY_S
        self._pace.note(now_s, 0)
        self._write("started", {"total": self._total})
        return self

    def update(self, progress: Progress) -> None:
        """Take note of how far the run is; writes only when it is time to."""
        self._last = progress
        now_s = self._clock.monotonic_s()
        if now_s >= self._next_s:
            self._next_s = now_s + EVERY_S
            self._pace.note(now_s, progress.done)
            left_s, per_s = self._pace.left_s, self._pace.per_s
            pace = {"per_s": _rounded(per_s), "left_s": _rounded(left_s)}
            self._write("progress", {"total": self._total} | _counts(progress) | pace)

    def say(self, sentence: object) -> None:
        """A sentence that concerns the whole run."""
        self._write("notice", {"sentence": str(sentence)})

    def finish(self, summary: Summary, folder: str) -> None:
        """The last line, once the run has come to its end."""
        decided = {"decision": summary.decision, "gated": summary.gated}
        ended = {"missing": summary.missing, "stopped": summary.stopped, "run": folder}
        took = {"duration_s": summary.duration_s}
        self._write("finished", {"total": self._total} | _counts(self._last) | took | decided | ended)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def _write(self, event: str, told: dict[str, object]) -> None:
        click.echo(msgspec.json.encode({"event": event, "suite": self._suite} | told).decode(), err=True)


def _counts(progress: Progress) -> dict[str, object]:
    return {
        "done": progress.done,
        "errors": progress.errors,
        "calls_made": progress.made,
        "calls_reused": progress.reused,
        "tokens": progress.tokens,
        "cost_usd": None if progress.cost_usd is None else float(progress.cost_usd),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
