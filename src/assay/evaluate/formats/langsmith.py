"""Format ``langsmith``: the examples of a LangSmith dataset, as it exports them (JSON Lines, JSON or CSV)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO

import msgspec

from assay.author.types import MISSING
from assay.core.errors import BadInput
from assay.core.fields import describe
from assay.core.location import Location
from assay.evaluate.case_shape import Shape
from assay.evaluate.dataset_format import CaseWriter, Feed, Format, Peek, formats
from assay.evaluate.foreign import OURS, csv_objects, tags_of, text_or_none
from assay.evaluate.json_items import objects
from assay.evaluate.types import Case

_KEYS = ("examples",)
_SPLIT = "dataset_split"
_NO_SPLIT = "base"  # what LangSmith calls the split of examples that are in none

_encode = msgspec.json.Encoder().encode


def _knows(peek: Peek) -> bool:
    return "inputs" in peek.keys and ("outputs" in peek.keys or "dataset_id" in peek.keys)


def _read(feed: Feed) -> Iterator[Case]:
    if feed.ending == ".csv":
        found = csv_objects(feed, ("inputs", "outputs", "metadata"))
    else:
        found = objects(feed.handle, feed.file, lined=feed.ending != ".json", keys=_KEYS)
    for number, (example, where) in enumerate(found, 1):
        yield _case(example, where, number)


def _case(example: Mapping[str, object], where: Location, number: int) -> Case:
    inputs, outputs = example.get("inputs"), example.get("outputs")
    if not isinstance(inputs, dict):
        raise _wrong("inputs", inputs, where)
    if outputs is not None and not isinstance(outputs, dict):
        raise _wrong("outputs", outputs, where)
    metadata = example.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise _wrong("metadata", metadata, where)
    ours = metadata.get(OURS)
    ours = ours if isinstance(ours, dict) else {}
    rest = {name: value for name, value in metadata.items() if name != _SPLIT}
    return Case(
        id=text_or_none(ours.get("id")) or text_or_none(example.get("id")) or f"example-{number}",
        inputs=inputs,
        expected=_expected(outputs, ours),
        cluster=text_or_none(ours.get("cluster")),
        tags=tags_of(rest) | _split(metadata.get(_SPLIT) or example.get("split")),
        where=where,
    )


def _expected(outputs: dict[str, object] | None, ours: Mapping[str, object]) -> object:
    """Outputs with one value are that value, unless they were an object here before."""
    if not outputs:
        return {} if ours.get("outputs") == "object" else MISSING
    if len(outputs) == 1 and ours.get("outputs") != "object":
        return next(iter(outputs.values()))
    return outputs


def _split(value: object) -> dict[str, str]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names or names == [_NO_SPLIT]:
        return {}
    return {"split": ",".join(str(name) for name in names)}


def _wrong(key: str, value: object, where: Location) -> BadInput:
    return BadInput(
        f"{key!r} of the example is {describe(value)}",
        hint="an example has objects of inputs, outputs and metadata",
        code="dataset.langsmith",
        where=where,
    )


class _Writer:
    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def add(self, case: Case) -> None:
        ours: dict[str, object] = {"id": case.id}
        if case.cluster is not None:
            ours["cluster"] = case.cluster
        outputs = None
        if case.has_expected and isinstance(case.expected, dict):
            outputs, ours["outputs"] = case.expected, "object"
        elif case.has_expected:
            outputs = {"expected": case.expected}
        metadata: dict[str, object] = {}
        split = case.tags.get("split", "-")
        if {OURS, _SPLIT} & case.tags.keys() or not split or "," in split or split == _NO_SPLIT:
            ours["tags"] = case.tags
        else:
            metadata = {name: text for name, text in case.tags.items() if name != "split"}
            if "split" in case.tags:
                metadata[_SPLIT] = [split]
        example = {"inputs": case.inputs, "outputs": outputs, "metadata": {**metadata, OURS: ours}}
        self._out.write(_encode(example) + b"\n")


@contextmanager
def _write(out: BinaryIO, shape: Shape) -> Iterator[CaseWriter]:  # noqa: ARG001 - every format takes both
    yield _Writer(out)


langsmith = formats.register("langsmith")(
    Format(
        name="langsmith",
        endings=(".jsonl", ".ndjson", ".json", ".csv"),
        writes=(".jsonl", ".ndjson"),
        read=_read,
        write=_write,
        knows=_knows,
    )
)
