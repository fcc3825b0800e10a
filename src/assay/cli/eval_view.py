"""What ``assay eval`` prints when a run is over: the variants, the difference, the decision, and where to go on.

Progress while it works is in ``progress_view.py``. Text of models and cases is never printed raw.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assay.cli.failure_view import FailureView, Pair
from assay.cli.progress_view import ProgressView
from assay.cli.terminal_text import TerminalText
from assay.cli.workflow import commands_ignored
from assay.evaluate import wording
from assay.evaluate.first_failure import FirstFailures
from assay.evaluate.gate_told import is_corrected, name_of, sentence_of, told, without_unpowered, worst_first
from assay.evaluate.report_page import focus
from assay.evaluate.report_page import worst_first as weakest_first
from assay.evaluate.summary import Comparison, Flip, GatePart, Summary, VariantSummary
from assay.evaluate.types import Decision, Standing

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

__all__ = ["STATUS", "STOPPED", "ProgressView", "print_suites", "print_summary"]

STATUS: dict[Decision, int] = {"pass": 0, "fail": 1, "inconclusive": 3, "invalid": 3}
"""With which status a command ends that ends in a decision."""

STOPPED = "interrupted; what was paid for is kept, and the same command goes on from there"
FLIPS_SHOWN = 10
SLICES_SHOWN = 4
PARTS_SHOWN = 12
_MEANS = {
    "block": "an open question blocks the change",
    "approval": "an open question needs an approval with a reason",
    "canary": "an open question is allowed, with a canary",
}
_LABEL_WIDTH = 14
_CELL_WIDTH = 24
_GAP = 3
_FLIP_GAP = 2
_STYLES: dict[Standing, str] = {
    "pass": "bold cyan",
    "fail": "bold red",
    "inconclusive": "bold yellow",
    "invalid": "bold magenta",
    "no gate": "bold",
}


def print_summary(
    console: "Console",
    summary: Summary,
    *,
    report: Path,
    next_commands: Sequence[str],
    first: FirstFailures | None = None,
    both_fail: tuple[int, Sequence[Pair]] = (0, ()),
) -> None:
    """Print a finished run.

    Args:
        console: Where to.
        summary: What the run came to.
        report: The path of the HTML report.
        next_commands: What to try next.
        first: The first samples that did not pass.
        both_fail: How many samples both compared variants fail, and the first of them.
    """
    first = first or FirstFailures()
    with commands_ignored():
        view = SummaryView(console)
        view.variants(summary.variants)
        view.difference(summary.comparison, judged=any(map(is_corrected, told(summary))))
        view.decision(summary)
        failing = FailureView(console)
        failing.graders(summary.variants)
        view.flips(summary.comparison)
        if summary.comparison is None:
            failing.failures(first.failed, sum(variant.failed for variant in summary.variants))
        failing.both(both_fail[1], both_fail[0])
        view.slices(summary)
        failing.errors(summary.variants, first.errors)
        view.where(summary, report, next_commands)


def print_suites(console: "Console", summaries: Sequence[Summary]) -> None:
    """One line that sums up the runs of several suites."""
    text = TerminalText.of(console)
    said = [f"{' '.join(wording.STANDING_WORDS[s.standing])}: {text.one_line(s.suite, 60)}" for s in summaries]
    with commands_ignored():
        console.print()
        console.print(text.safe(f"{len(summaries)} suites.  {';  '.join(said)}"), style="bold")


class SummaryView:
    """Prints the parts; each leaves an empty line before itself."""

    def __init__(self, console: "Console") -> None:
        self.console = console
        self.text = TerminalText.of(console)

    def variants(self, variants: Sequence[VariantSummary]) -> None:
        """Measures down, variants across; as many across as fit."""
        fit = max(1, (self.console.width - _LABEL_WIDTH - 2) // (_CELL_WIDTH + _GAP))
        for first in range(0, len(variants), fit):
            self.line()
            self.console.print(self._variants_table(variants[first : first + fit]))

    def _variants_table(self, variants: Sequence[VariantSummary]) -> "Table":
        table = self.table()
        head = f"{wording.level(variants[0].level)} intervals"
        table.add_column(self.text.safe(head), no_wrap=True, min_width=_LABEL_WIDTH)
        for variant in variants:
            table.add_column(self.text.one_line(variant.name, _CELL_WIDTH), no_wrap=True, overflow="crop")
        for label, cells in _measures(variants):
            table.add_row(self.text.safe(label), *(self.text.safe(cell) for cell in cells))
        return table

    def difference(self, found: Comparison | None, *, judged: bool = False) -> None:
        """The paired difference, in points; ``judged`` where the gate makes up for the errors in it."""
        if found is None:
            return
        self.line()
        names = f"{found.candidate} against {found.baseline}"
        if not found.n:
            self.line(f"Difference: no case was answered by both, so {names} cannot be compared.")
            return
        interval = f"{wording.level(found.level)} interval {wording.signed(found.low)} to {wording.signed(found.high)}"
        cases = wording.plural(found.n, "case")
        clusters = f" in {wording.plural(found.clusters, 'cluster')}" if found.clusters != found.n else ""
        how = " as judged" if judged else ""
        self.line(f"Difference{how}: {wording.points(found.diff)}, {interval}")
        self.line(f"{names}, paired on {cases}{clusters}: {found.gained:,} gained, {found.lost:,} lost", style="dim")

    def decision(self, summary: Summary) -> None:
        """The decision: sign, word, sentence; then every rule, the worst first."""
        self.line()
        self._decided(summary.standing, summary.sentence)
        parts, small = without_unpowered(list(worst_first(told(summary))))
        others = [part for part in parts if part.sentence != summary.sentence]
        for part in others[:PARTS_SHOWN]:
            self._part(part)
        if small:
            self.line(f"? {small}")
        if len(others) > PARTS_SHOWN:
            self.line(f"and {wording.plural(len(others) - PARTS_SHOWN, 'rule')} more: assay gate {summary.run}")
        self._beside(summary)

    def _part(self, part: GatePart) -> None:
        """A rule's sign, name and sentence."""
        sign, _ = wording.STANDING_WORDS[part.decision]
        text = self.styled(f"{sign} ", _STYLES[part.decision])
        text.append(self.text.safe(f"{name_of(part)}: {sentence_of(part)}"), style="default not bold")
        self.console.print(text)

    def _beside(self, summary: Summary) -> None:
        """What the comparison could see, and what an open question means."""
        compare = next((part for part in summary.gate if part.rule == "compare"), None)
        if compare is not None and compare.visible is not None:
            visible = f"{100 * compare.visible:.3g} points"
            self.line(f"So many cases can see a difference of {visible} or more, four times out of five.", style="dim")
        if summary.decision == "inconclusive" and summary.policy is not None:
            self.line(f"The suite's risk is {summary.policy.risk}: {_MEANS[summary.policy.inconclusive]}.", style="dim")

    def _decided(self, standing: Standing, sentence: str) -> None:
        from rich.text import Text  # noqa: PLC0415 - costs start-up time

        sign, word = wording.STANDING_WORDS[standing]
        text = Text(self.text.safe(f"{sign} {word.upper()}"), style=_STYLES[standing])
        text.append(f"  {self.text.safe(sentence)}", style="default not bold")
        self.console.print(text)

    def flips(self, found: Comparison | None) -> None:
        """The first cases that flipped, the lost ones before the gained."""
        if found is None:
            return
        self.line()
        if not found.flips:
            self.line("Flips: none; both variants pass and fail the same cases.")
            return
        shown = first_flips(found.flips)
        some = f"; {len(shown)} of them" if len(shown) < found.lost + found.gained else ""
        self.line(f"Flips: {found.lost:,} lost, {found.gained:,} gained{some}", style="bold")
        self._flip(found, shown)

    def _flip(self, found: Comparison, flips: Sequence[Flip]) -> None:
        """A head, then of each flip a line with both replies, below it the input, and why one was lost."""
        width = self.console.width
        sign, case = len("✓ gained"), max(12, min(30, width // 5))
        rest = width - sign - case - 4 * _FLIP_GAP
        widths = (sign, case, rest // 5, rest - rest // 5 - rest * 2 // 5, rest * 2 // 5)
        self.line(self._columns(("", "case", "expected", found.baseline, found.candidate), widths), style="bold")
        below = " " * (sign + _FLIP_GAP)
        for flip in flips:
            change, style = ("✓ gained", "cyan") if flip.change == "gained" else ("✗ lost", "red")
            expected = wording.NOTHING if flip.expected is None else wording.shown(flip.expected)
            texts = (change, flip.case, expected, _output(flip.baseline), _output(flip.candidate))
            columns = self._columns(texts, widths)
            line = self.styled(columns, "")
            line.stylize(style, 0, sign)
            self.console.print(line, soft_wrap=True)
            if flip.input:
                self.line(below + self.text.one_line(flip.input, width - len(below)), style="dim", whole=True)
            if flip.why and flip.change == "lost":
                FailureView(self.console).wrapped(below, flip.why, style="dim")

    def _columns(self, texts: Sequence[str], widths: Sequence[int]) -> str:
        """Texts beside each other, each cut to its width."""
        from rich.cells import set_cell_size  # noqa: PLC0415 - costs start-up time

        cells = (set_cell_size(self.text.one_line(t, w), w) for t, w in zip(texts, widths, strict=True))
        return (" " * _FLIP_GAP).join(cells).rstrip()

    def slices(self, summary: Summary) -> None:
        """The weakest slices of the variant that the run is about; none of a run that says nothing of quality."""
        about = focus(summary) if summary.decision != "invalid" else None
        weakest = weakest_first(about, summary.repeats)[:SLICES_SHOWN] if about is not None else []
        if about is None or not weakest:
            return
        self.line()
        self.line(f"Weakest slices of {about.name}, with {wording.level(about.level)} intervals", style="bold")
        table = self.table(head=False)
        for justify in ("left", "left", "right", "left"):
            table.add_column(justify=justify, no_wrap=True, overflow="crop")
        for found in weakest:
            name = self.text.one_line(f"{found.tag}: {found.value}", 40)
            powered = "" if wording.powered(found.rate.of, summary.repeats) else "not powered"
            cells = (wording.rate(found.rate), f"n = {found.rate.of:,}", powered)
            table.add_row(name, *(self.text.safe(cell) for cell in cells))
        self.console.print(table)

    def where(self, summary: Summary, report: Path, next_commands: Sequence[str]) -> None:
        """What the run cost in calls, where the report is, and what to try next."""
        self.line()
        took = wording.duration(summary.duration_s)
        if summary.stopped is not None:
            missing = f"{summary.stopped}; {wording.plural(summary.missing, 'sample')} were not run. "
            said = summary.stopped in summary.sentence
            self.line(f"Stopped: {'' if said else missing}The same command with more goes on from here.")
        if summary.early is not None:
            early = summary.early
            saved = wording.plural(early.samples_saved, "sample")
            self.line(f"Decided after {early.cases:,} of {early.of:,} cases: {saved} not run.")
        self.line(f"Calls: {summary.calls_made:,} made, {summary.calls_reused:,} reused, {took}")
        self.line(f"Report: {report}", whole=True)
        if next_commands:
            self.line()
            self.line("Try next:", style="bold")
        for command in next_commands:
            self.line(f"  {command}", whole=True)

    def line(self, text: str = "", *, style: str | None = None, whole: bool = False) -> None:
        """One line of text; ``whole`` is never broken, so that it can be copied."""
        self.console.print(self.text.safe(text), style=style, soft_wrap=whole)

    def styled(self, text: str, style: str) -> "Text":
        from rich.text import Text  # noqa: PLC0415 - costs start-up time

        return Text(self.text.safe(text), style=style)

    def table(self, *, head: bool = True) -> "Table":
        from rich import box  # noqa: PLC0415 - costs start-up time
        from rich.table import Table  # noqa: PLC0415 - costs start-up time

        ruled = box.ASCII2 if self.text.ascii_only else box.SIMPLE_HEAD
        return Table(box=ruled if head else None, show_header=head, pad_edge=False, padding=(0, 1), show_edge=False)


def _measures(variants: Sequence[VariantSummary]) -> Iterator[tuple[str, list[str]]]:
    """The rows of the table of variants."""
    yield "pass rate", [wording.pass_rate(v) for v in variants]
    yield "n", [_samples(v) for v in variants]
    yield "valid at first", [wording.rate(v.valid_first) for v in variants]
    yield "tokens in/out", [f"{wording.count(v.input_tokens)} / {wording.count(v.output_tokens)}" for v in variants]
    yield (
        "latency p50/95",
        [f"{wording.latency(v.latency_p50_ms)} / {wording.latency(v.latency_p95_ms)}" for v in variants],
    )
    yield "cost", [wording.cost(v.cost_usd) for v in variants]
    if any(v.grading is not None for v in variants):
        yield "judge and user", [wording.grading(v.grading, tokens=False) for v in variants]


def _samples(variant: VariantSummary) -> str:
    """How many there are, and how many of them have no verdict."""
    errors = f", {wording.plural(variant.errors, 'error')}" if variant.errors else ""
    return wording.count(variant.n) + errors + (f", {variant.missing:,} not run" if variant.missing else "")


def _output(text: str | None) -> str:
    return "(no reply)" if text is None else text or "(empty)"


def first_flips(flips: Sequence[Flip]) -> list[Flip]:
    """The few to show: the lost ones first, with room left for some that were gained."""
    lost = [flip for flip in flips if flip.change == "lost"]
    gained = [flip for flip in flips if flip.change == "gained"]
    shown = lost[: FLIPS_SHOWN - min(3, len(gained))]
    return shown + gained[: FLIPS_SHOWN - len(shown)]
