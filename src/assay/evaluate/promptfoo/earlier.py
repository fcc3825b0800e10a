"""Tests that did not pass in an earlier run: ``--filter-failing`` and its kin, on results in promptfoo's JSON."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from assay.core.errors import BadInput
from assay.evaluate.promptfoo.paths import read_file
from assay.evaluate.promptfoo.script_text import json_text, parse_json
from assay.evaluate.promptfoo.types import Json, Test

Which = Literal["failing", "failing-only", "errors-only"]
_ERROR = 2
"""promptfoo's reason of a row that ended in an error; 1 is a failed assertion."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier run's results, and which of its rows count.

    Attributes:
        which: Failed assertions and errors, or only one of the two.
    """

    file: Path
    which: Which


def earlier_tests(tests: Callable[[], Iterator[Test]], earlier: Earlier, default: Json) -> Callable[[], Iterator[Test]]:
    """The tests of which a row did not pass, known by their variables.

    Raises:
        BadInput: The file holds no results.
    """
    rows = [row for row in _rows(earlier.file) if _counts(row, earlier.which)]
    wanted = [_values(row) for row in rows]
    exact = {json_text(_sorted(values)) for values in wanted}
    shared = default.get("vars") or {}

    def matching() -> Iterator[Test]:
        for test in tests():
            values = {**shared, **(test.data.get("vars") or {})}
            if json_text(_sorted(values)) in exact or (_expands(values) and any(_fits(values, w) for w in wanted)):
                yield test

    return matching


def _rows(file: Path) -> list[Any]:
    try:
        found = parse_json(read_file(file))
        rows = found["results"]["results"]
    except (ValueError, KeyError, TypeError):
        rows = None
    if not isinstance(rows, list):
        raise BadInput(
            f"{file} holds no results of promptfoo's",
            hint="name a file that '--export promptfoo=FILE' or promptfoo wrote",
            code="promptfoo.earlier",
        )
    return rows


def _counts(row: Any, which: Which) -> bool:
    if not isinstance(row, dict) or row.get("success"):
        return False
    error = row.get("failureReason") == _ERROR
    return which == "failing" or error == (which == "errors-only")


def _values(row: Json) -> Json:
    case = row.get("testCase")
    values = case.get("vars") if isinstance(case, dict) else None
    return dict(values or row.get("vars") or {})


def _sorted(values: Mapping[str, Any]) -> Json:
    """Without what the run itself adds, such as the conversation so far."""
    return {name: values[name] for name in sorted(values) if name not in {"_conversation", "sessionId"}}


def _expands(values: Mapping[str, Any]) -> bool:
    return any(isinstance(value, list) or str(value).startswith("file://") for value in values.values())


def _fits(values: Mapping[str, Any], wanted: Json) -> bool:
    """Whether the earlier variables are one of the choices that these stand for."""
    for name, value in values.items():
        was = wanted.get(name)
        if isinstance(value, str) and value.startswith("file://"):
            continue
        if was != value and not (isinstance(value, list) and was in value):
            return False
    return True
