"""The sheet as a CSV file, for a spreadsheet: a column of labels for each rater, and a note."""

import csv
import io
from collections.abc import Iterator

from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.calibration.sheet import Sheet, SheetRow, add_row, column_of, rater_of, read_label
from assay.evaluate.calibration.types import Draw

_TEXTS = ("key", "case", "input", "reply", "expected")
_DRAW = "draw"


def write_csv(sheet: Sheet) -> bytes:
    """The sheet as UTF-8 with a byte order mark, by which spreadsheets know it."""
    raters = sorted({rater for row in sheet.rows for rater in row.labels}) or ["label"]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*_TEXTS, *(column_of(rater) for rater in raters), "note", _DRAW])
    told = draw_text(sheet.draw)
    for row in sheet.rows:
        labels = [row.labels.get(rater, "") for rater in raters]
        writer.writerow([row.key, row.case, row.input, row.reply, row.expected, *labels, row.note, told])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def read_csv(data: bytes, file: str) -> Sheet:
    """The sheet in the bytes of a CSV file.

    Raises:
        BadInput: It is no sheet, a label is none, or a reply has two labels of one person.
    """
    lines = _lines(data, file)
    header, _ = next(lines, ([], 1))
    if any(name not in header for name in ("key", _DRAW)):
        raise BadInput(
            f"{file} is not a sheet of labels: it has no column {'key' if 'key' not in header else _DRAW!r}",
            hint="'assay judge sample' makes one; keep its columns",
            code="calibration.sheet",
            where=Location(file, 1),
        )
    rows, draw = dict[str, SheetRow](), None
    for cells, line in lines:
        values = dict(zip(header, cells, strict=False))
        where = Location(file, line)
        draw = draw or read_draw(values.get(_DRAW, ""), where)
        add_row(rows, _row(values, where))
    if draw is None:
        raise BadInput(f"{file} has no rows", hint="'assay judge sample' makes a sheet", code="calibration.sheet")
    return Sheet(draw, list(rows.values()))


def draw_text(draw: Draw) -> str:
    """How the cases were drawn, in one cell."""
    return f"{draw.cases} of {draw.run} seed {draw.seed} for {draw.grader}"


def read_draw(text: str, where: Location) -> Draw:
    """The same the other way round.

    Raises:
        BadInput: The cell was changed.
    """
    words = text.split(" ", 6)
    if len(words) == 7 and words[0].isdigit() and words[4].isdigit():
        return Draw(run=words[2], grader=words[6], cases=int(words[0]), seed=int(words[4]))
    raise BadInput(
        f"the column 'draw' holds {text!r}, which does not say how the cases were drawn",
        hint="leave that column as 'assay judge sample' wrote it",
        code="calibration.draw",
        where=where,
    )


def _row(values: dict[str, str], where: Location) -> SheetRow:
    labels = {}
    for column, word in values.items():
        rater = rater_of(column)
        if rater is not None and (label := read_label(word, where)) is not None:
            labels[rater] = label
    key, case, shown, reply, expected = (values.get(name, "") for name in _TEXTS)
    return SheetRow(key, case, shown, reply, expected, labels, values.get("note", ""), where)


def _lines(data: bytes, file: str) -> Iterator[tuple[list[str], int]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f"{file} is not UTF-8", hint="save it as CSV UTF-8", code="calibration.sheet") from None
    dialect = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=dialect)
    csv.field_size_limit(1 << 24)
    try:
        for cells in reader:
            if any(cells):
                yield cells, reader.line_num
    except csv.Error as error:
        raise BadInput(
            f"not CSV: {error}",
            hint="save it as CSV UTF-8",
            code="calibration.sheet",
            where=Location(file, reader.line_num),
        ) from None
