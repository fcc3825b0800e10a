"""Format ``langfuse``: the items of a Langfuse dataset, as its interface and its downloads give them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO

import msgspec

from assay.author.types import MISSING
from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.case_shape import Shape
from assay.evaluate.dataset_format import CaseWriter, Feed, Format, Peek, formats
from assay.evaluate.foreign import OURS, csv_objects, tags_of, text_or_none
from assay.evaluate.json_items import objects
from assay.evaluate.types import Case

ALONE = "input"
"""The input that an item's input becomes when it is no object."""

_KEYS = ("data", "items")

_encode = msgspec.json.Encoder().encode


def _knows(peek: Peek) -> bool:
    return "input" in peek.keys and bool(peek.keys & {"expectedOutput", "datasetName", "datasetId", "sourceTraceId"})


def _read(feed: Feed) -> Iterator[Case]:
    if feed.ending == ".csv":
        found = csv_objects(feed, ("input", "expectedOutput", "metadata"))
    else:
        found = objects(feed.handle, feed.file, lined=feed.ending != ".json", keys=_KEYS)
    for number, (item, where) in enumerate(found, 1):
        if item.get("status") != "ARCHIVED":
            yield _case(item, where, number)


def _case(item: Mapping[str, object], where: Location, number: int) -> Case:
    if "input" not in item:
        raise BadInput(
            "the item has no 'input'",
            hint="an item of a Langfuse dataset has input, expectedOutput and metadata",
            code="dataset.langfuse",
            where=where,
        )
    value = item["input"]
    inputs: dict[str, object] = value if isinstance(value, dict) else {} if value is None else {ALONE: value}
    metadata = item.get("metadata")
    rest = metadata if isinstance(metadata, dict) else {} if metadata is None else {"metadata": metadata}
    ours = rest.get(OURS)
    ours = ours if isinstance(ours, dict) else {}
    expected = item.get("expectedOutput", MISSING)
    if expected is None and ours.get("expected") != "null":
        expected = MISSING
    return Case(
        id=text_or_none(ours.get("id")) or text_or_none(item.get("id")) or f"item-{number}",
        inputs=inputs,
        expected=expected,
        cluster=text_or_none(ours.get("cluster")),
        tags=tags_of(rest),
        where=where,
    )


class _Writer:
    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._before = b"[\n"

    def add(self, case: Case) -> None:
        ours: dict[str, object] = {"id": case.id}
        tags = case.tags
        if OURS in tags:
            ours["tags"], tags = tags, {}
        if case.cluster is not None:
            ours["cluster"] = case.cluster
        if case.has_expected and case.expected is None:
            ours["expected"] = "null"
        item = {
            "id": case.id,
            "status": "ACTIVE",
            "input": case.inputs,
            "expectedOutput": case.expected if case.has_expected else None,
            "metadata": {**tags, OURS: ours},
        }
        self._out.write(self._before + _encode(item))
        self._before = b",\n"


@contextmanager
def _write(out: BinaryIO, shape: Shape) -> Iterator[CaseWriter]:  # noqa: ARG001 - every format takes both
    yield _Writer(out)
    out.write(b"\n]\n")


langfuse = formats.register("langfuse")(
    Format(
        name="langfuse",
        endings=(".json", ".jsonl", ".ndjson", ".csv"),
        writes=(".json",),
        read=_read,
        write=_write,
        knows=_knows,
    )
)
