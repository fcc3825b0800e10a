"""A finished run, read from its folder: what a test looks at. Runs nothing (``desk.py``)."""

from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from pathlib import Path

from assay.core.errors import BadInput, unknown_name
from assay.evaluate import wording
from assay.evaluate.exporter import load_run
from assay.evaluate.report_text import one_line
from assay.evaluate.run_folder import REPORT
from assay.evaluate.summary import Summary, VariantSummary
from assay.evaluate.types import Decision, SampleRow

FAILURES_TOLD = 10
_REASON_CHARS = 200


class SuiteRun:
    """A suite, carried out.

    Args:
        folder: The run's folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __repr__(self) -> str:
        return f"<SuiteRun {self.summary.suite}: {self.summary.standing}>"

    @cached_property
    def summary(self) -> Summary:
        """All of its figures."""
        return load_run(self.folder).summary

    @property
    def decision(self) -> Decision:
        """What the gate says: ``pass``, ``fail``, ``inconclusive`` or ``invalid``."""
        return self.summary.decision

    @property
    def sentence(self) -> str:
        """Why, in a sentence."""
        return self.summary.sentence

    @property
    def passed(self) -> bool:
        """Whether the gate says ``pass``; a valid run of a suite without a gate does as well."""
        return self.decision == "pass"

    @property
    def report(self) -> Path:
        """The page that shows the run."""
        return self.folder / REPORT

    def variant(self, name: str | None = None) -> VariantSummary:
        """The figures of a variant; without a name, of the only one.

        Raises:
            BadInput: There is none of that name, or there are several and none is named.
        """
        found = {variant.name: variant for variant in self.summary.variants}
        if name is None and len(found) == 1:
            return next(iter(found.values()))
        if name is None:
            raise BadInput(
                f"the suite {self.summary.suite} has {len(found)} variants",
                hint=f"name one of {', '.join(found)}",
                code="testing.variant",
            )
        if name not in found:
            raise unknown_name("variant", name, found, code="testing.variant")
        return found[name]

    def rows(self) -> Iterator[SampleRow]:
        """Its samples, one at a time, in plan order."""
        return load_run(self.folder).rows()

    def failures(self) -> Iterator[SampleRow]:
        """The samples that did not pass, those that ended in an error among them."""
        return (row for row in self.rows() if row.status != "passed")

    def told(self) -> str:
        """The run for people who read a terminal: decision, variants, the first failures, where the report is."""
        summary = self.summary
        lines = [f"{summary.suite}: {summary.standing}. {summary.sentence}"]
        lines += [
            f"{part.decision}: {part.sentence}"
            for part in summary.gate
            if part.decision != "pass" and part.sentence != summary.sentence
        ]
        lines += ["", *map(_variant_line, summary.variants)]
        failures = list(islice(self.failures(), FAILURES_TOLD))
        if failures:
            lines += ["", "did not pass, the first of them:", *(f"  {failure_line(row)}" for row in failures)]
        lines += ["", f"report: {self.report}"]
        return "\n".join(lines).replace(wording.NBSP, " ")


def failure_line(row: SampleRow) -> str:
    """One sample that did not pass, with the reasons, on a line."""
    return f"{one_line(row.case, 80)} [{one_line(row.variant, 40)}]  {failure_reason(row)}"


def failure_reason(row: SampleRow) -> str:
    """Why a sample did not pass: its error, or the reasons of the graders that failed it."""
    if row.error is not None:
        return one_line(f"error {row.error['code']}: {row.error['what']}", _REASON_CHARS)
    reasons = [f"{verdict.grader}: {verdict.reason}" for verdict in row.verdicts if not verdict.passed]
    return one_line("; ".join(reasons) or "failed", _REASON_CHARS)


def _variant_line(variant: VariantSummary) -> str:
    parts = [wording.plural(variant.n, "sample")]
    parts += [f"{count:,} {word}" for word, count in (("failed", variant.failed), ("errors", variant.errors)) if count]
    return (
        f"  {variant.name}  {wording.pass_rate(variant)}, {wording.level(variant.level)} interval  {', '.join(parts)}"
    )
