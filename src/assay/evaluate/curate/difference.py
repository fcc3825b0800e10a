"""What changed between two datasets: cases by their ids, and each changed field with what it was and is.

Neither dataset is kept in memory; the first lies in a scratch table while the second is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import msgspec

from assay.author.types import MISSING
from assay.evaluate.case_digest import case_digest
from assay.evaluate.dataset import DatasetFile, cases_in
from assay.evaluate.dataset_format import row_of_case
from assay.evaluate.types import Case
from assay.storage.scratch import open_scratch, scratching

_SCHEMA = "CREATE TABLE old (id TEXT PRIMARY KEY, digest BLOB, row BLOB, seen INTEGER DEFAULT 0) WITHOUT ROWID"

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, object]).decode


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a case that changed: ``MISSING`` where one side does not have it."""

    field: str
    before: object
    after: object

    def as_dict(self) -> dict[str, object]:
        """JSON-ready data; a side that does not have the field has no key."""
        sides = {"before": self.before, "after": self.after}
        return {"field": self.field, **{name: value for name, value in sides.items() if value is not MISSING}}


@dataclass(frozen=True, slots=True)
class CaseChange:
    """A case that only one side has, or that is not the same on both."""

    change: Literal["added", "removed", "changed"]
    id: str
    fields: tuple[FieldChange, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """JSON-ready data."""
        return {"change": self.change, "case": self.id, "fields": [f.as_dict() for f in self.fields]}


def differences(old: DatasetFile, new: DatasetFile) -> Iterator[CaseChange]:
    """Changed and added cases in the new dataset's order, then the removed ones by their ids.

    Raises:
        BadInput: A row of either is wrong.
    """
    with scratching():
        table = open_scratch(_SCHEMA)
        try:
            rows = ((case.id, case_digest(case), _encode(row_of_case(case))) for case in cases_in(old))
            table.executemany("INSERT OR REPLACE INTO old (id, digest, row) VALUES (?, ?, ?)", rows)
            for case in cases_in(new):
                found = table.execute("SELECT digest, row FROM old WHERE id = ?", (case.id,)).fetchone()
                if found is None:
                    yield CaseChange("added", case.id)
                    continue
                table.execute("UPDATE old SET seen = 1 WHERE id = ?", (case.id,))
                if found[0] != case_digest(case):
                    yield CaseChange("changed", case.id, tuple(_fields(_decode(found[1]), case)))
            for (name,) in table.execute("SELECT id FROM old WHERE NOT seen ORDER BY id"):
                yield CaseChange("removed", name)
        finally:
            table.close()


def _fields(old: dict[str, object], new: Case) -> Iterator[FieldChange]:
    before, after = _flat(old), _flat(row_of_case(new))
    for name in dict.fromkeys((*before, *after)):
        sides = before.get(name, MISSING), after.get(name, MISSING)
        if sides[0] != sides[1] or isinstance(sides[0], bool) != isinstance(sides[1], bool):
            yield FieldChange(name, *sides)


def _flat(row: dict[str, object]) -> dict[str, object]:
    """The parts of a case by name, with inputs and tags one by one."""
    found: dict[str, object] = {}
    for name, value in row.items():
        if name in ("inputs", "tags") and isinstance(value, dict):
            found |= {f"{name}.{inner}": item for inner, item in value.items()}
        elif name != "id":
            found[name] = value
    return found
