"""What the exports of other systems have in common: JSON in the cells of CSV, and metadata that become tags."""

from collections.abc import Collection, Iterator, Mapping

import msgspec

from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.csv_table import csv_rows
from assay.evaluate.dataset_format import Feed, json_text

OURS = "assay"
"""The key, in the metadata of other systems, that holds what they have no place for."""

MAX_TAG_CHARS = 200
"""Longer objects and lists are no slice of a report; they are left out."""

_decode = msgspec.json.Decoder().decode


def csv_objects(feed: Feed, json: Collection[str]) -> Iterator[tuple[dict[str, object], Location]]:
    """The rows of a CSV file as objects; the columns ``json`` hold JSON, or text that is meant as it stands.

    Columns named ``inputs.NAME`` or ``outputs.NAME`` are gathered into one object.
    """
    for row in csv_rows(feed):
        if len(row.cells) != len(row.header.names):
            raise BadInput(
                f"the row has {len(row.cells)} cells and the header has {len(row.header.names)}",
                hint="put quotes around a cell that holds a comma, a quote or a line break",
                code="dataset.ragged",
                where=row.where,
            )
        found: dict[str, object] = {}
        for name, cell in zip(row.header.names, row.cells, strict=True):
            head, dot, rest = name.partition(".")
            if dot and head in json:
                inner = found.setdefault(head, {})
                if isinstance(inner, dict):
                    inner[rest] = cell
            elif cell != "":
                found[name] = _json_or_text(cell) if name in json else cell
            elif name in json:
                found[name] = None
        yield found, row.where


def _json_or_text(cell: object) -> object:
    try:
        return _decode(str(cell))
    except (msgspec.DecodeError, RecursionError):
        return cell


def tags_of(metadata: Mapping[str, object]) -> dict[str, str]:
    """Metadata as tags: texts, numbers and flags as they are written, objects and lists as JSON where it is short.

    What this project has written there itself is taken as it is.
    """
    ours = metadata.get(OURS)
    if isinstance(ours, dict) and isinstance(kept := ours.get("tags"), dict):
        return {str(name): str(value) for name, value in kept.items()}
    found: dict[str, str] = {}
    for name, value in metadata.items():
        if value is None or name == OURS:
            continue
        text = value if isinstance(value, str) else json_text(value)
        if isinstance(value, str) or len(text) <= MAX_TAG_CHARS:
            found[name] = text
    return found


def text_or_none(value: object) -> str | None:
    """A name: text or a number as it is written, None for what is empty or neither."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    return str(value) or None
