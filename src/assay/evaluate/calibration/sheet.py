"""The sheet that people fill in: replies without the judge's verdict and without the variant's name, in random order.

A sheet is a CSV file or Label Studio's JSON; both go both ways (``sheet_csv.py``, ``sheet_label_studio.py``).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from assay.core.canonical import digest
from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.calibration.draw import Drawn
from assay.evaluate.calibration.types import Draw
from assay.evaluate.dataset_format import json_text

PASS, FAIL, UNSURE = "pass", "fail", "unsure"
WORDS = {
    PASS: ("pass", "p", "yes", "y", "true", "1", "right", "good"),
    FAIL: ("fail", "f", "no", "n", "false", "0", "wrong", "bad"),
    UNSURE: ("unsure", "u", "?", "skip", "cannot tell"),
}
"""Label -> how it may be written; docs/how-to/calibrate-a-judge.md lists them."""

_READ = {word: label for label, words in WORDS.items() for word in words}
_SOMEBODY = "label"
"""The rater of a column that names nobody."""


@dataclass(slots=True)
class SheetRow:
    """One reply to be labelled.

    Attributes:
        key: Names the reply without telling whose it is.
        labels: Rater -> ``pass``, ``fail`` or ``unsure``.
        where: The place in the file that it was read from.
    """

    key: str
    case: str
    input: str
    reply: str
    expected: str
    labels: dict[str, str] = field(default_factory=dict)
    note: str = ""
    where: Location | None = field(default=None, compare=False)


@dataclass(slots=True)
class Sheet:
    """A sheet, and how its cases were drawn."""

    draw: Draw
    rows: list[SheetRow]


def make_sheet(draw: Draw, drawn: Sequence[Drawn]) -> Sheet:
    """The sheet of these cases, every variant's reply a row; equal replies to one case stand once."""
    rows: dict[str, SheetRow] = {}
    for one in drawn:
        case = one.case
        shown = _shown(case.inputs)
        expected = "" if case.expected is None else _text(case.expected)
        for judged in case.replies.values():
            key = reply_key(case.case, judged.reply)
            rows.setdefault(key, SheetRow(key, case.case, shown, judged.text, expected))
    order = np.random.default_rng(draw.seed).permutation(len(rows))
    listed = list(rows.values())
    return Sheet(draw, [listed[int(place)] for place in order])


def reply_key(case: str, reply: str) -> str:
    """What a row is known by: 16 digits of a digest of the case and the reply."""
    return digest([case, reply]).removeprefix("sha256:")[:16]


def read_label(word: str, where: Location) -> str | None:
    """A label as somebody wrote it; None for an empty place.

    Raises:
        BadInput: It is none.
    """
    known = word.strip().casefold()
    if not known:
        return None
    if known not in _READ:
        raise BadInput(
            f"{word.strip()!r} is no label", hint="write pass, fail or unsure", code="calibration.label", where=where
        )
    return _READ[known]


def add_row(rows: dict[str, SheetRow], row: SheetRow) -> None:
    """Put a row to those before it; one of a reply that is among them adds its labels to that.

    Raises:
        BadInput: One person says two things of the reply.
    """
    known = rows.setdefault(row.key, row)
    for rater, label in row.labels.items():
        before = known.labels.setdefault(rater, label)
        if before != label:
            by = "" if rater == _SOMEBODY else f" by {rater}"
            raise BadInput(
                f"the reply {row.key} is labelled {label!r} here{by}, and {before!r} at {known.where}",
                hint="keep the label that is right, and delete the other",
                code="calibration.contradiction",
                where=row.where,
            )


def rater_of(column: str) -> str | None:
    """The rater whose labels a column holds; None for another column."""
    name, _, rater = column.partition(":")
    return (rater.strip() or _SOMEBODY) if name.strip().casefold() == "label" else None


def column_of(rater: str) -> str:
    """The column of a rater's labels."""
    return "label" if rater == _SOMEBODY else f"label:{rater}"


def merge(sheets: Sequence[Sheet]) -> Sheet:
    """Several people's sheets of the same draw as one.

    Raises:
        BadInput: They were drawn differently, or one person says two things of a reply.
    """
    first = sheets[0]
    rows = {row.key: row for row in first.rows}
    for number, sheet in enumerate(sheets[1:], 2):
        if sheet.draw != first.draw:
            raise BadInput(
                f"the sheets are of different draws: {_named(first.draw)}, and {_named(sheet.draw)}",
                hint="calibrate with the sheets of one draw",
                code="calibration.draw",
            )
        for row in sheet.rows:
            labels = {f"{rater} {number}" if rater == _SOMEBODY else rater: word for rater, word in row.labels.items()}
            add_row(rows, replace(row, labels=labels))
    return Sheet(first.draw, list(rows.values()))


def _named(draw: Draw) -> str:
    return f"{draw.cases} cases of {draw.run} with seed {draw.seed}"


def _shown(inputs: object) -> str:
    if isinstance(inputs, dict) and len(inputs) == 1:
        return _text(next(iter(inputs.values())))
    return _text(inputs)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json_text(value)
