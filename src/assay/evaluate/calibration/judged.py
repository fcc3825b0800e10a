"""The verdicts of one judge in a run, case by case: what is drawn from, and what is corrected.

Of repeats the first is taken: labels are of single replies. What the judge gave no verdict on is left out, since there
is nothing to hold against people; the gate counts it as it counts every error.
"""

from collections.abc import Iterator
from pathlib import Path

from assay.core.canonical import digest_bytes
from assay.core.errors import BadInput
from assay.evaluate.calibration.types import Judged, JudgedCase
from assay.evaluate.judging.judge import IDENTITY
from assay.evaluate.run_folder import iterate_rows
from assay.evaluate.types import SampleRow


def judged_cases(folder: Path, grader: str) -> list[JudgedCase]:
    """The run's cases with the grader's verdicts, in plan order.

    Raises:
        BadInput: The run has no such grader, or it asks no judge.
        StorageFailed: The rows cannot be read.
    """
    seen: set[str] = set()
    found = list(_cases(folder, grader, seen))
    if any(case.replies for case in found):
        return [case for case in found if case.replies]
    judges = ", ".join(sorted(seen))
    raise BadInput(
        f"the run {folder.name} has no verdict of a judge named {grader!r}",
        hint=f"its judges are {judges}" if judges else "none of its graders asks a judge",
        code="calibration.grader",
    )


def reply_digest(text: str) -> str:
    """The digest of a reply's text."""
    return digest_bytes(text.encode("utf-8", "surrogatepass"))


def _cases(folder: Path, grader: str, seen: set[str]) -> Iterator[JudgedCase]:
    first: SampleRow | None = None
    replies: dict[str, Judged] = {}
    for row in iterate_rows(folder):
        if first is not None and row.case != first.case:
            yield JudgedCase(first.case, first.cluster, first.inputs, first.expected, replies)
            first, replies = None, {}
        first = first or row
        judged = _judged(row, grader, seen)
        if judged is not None and row.repeat == 0:
            replies[row.variant] = judged
    if first is not None:
        yield JudgedCase(first.case, first.cluster, first.inputs, first.expected, replies)


def _judged(row: SampleRow, grader: str, seen: set[str]) -> Judged | None:
    found = None
    for verdict in row.verdicts:
        identity = (verdict.detail or {}).get(IDENTITY)
        if isinstance(identity, str):
            seen.add(verdict.grader)
            if verdict.grader == grader and verdict.passed is not None:
                found = (verdict.passed, identity, verdict.score)
    if found is None or row.output is None:
        return None
    others = all(verdict.passed for verdict in row.verdicts if verdict.grader != grader)
    return Judged(row.output, reply_digest(row.output), found[0], others, found[1], found[2])
