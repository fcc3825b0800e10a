"""Exporter ``markdown``: the run as a comment for a pull request, of bounded size.

Its first line is a hidden marker, the same for every run of the suite, so that a comment is found again and brought
up to date. What does not fit is counted instead of shown.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import BinaryIO

from assay.evaluate import wording
from assay.evaluate.exporter import FinishedRun, exporters
from assay.evaluate.gate_told import name_of, seen, sentence_of, told, without_unpowered, worst_first
from assay.evaluate.markdown_text import code, prose
from assay.evaluate.problem import reported
from assay.evaluate.report_page import focus
from assay.evaluate.report_page import worst_first as weakest_first
from assay.evaluate.summary import Comparison, Flip, Summary, VariantSummary
from assay.evaluate.types import SampleRow, Standing

MAX_BYTES = 65_000
"""GitHub takes 65,536 characters."""

VARIANTS, RULES, FLIPS, SLICES, FAILURES = 20, 30, 20, 6, 20
_NAME, _TEXT = 60, 100
SIGNS: dict[Standing, str] = {"pass": "✅", "fail": "❌", "inconclusive": "❔", "invalid": "⚠️", "no gate": "➖"}
_ROOM_FOR_END = 200


@exporters.register("markdown")
def markdown(run: FinishedRun, out: BinaryIO) -> None:
    """Write the comment."""
    out.write(f"{marker(run.summary.suite)}\n{comment(run)}".encode())


def marker(suite: str) -> str:
    """The hidden line by which a comment on that suite is known."""
    plain = re.sub(r"[^a-z0-9.]+", "-", suite.lower())[:60]
    return f"<!-- assay-run {plain} {hashlib.sha256(suite.encode()).hexdigest()[:12]} -->"


def comment(run: FinishedRun, limit_bytes: int = MAX_BYTES) -> str:
    """The comment without its marker, as a job's summary shows it."""
    summary = run.summary
    page = _Page(limit_bytes - _ROOM_FOR_END)
    page.add(*_head(summary))
    _gate(page, summary)
    variants = summary.variants
    page.table(_variant_head(variants), [_variant(v) for v in variants[:VARIANTS]], of=len(variants))
    if summary.early is not None:
        saved = wording.plural(summary.early.samples_saved, "sample")
        page.add(f"Decided after {summary.early.cases:,} of {summary.early.of:,} cases; {saved} were not run.", "")
    if summary.stopped is not None:
        missing = wording.plural(summary.missing, "sample")
        page.add(f"<strong>Stopped</strong>: {prose(summary.stopped)}; {missing} were not run.", "")
    if summary.comparison is not None:
        page.add(_difference(summary.comparison), "")
        _flips(page, summary.comparison)
    _slices(page, summary)
    _failures(page, run)
    return page.text() + end(summary) + "\n"


class _Page:
    """Lines, as many as there is room for."""

    def __init__(self, bytes_left: int) -> None:
        self._lines: list[str] = []
        self._left = bytes_left

    def add(self, *lines: str) -> bool:
        """Add the lines, if all of them fit."""
        size = sum(len(line.encode()) + 1 for line in lines)
        if size > self._left:
            return False
        self._left -= size
        self._lines += lines
        return True

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]], *, of: int) -> None:
        """A table, and how many of its rows are not there."""
        if not self.add(_row(head), _row(["---"] * len(head))):
            return
        shown = 0
        while shown < len(rows) and self.add(_row(rows[shown])):
            shown += 1
        self.add("", *([f"… and {of - shown:,} more.", ""] if of > shown else []))

    def details(self, title: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, of: int) -> None:
        """A table that is folded away."""
        self._left -= len("</details>\n\n")
        if self.add(f"<details><summary>{title}</summary>", ""):
            self.table(head, rows, of=of)
            self._lines += ["</details>", ""]

    def text(self) -> str:
        return "\n".join(self._lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _head(summary: Summary) -> Iterator[str]:
    word = wording.STANDING_WORDS[summary.standing][1]
    yield f"### {SIGNS[summary.standing]} {prose(summary.suite, _NAME)}: {word}"
    yield ""
    yield f"<strong>{prose(summary.sentence)}</strong>"
    yield ""


def _gate(page: _Page, summary: Summary) -> None:
    """Every rule with what was seen and its sentence, the worst first; slices that are too small in one line."""
    parts, small = without_unpowered(list(worst_first(told(summary))))
    rows = [
        [
            SIGNS["no gate"] if p.advisory else SIGNS[p.decision],
            prose(name_of(p), _NAME),
            seen(p),
            prose(sentence_of(p)),
        ]
        for p in parts[:RULES]
    ]
    if rows:
        page.table(("", "rule", "seen", "what that says"), rows, of=len(parts))
    if small:
        page.add(f"{SIGNS['inconclusive']} {prose(small)}", "")


def _variant_head(variants: Sequence[VariantSummary]) -> tuple[str, ...]:
    rate = _rate_head(variants[0]) if variants else "pass rate"
    return ("variant", rate, "samples", "failed", "errors", "score", "p95", "cost", "model", "version")


def _rate_head(about: VariantSummary) -> str:
    return f"pass rate ({wording.level(about.level)} interval)"


def _variant(found: VariantSummary) -> list[str]:
    return [
        code(found.name, _NAME),
        wording.pass_rate(found),
        f"{found.n:,}" + (f", {found.missing:,} not run" if found.missing else ""),
        f"{found.failed:,}",
        f"{found.errors:,}",
        wording.NOTHING if found.mean_score is None else f"{found.mean_score:.3f}",
        wording.latency(found.latency_p95_ms),
        wording.cost(found.cost_usd),
        code(found.model, _NAME),
        code(found.version or wording.short_digest(found.digest), _NAME),
    ]


def _difference(found: Comparison) -> str:
    names = f"{code(found.candidate, _NAME)} against {code(found.baseline, _NAME)}"
    if not found.n:
        return f"No case was answered by both, so {names} cannot be compared."
    interval = f"{wording.level(found.level)} interval {wording.signed(found.low)} to {wording.signed(found.high)}"
    counts = f"{wording.plural(found.n, 'case')}: {found.gained:,} gained, {found.lost:,} lost"
    return f"{names}: <strong>{wording.points(found.diff)}</strong> ({interval}), paired on {counts}."


def _flips(page: _Page, found: Comparison) -> None:
    total = found.lost + found.gained
    if not total:
        return
    lost = [flip for flip in found.flips if flip.change == "lost"]
    gained = [flip for flip in found.flips if flip.change != "lost"]
    shown = (lost[: FLIPS - min(FLIPS // 4, len(gained))] + gained)[:FLIPS]
    head = ("", "case", "expected", code(found.baseline, _NAME), code(found.candidate, _NAME))
    title = f"Flips: {found.lost:,} lost, {found.gained:,} gained"
    page.details(title, head, [_flip(flip) for flip in shown], of=total)


def _flip(flip: Flip) -> list[str]:
    sign = "lost" if flip.change == "lost" else "gained"
    return [sign, code(flip.case, _NAME), _value(flip.expected), _reply(flip.baseline), _reply(flip.candidate)]


def _slices(page: _Page, summary: Summary) -> None:
    about = focus(summary) if summary.decision != "invalid" else None
    if about is None or not about.slices:
        return
    weakest = weakest_first(about, summary.repeats)[:SLICES]
    rows = [
        [
            code(f"{s.tag}: {s.value}", _NAME),
            wording.rate(s.rate),
            f"{s.rate.of:,}",
            _powered(s.rate.of, summary.repeats),
        ]
        for s in weakest
    ]
    title = f"Weakest slices of {code(about.name, _NAME)}"
    page.details(title, ("slice", _rate_head(about), "samples", ""), rows, of=len(about.slices))


def _powered(samples: int, repeats: int) -> str:
    return "" if wording.powered(samples, repeats) else "not powered"


def _failures(page: _Page, run: FinishedRun) -> None:
    told = reported(run.summary)
    total = sum(variant.failed + variant.errors for variant in told)
    if not total:
        return
    names = {variant.name for variant in told}
    rows = islice((row for row in run.rows() if row.status != "passed" and row.variant in names), FAILURES)
    title = f"Did not pass: {wording.plural(total, 'sample')}"
    page.details(title, ("case", "variant", "expected", "reply", "why"), [_failure(row) for row in rows], of=total)


def _failure(row: SampleRow) -> list[str]:
    if row.error is not None:
        why = f"error {row.error.get('code', '')}: {row.error.get('what', '')}"
    else:
        why = "; ".join(f"{v.grader}: {v.reason}" for v in row.verdicts if not v.passed) or "failed"
    return [
        code(row.case, _NAME), code(row.variant, _NAME), _value(row.expected), _reply(row.output), code(why, _TEXT),
    ]  # fmt: skip


def _value(value: object) -> str:
    return wording.NOTHING if value is None else code(wording.shown(value), _TEXT)


def _reply(text: str | None) -> str:
    return "<em>no reply</em>" if text is None else code(text, _TEXT)


def end(summary: Summary) -> str:
    """The line that says which run it was."""
    calls = f"{summary.calls_made:,} calls made, {summary.calls_reused:,} reused"
    took = wording.duration(summary.duration_s)
    return f"<sub>Run {prose(summary.run, _NAME)} · {calls} · {took} · Assay {prose(summary.assay, _NAME)}</sub>"
