"""What did not pass, for people at a terminal: how often each grader did, the first cases with reasons, the errors.

The figures and the decision are in ``eval_view.py``. Text of models and cases is never printed raw; a reason is
wrapped and not cut, save one that would fill the screen.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from assay.cli.terminal_text import TerminalText
from assay.evaluate import wording
from assay.evaluate.first_failure import input_of, reasons
from assay.evaluate.summary import VariantSummary
from assay.evaluate.types import SampleRow

if TYPE_CHECKING:
    from rich.console import Console

FAILURES_SHOWN = 5
GRADERS_SHOWN = 30
_REASON_CHARS = 600
_NAME_WIDTH = 40
Pair = tuple[SampleRow, SampleRow]


class FailureView:
    """Prints the parts; each leaves an empty line before itself."""

    def __init__(self, console: "Console") -> None:
        self.console = console
        self.text = TerminalText.of(console)

    def graders(self, variants: Sequence[VariantSummary]) -> None:
        """How many samples each grader passed, where that says more than the pass rate."""
        told = [(variant, grader) for variant in variants for grader in variant.graders]
        names = dict.fromkeys(grader.grader for _, grader in told)
        if not any(grader.passed < grader.rate.of for _, grader in told):
            return
        self._title("Graders")
        shown = list(names)[:GRADERS_SHOWN]
        wide = max(len(self.text.one_line(name, _NAME_WIDTH)) for name in shown)
        for name in shown:
            rows = [(variant.name, grader) for variant, grader in told if grader.grader == name]
            for number, (variant, grader) in enumerate(rows):
                head = self.text.one_line(name, _NAME_WIDTH) if not number else ""
                among = f" under {self.text.one_line(variant, _NAME_WIDTH)}" if len(variants) > 1 else ""
                errors = f", {wording.plural(grader.errors, 'error')}" if grader.errors else ""
                said = f"{grader.passed:,} of {grader.rate.of:,} passed{errors}{among}"
                self.wrapped(f"{head.ljust(wide)}  ", said)
        if len(names) > len(shown):
            self.wrapped("  ", f"and {len(names) - len(shown)} more, in the report")

    def failures(self, rows: Sequence[SampleRow], total: int) -> None:
        """The first samples that did not pass: the graders that failed each, why, and what came."""
        if not rows:
            return
        shown = rows[:FAILURES_SHOWN]
        self._title(f"Failed: {wording.plural(total, 'sample')}{_first_of(len(shown), total)}")
        for row in shown:
            self._case(row)
            self._sides(row, indent="    ")

    def both(self, pairs: Sequence[Pair], total: int) -> None:
        """The first cases that both compared variants fail, which no flip shows."""
        if not pairs:
            return
        self._title(f"Both fail: {wording.plural(total, 'sample')}{_first_of(len(pairs), total)}")
        for pair in pairs:
            self._case(pair[0])
            for row in pair:
                self.wrapped("    ", row.variant, style="bold")
                self._sides(row, indent="      ")

    def _case(self, row: SampleRow) -> None:
        again = f" (repeat {row.repeat + 1})" if row.repeat else ""
        self.wrapped("  ", f"✗ {_flat(row.case, 200)}{again}", style="red")
        self._one_line("    input     ", input_of(row))
        if row.expected is not None:
            self._one_line("    expected  ", wording.shown(row.expected))

    def _sides(self, row: SampleRow, *, indent: str) -> None:
        """Why, and the reply's beginning."""
        for name, reason in reasons(row):
            self.wrapped(indent, f"{_flat(name, 80)}: {_flat(reason, _REASON_CHARS)}")
        if row.output is not None:
            self._one_line(f"{indent}reply     "[:14], row.output or "(empty)")

    def errors(self, variants: Sequence[VariantSummary], first: Mapping[str, SampleRow]) -> None:
        """Errors by code; below each what the first of them says, what to do, and where it was."""
        failing = [variant for variant in variants if variant.error_codes]
        if not failing:
            return
        self._title("Errors")
        told: set[str] = set()
        for variant in failing:
            for code, count in variant.error_codes.items():
                among = f"{variant.name}: " if len(variants) > 1 or not first else ""
                self.wrapped("  ", f"{among}{code} × {count:,}")
                if code in first and code not in told:
                    told.add(code)
                    self._error(first[code])

    def _error(self, row: SampleRow) -> None:
        error = row.error or {}
        self.wrapped("    ", _flat(error.get("what", ""), _REASON_CHARS))
        if error.get("hint"):
            self.wrapped("    ", f"hint: {_flat(error['hint'], _REASON_CHARS)}")
        place = f", {error['where']}" if error.get("where") else ""
        self.wrapped("    ", f"first in case {_flat(row.case, 200)}{place}", style="dim")

    def _title(self, text: str) -> None:
        self.console.print()
        self.console.print(self.text.safe(text), style="bold")

    def _one_line(self, head: str, text: str) -> None:
        """A label and the beginning of a text, on one line."""
        self.console.print(head + self.text.one_line(text, max(10, self.console.width - len(head))))

    def wrapped(self, indent: str, text: str, *, style: str = "") -> None:
        """A text on as many lines as it takes, each as far from the edge."""
        for line in self._lines(self.text.safe(text), max(20, self.console.width - len(indent))):
            self.console.print(indent + line, style=style or None, soft_wrap=True)
            indent = " " * len(indent)

    def _lines(self, text: str, width: int) -> Iterator[str]:
        from rich.text import Text  # noqa: PLC0415 - costs start-up time

        for line in Text(text).wrap(self.console, width, overflow="fold"):
            yield line.plain.rstrip()


def _first_of(shown: int, total: int) -> str:
    return f"; the first {shown}" if shown < total else ""


def _flat(text: str, limit: int) -> str:
    """The text on one line, cut only where it would fill the screen."""
    flat = " ".join(text[: 4 * limit].split())
    return flat[:limit] + "…" if len(flat) > limit or len(text) > 4 * limit else flat
