"""How far a run is, on stderr: a bar on a terminal, a line every few seconds elsewhere, nothing when quiet.

``update`` is called once a sample, thousands of times a second, and mostly returns at once.
"""

from collections import deque
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

from assay.cli.output import stderr_console
from assay.cli.terminal_text import TerminalText
from assay.core.clock import Clock, SystemClock
from assay.evaluate import wording
from assay.evaluate.runner import Progress
from assay.evaluate.summary import Summary

if TYPE_CHECKING:
    from rich.console import Console

DRAW_EVERY_S = 0.1
LINE_EVERY_S = 5.0
RATE_OVER_S = 20.0
SHARE_BEFORE_GUESS = 0.03
"""How much of a run is done before the time left is told: the first samples wait for a model to be loaded."""
FEW_BEFORE_GUESS, LONG_BEFORE_GUESS_S = 5, 30.0
_WIDTH_OF_WORDS = 74


class Pace:
    """The rate of late, and from it the time left: a resumed run starts fast and then slows down."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._marks: deque[tuple[float, int]] = deque()
        self._first: tuple[float, int] | None = None

    def note(self, at_s: float, done: int) -> None:
        """So many were done at that time."""
        self._first = self._first or (at_s, done)
        self._marks.append((at_s, done))
        while len(self._marks) > 2 and at_s - self._marks[1][0] >= RATE_OVER_S:
            self._marks.popleft()

    @property
    def per_s(self) -> float | None:
        """Samples a second; None before that can be said."""
        if len(self._marks) < 2:
            return None
        (from_s, before), (to_s, after) = self._marks[0], self._marks[-1]
        return (after - before) / (to_s - from_s) if to_s > from_s else None

    @property
    def left_s(self) -> float | None:
        """Seconds that the rest will take at this rate; None while that would be a wild guess."""
        rate = self.per_s
        return (self._total - self._marks[-1][1]) / rate if rate and self._is_telling() else None

    def _is_telling(self) -> bool:
        """A few percent are done; of a large run, some samples over half a minute."""
        (from_s, before), (at_s, after) = self._first or (0.0, 0), self._marks[-1]
        done = after - before
        if done < FEW_BEFORE_GUESS:
            return False
        return done >= SHARE_BEFORE_GUESS * self._total or at_s - from_s >= LONG_BEFORE_GUESS_S


def progress_words(progress: Progress, total: int, pace: Pace) -> str:
    """``120/264 · 12.3/s · 0 errors · 20,113 tokens · $0 · 12 s left``."""
    parts = [f"{progress.done:,}/{total:,}"]
    if pace.per_s is not None:
        parts.append(f"{pace.per_s:.1f}/s" if pace.per_s < 100 else f"{pace.per_s:,.0f}/s")
    parts += [
        wording.plural(progress.errors, "error"),
        wording.plural(progress.tokens, "token"),
        "cost unknown" if progress.cost_usd is None else wording.cost(progress.cost_usd),
    ]
    if pace.left_s is not None and progress.done < total:
        parts.append(f"{_about(pace.left_s)} left")
    return " · ".join(parts)


def _about(time_s: float) -> str:
    """A time that is a guess: in whole seconds at most."""
    return wording.duration(time_s) if time_s >= 59.5 else f"{max(1, round(time_s))}{wording.NBSP}s"


class ProgressView:
    """Shows progress while the ``with`` block runs.

    Args:
        total: How many samples there will be.
        quiet: Show nothing.
        clock: The time.
    """

    def __init__(self, total: int, *, quiet: bool, clock: Clock | None = None) -> None:
        self._total = total
        self._clock = clock or SystemClock()
        self._pace = Pace(total)
        self._last = Progress()
        self._quiet = quiet
        self._bar: _Bar | None = None
        self._text: TerminalText | None = None
        self._next_s = 0.0
        self._began_s = 0.0
        self._every_s = LINE_EVERY_S

    def __enter__(self) -> Self:
        if self._quiet:
            self._next_s = float("inf")
            return self
        console = stderr_console()
        self._text = TerminalText.of(console)
        if console.is_terminal:
            self._bar = _Bar(console, self._total)
            self._every_s = DRAW_EVERY_S
        self._began_s = self._clock.monotonic_s()
        self._next_s = self._began_s + self._every_s
        self._pace.note(self._began_s, 0)
        return self

    def update(self, progress: Progress) -> None:
        """Take note of how far the run is; draws only when it is time to."""
        self._last = progress
        now_s = self._clock.monotonic_s()
        if now_s >= self._next_s:
            self._next_s = now_s + self._every_s
            self._pace.note(now_s, progress.done)
            self._show(progress_words(progress, self._total, self._pace))

    def say(self, sentence: object) -> None:
        """Print a sentence that concerns the whole run, whether progress is shown or not."""
        safe = TerminalText.of(stderr_console()).safe(str(sentence))
        if self._bar is not None:
            self._bar.say(safe)
        else:
            click.echo(safe, err=True)

    def finish(self, summary: Summary, folder: str) -> None:
        """What the run came to is printed by whoever called it."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._quiet:
            return
        now_s = self._clock.monotonic_s()
        self._pace.note(now_s, self._last.done)
        if self._bar is not None or self._last.done:
            took = wording.duration(now_s - self._began_s)
            self._show(f"{progress_words(self._last, self._total, self._pace)} · {took}")
        if self._bar is not None:
            self._bar.stop()

    def _show(self, words: str) -> None:
        assert self._text is not None
        safe = self._text.safe(words)
        if self._bar is not None:
            self._bar.show(self._last.done, safe)
        else:
            click.echo(safe, err=True)


class _Bar:
    """Rich's progress bar, with the words of ours behind it."""

    def __init__(self, console: "Console", total: int) -> None:
        from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415 - costs start-up time

        width = max(6, min(40, console.width - _WIDTH_OF_WORDS))
        self._progress = Progress(
            BarColumn(bar_width=width),
            TextColumn("{task.description}", markup=False),
            console=console,
            refresh_per_second=4,
            redirect_stdout=False,
        )
        self._task = self._progress.add_task(f"0/{total:,}", total=total)
        self._progress.start()

    def show(self, done: int, words: str) -> None:
        """Redraw at the next occasion."""
        self._progress.update(self._task, completed=done, description=words)

    def say(self, sentence: str) -> None:
        """Print a line above the bar."""
        self._progress.console.print(sentence, markup=False, highlight=False, soft_wrap=True)

    def stop(self) -> None:
        """Leave the last state where it is and give the terminal back."""
        self._progress.stop()
