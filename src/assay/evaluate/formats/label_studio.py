"""Format ``label-studio``: tasks with their annotations, as Label Studio exports and imports them (JSON)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO

import msgspec

from assay.author.types import MISSING
from assay.core.canonical import canonical_json
from assay.core.errors import BadInput
from assay.core.fields import describe
from assay.core.location import Location
from assay.evaluate.case_shape import Shape
from assay.evaluate.dataset_format import CaseWriter, Feed, Format, Peek, formats, json_text
from assay.evaluate.foreign import OURS, text_or_none
from assay.evaluate.json_items import objects
from assay.evaluate.types import Case

CONTROL = "expected"
"""The labelling control (``from_name``) of the annotations that are written."""

DISAGREE = {"agreement": "split"}
"""The tag of a case whose annotators say different things, none of which is marked as the truth."""

PREDICTED = {"label": "predicted"}
"""The tag of a case that nobody has annotated, and that expects what a model predicted."""

# The type of a result -> the key of its value that holds what was said.
_SAID = {
    "choices": "choices",
    "textarea": "text",
    "number": "number",
    "rating": "rating",
    "datetime": "datetime",
    "taxonomy": "taxonomy",
    "pairwise": "selected",
}

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def _knows(peek: Peek) -> bool:
    task = isinstance(peek.first.get("data"), dict) and bool(
        peek.keys & {"annotations", "completions", "predictions", "meta", "project"} or peek.keys <= {"id", "data"}
    )
    return task or {"annotation_id", "annotator"} <= peek.keys


def _read(feed: Feed) -> Iterator[Case]:
    for number, (task, where) in enumerate(objects(feed.handle, feed.file, lined=feed.ending != ".json"), 1):
        yield _case(task, where, number)


def _case(task: Mapping[str, object], where: Location, number: int) -> Case:
    data = task.get("data")
    if not isinstance(data, dict):
        what, hint = f"'data' of the task is {describe(data)}", "a task has an object 'data'"
        if "annotation_id" in task:
            what, hint = "the file is Label Studio's JSON-MIN, which does not say what was asked", "export it as JSON"
        raise BadInput(what, hint=hint, code="dataset.label_studio", where=where)
    meta = task.get("meta")
    ours = meta.get(OURS) if isinstance(meta, dict) else None
    ours = ours if isinstance(ours, dict) else {}
    expected, found = _expected(task)
    if ours.get("expected") == "json" and isinstance(expected, str):
        expected = _parsed(expected, where)
    tags = ours.get("tags")
    return Case(
        id=text_or_none(ours.get("id")) or text_or_none(task.get("id")) or f"task-{number}",
        inputs=data,
        expected=expected,
        cluster=text_or_none(ours.get("cluster")),
        tags={**({str(k): str(v) for k, v in tags.items()} if isinstance(tags, dict) else {}), **found},
        where=where,
    )


def _parsed(text: str, where: Location) -> object:
    try:
        return _decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise BadInput(
            "the annotation is no longer the JSON that it was when the task was made",
            hint="mend the annotation, in Label Studio or in the file",
            code="dataset.label_studio",
            where=where,
        ) from None


def _expected(task: Mapping[str, object]) -> tuple[object, dict[str, str]]:
    """What the task's annotations say, and the tags that tell how sure that is."""
    annotations = [a for a in _list(task, "annotations") or _list(task, "completions") if not a.get("was_cancelled")]
    given = [a for a in annotations if a.get("ground_truth")] or annotations
    said = [value for a in given if (value := _said(a)) is not MISSING]
    if not said:
        predictions = sorted(_list(task, "predictions"), key=_score, reverse=True)
        predicted = next((value for p in predictions if (value := _said(p)) is not MISSING), MISSING)
        return predicted, {} if predicted is MISSING else dict(PREDICTED)
    counts = Counter(canonical_json(value) for value in said)
    most = counts.most_common(1)[0][0]
    return next(value for value in said if canonical_json(value) == most), {} if len(counts) == 1 else dict(DISAGREE)


def _list(task: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    found = task.get(key)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _score(prediction: Mapping[str, object]) -> float:
    score = prediction.get("score")
    return float(score) if isinstance(score, (int, float)) else 0.0


def _said(annotation: Mapping[str, object]) -> object:
    """The values of an annotation: that of its one control, or an object of several; ``MISSING`` for none."""
    controls: dict[str, list[object]] = {}
    for result in _list(annotation, "result"):
        name, value = result.get("from_name"), result.get("value")
        if isinstance(name, str) and isinstance(value, dict):
            controls.setdefault(name, []).append(_value(str(result.get("type")), value))
    found = {
        name: values[0] if len(values) == 1 and not isinstance(values[0], dict) else values
        for name, values in controls.items()
    }
    if not found:
        return MISSING
    return next(iter(found.values())) if len(found) == 1 else found


def _value(kind: str, value: dict[str, object]) -> object:
    """What one result says; a region of a text stays as it is, with its place."""
    key = _SAID.get(kind)
    if key is None or key not in value or "start" in value:
        return value
    said = value[key]
    return said[0] if isinstance(said, list) and len(said) == 1 else said


class _Writer:
    def __init__(self, out: BinaryIO, shape: Shape) -> None:
        self._out = out
        self._before = b"[\n"
        self._choices = bool(shape.labels)
        self._number = 0

    def add(self, case: Case) -> None:
        self._number += 1
        ours: dict[str, object] = {"id": case.id}
        if case.cluster is not None:
            ours["cluster"] = case.cluster
        if case.tags:
            ours["tags"] = case.tags
        task: dict[str, object] = {"data": case.inputs, "meta": {OURS: ours}}
        if case.has_expected:
            kind, value = self._result(case.expected)
            if not isinstance(case.expected, str) and kind == "textarea":
                ours["expected"] = "json"
            result = {
                "id": f"r{self._number}",
                "from_name": CONTROL,
                "to_name": next(iter(case.inputs), "text"),
                "type": kind,
                "value": value,
            }
            task["annotations"] = [{"result": [result], "ground_truth": True}]
        self._out.write(self._before + _encode(task))
        self._before = b",\n"

    def _result(self, expected: object) -> tuple[str, dict[str, object]]:
        if isinstance(expected, str):
            if self._choices:
                return "choices", {"choices": [expected]}
            return "textarea", {"text": [expected]}
        if isinstance(expected, (int, float)) and not isinstance(expected, bool):
            return "number", {"number": expected}
        return "textarea", {"text": [json_text(expected)]}


@contextmanager
def _write(out: BinaryIO, shape: Shape) -> Iterator[CaseWriter]:
    yield _Writer(out, shape)
    out.write(b"\n]\n")


label_studio = formats.register("label-studio")(
    Format(
        name="label-studio",
        endings=(".json", ".jsonl", ".ndjson"),
        writes=(".json",),
        read=_read,
        write=_write,
        knows=_knows,
    )
)
