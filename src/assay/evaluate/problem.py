"""What a run found wrong, one thing at a time, with its place: what code hosts show beside the lines.

Of the gate these are the rules that did not pass, at the suite's file; then come the samples. A failed sample is one
problem for each grader that failed it, a sample that ended in an error is one. The baseline of a comparison is left
out: it is not what changed. How a problem is written is for the exporters.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from assay.core.canonical import digest
from assay.core.location import Location
from assay.evaluate.case_place import Places
from assay.evaluate.exporter import FinishedRun
from assay.evaluate.gate_told import effect_of, fingerprint_of, rule_id, sentence_of, told, worst_first
from assay.evaluate.report_text import one_line
from assay.evaluate.summary import Summary, VariantSummary
from assay.evaluate.types import SampleRow

Level = Literal["error", "warning"]

_CASE_CHARS = 100
_WHAT_CHARS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing.

    Attributes:
        rule: ``gate:RULE``, ``grader:NAME`` or ``error:CODE``.
        level: ``error`` where the gate did not pass, else ``warning``: the gate allows this one.
        what: A sentence on one line; nothing in it acts, but no format's escapes have been applied.
        where: The case's line, or else the prompt's file, or else the suite's.
        prompt: The file of the prompt, as seen from here.
        fingerprint: The same for the same problem of a later run.
        variant: Whose it is; empty for the gate.
        case: The sample's case; empty for the gate.
        repeat: Which repeat of it.
    """

    rule: str
    level: Level
    what: str
    where: Location
    prompt: str | None
    fingerprint: str
    variant: str = ""
    case: str = ""
    repeat: int = 0


def reported(summary: Summary) -> list[VariantSummary]:
    """The variants whose problems are told."""
    baseline = summary.comparison.baseline if summary.comparison is not None else None
    return [variant for variant in summary.variants if variant.name != baseline]


def rules(summary: Summary) -> list[str]:
    """The rules of all the problems that ``problems`` can give, sorted."""
    variants = reported(summary)
    graders = {f"grader:{grader.grader}" for variant in variants for grader in variant.graders}
    codes = {f"error:{code}" for variant in variants for code in variant.error_codes}
    gate = {rule_id(part) for part in told(summary) if part.decision != "pass"}
    return sorted(gate | graders | codes)


def gate_problems(run: FinishedRun) -> Iterator[Problem]:
    """The rules of the gate that did not pass, worst first, at the suite's file."""
    summary = run.summary
    suite = Places(run.folder, {}).suite()
    for part in worst_first(told(summary)):
        if part.decision != "pass":
            yield Problem(
                rule=rule_id(part),
                level="error" if effect_of(part, summary) == "fails" else "warning",
                what=sentence_of(part),
                where=suite,
                prompt=None,
                fingerprint=fingerprint_of(part, summary),
            )


def problems(run: FinishedRun) -> Iterator[Problem]:
    """The problems of a run's samples, in the order of its rows; the rows are read once."""
    summary = run.summary
    places = Places(run.folder, summary.datasets)
    names = {variant.name for variant in reported(summary)}
    for row in run.rows():
        if row.status != "passed" and row.variant in names:
            yield from _of(row, summary, places)


def _of(row: SampleRow, summary: Summary, places: Places) -> Iterator[Problem]:
    where = places.of(row) or places.otherwise(row.variant)
    prompt = places.prompt(row.variant)
    for rule, why in _reasons(row).items():
        key = [summary.suite, row.case, row.variant, row.repeat, rule]
        yield Problem(
            rule=rule,
            level="warning" if summary.decision == "pass" else "error",
            what=f"{_sample(row, summary)}: {one_line(why, _WHAT_CHARS)}",
            where=where,
            prompt=prompt,
            fingerprint=digest(key).removeprefix("sha256:"),
            variant=row.variant,
            case=row.case,
            repeat=row.repeat,
        )


def _reasons(row: SampleRow) -> dict[str, str]:
    """Rule -> why; a rule has one reason a sample, so that its fingerprint is its own."""
    if row.status == "error":
        error = row.error or {}
        whys = [error.get("what", "no verdict"), *(f"{v.grader}: {v.error}" for v in row.verdicts if v.error)]
        return {f"error:{error.get('code', 'error')}": "; ".join(dict.fromkeys(whys))}
    found: dict[str, str] = {}
    for verdict in row.verdicts:
        if not verdict.passed:
            found.setdefault(f"grader:{verdict.grader}", verdict.reason or "failed")
    return found or {"grader:score": "failed"}


def _sample(row: SampleRow, summary: Summary) -> str:
    """The sample as a sentence begins."""
    again = f", {row.repeat + 1} of {summary.repeats}" if summary.repeats > 1 else ""
    among = f" under {one_line(row.variant, _CASE_CHARS)}" if len(summary.variants) > 1 else ""
    return f"{one_line(row.case, _CASE_CHARS)}{among}{again}"
