"""The first samples that did not pass, kept while a run is counted, for whoever reads its end; memory is bounded.

Kept are the first few, some for every grader, and one for each error code. What is printed of them, and how, is
not said here.
"""

from collections import Counter
from collections.abc import Iterator

from assay.evaluate import wording
from assay.evaluate.types import SampleRow

FIRST = 5
FOR_EACH_GRADER = 2
MAX_CODES = 50
MAX_GRADERS = 50
_CHARS = 200


class FirstFailures:
    """The first samples that failed, and the first error of each code.

    Attributes:
        failed: In plan order, so many that every grader that failed one is seen with some of them.
        errors: Error code -> the first sample that ended in it.
    """

    def __init__(self) -> None:
        self.failed: list[SampleRow] = []
        self.errors: dict[str, SampleRow] = {}
        self._seen: Counter[str] = Counter()

    def add(self, row: SampleRow) -> None:
        """Take in one row of any status."""
        if row.status == "passed":
            return
        if row.error is not None:
            if len(self.errors) < MAX_CODES:
                self.errors.setdefault(row.error["code"], row)
            return
        graders = [verdict.grader for verdict in row.verdicts if not verdict.passed]
        if len(self.failed) < FIRST or any(map(self._is_wanted, graders)):
            self.failed.append(row)
            self._seen.update(graders)

    def _is_wanted(self, grader: str) -> bool:
        return self._seen[grader] < FOR_EACH_GRADER and (grader in self._seen or len(self._seen) < MAX_GRADERS)


def reasons(row: SampleRow) -> Iterator[tuple[str, str]]:
    """What failed a sample, each with the reason: the graders, or the error by its code."""
    if row.error is not None:
        yield row.error["code"], row.error.get("what", "")
        return
    for verdict in row.verdicts:
        if not verdict.passed:
            yield verdict.grader, verdict.reason or "failed"


def why(row: SampleRow) -> str:
    """The same on one line."""
    return _beginning("; ".join(f"{name}: {reason[:_CHARS]}" for name, reason in reasons(row)))


def input_of(row: SampleRow) -> str:
    """The beginning of a case's inputs on one line; the name stands with each where there are several."""
    if len(row.inputs) == 1:
        return _beginning(*map(wording.shown, row.inputs.values()))
    return _beginning("; ".join(f"{name}: {wording.shown(value)[:_CHARS]}" for name, value in row.inputs.items()))


def _beginning(text: str) -> str:
    flat = " ".join(text[: 4 * _CHARS].split())
    return flat[:_CHARS] + "…" if len(flat) > _CHARS or len(text) > 4 * _CHARS else flat
