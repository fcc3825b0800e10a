"""Tests from a table: each row becomes a test, each column a variable, except those that begin with two underscores."""

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.promptfoo.expected import assertion_of
from assay.evaluate.promptfoo.known import Warn
from assay.evaluate.promptfoo.types import Json, Test
from assay.evaluate.promptfoo.yaml_file import shown

_CONFIG = re.compile(r"__config:__expected(\d*):(\w+)")
_SINGLE = re.compile(r"_(expected|prefix|suffix|description|providerOutput|metric|threshold)")
_OPTIONS = {"__prefix": "prefix", "__suffix": "suffix"}
_METADATA = "__metadata:"
_UNESCAPED_COMMA = re.compile(r"(?<!\\),")


def read_csv_tests(path: Path, env: Mapping[str, str], warn: Warn) -> Iterator[Test]:
    """The tests of a CSV file, one at a time.

    Raises:
        BadInput: The file cannot be read, or a row has another number of cells than the first.
    """
    delimiter = env.get("PROMPTFOO_CSV_DELIMITER", ",")
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.reader(handle, delimiter=delimiter, strict=True)
            names = next(reader, [])
            _check_names(names, Location(shown(path), 1), warn)
            number = 0
            for cells in reader:
                if cells:
                    number += 1
                    where = Location(shown(path), reader.line_num)
                    yield test_of_row(_row(names, cells, where), number, where)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(
            f"{shown(path)} cannot be read: {str(error).lower()}",
            hint="mend the path or the file",
            code="promptfoo.csv",
        ) from None


def _row(names: list[str], cells: list[str], where: Location) -> dict[str, str]:
    if len(cells) != len(names):
        raise BadInput(
            f"the row has {len(cells)} cells and the first row {len(names)}",
            hint="put quotes around a cell that holds a comma, a quote or a line break",
            code="promptfoo.csv",
            where=where,
        )
    return dict(zip(names, cells, strict=True))


def _check_names(names: list[str], where: Location, warn: Warn) -> None:
    for name in names:
        if not name.startswith("__") and _SINGLE.match(name):
            warn(f"the column {name!r} has one underscore; did you mean {'_' + name!r}?", where)


def test_of_row(row: Mapping[str, str], number: int, where: Location) -> Test:
    """The test that a row stands for; ``number`` names it where it has no description."""
    test: Json = {"vars": {}, "assert": [], "options": {}, "description": f"Row #{number}"}
    expected: dict[int, Json] = {}
    for name, cell in row.items():
        if name.startswith("__expected"):
            if cell.strip():
                expected[int(name.removeprefix("__expected") or 1)] = assertion_of(cell)
        elif name in _OPTIONS:
            test["options"][_OPTIONS[name]] = cell
        elif name.startswith(_METADATA):
            _add_metadata(test, name.removeprefix(_METADATA), cell)
        elif not name.startswith("__"):
            test["vars"][name] = cell
    test["assert"] = list(expected.values())
    _add_the_rest(test, row, expected)
    return Test(test, where)


def _add_the_rest(test: Json, row: Mapping[str, str], expected: dict[int, Json]) -> None:
    if row.get("__description"):
        test["description"] = row["__description"]
    if row.get("__providerOutput"):
        test["providerOutput"] = row["__providerOutput"]
    if (threshold := _number(row.get("__threshold"))) is not None and threshold != 0:
        test["threshold"] = threshold
    for name, cell in row.items():
        if (found := _CONFIG.fullmatch(name)) and cell.strip() and (target := expected.get(int(found[1] or 1))):
            number = _number(cell)
            target[found[2]] = cell if number is None else number
    if metric := row.get("__metric"):
        for assertion in expected.values():
            assertion["metric"] = metric


def _add_metadata(test: Json, key: str, cell: str) -> None:
    if not cell.strip():
        return
    value: object = cell
    if key.endswith("[]"):
        key = key.removesuffix("[]")
        value = [part.strip().replace("\\,", ",") for part in _UNESCAPED_COMMA.split(cell)]
    test.setdefault("metadata", {})[key] = value


def _number(cell: str | None) -> float | None:
    try:
        return float(cell) if cell else None
    except ValueError:
        return None
