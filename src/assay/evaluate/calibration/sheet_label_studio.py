"""The sheet as Label Studio's tasks (JSON), and its export with annotations; ``CONFIG`` is the labelling view."""

import msgspec

from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.calibration.sheet import Sheet, SheetRow, add_row, read_label
from assay.evaluate.calibration.sheet_csv import draw_text, read_draw

CONFIG = """\
<View>
  <Header value="Input"/><Text name="input" value="$input"/>
  <Header value="Reply"/><Text name="reply" value="$reply"/>
  <Header value="What is expected"/><Text name="expected" value="$expected"/>
  <Choices name="label" toName="reply" choice="single" required="true">
    <Choice value="pass"/><Choice value="fail"/><Choice value="unsure"/>
  </Choices>
  <TextArea name="note" toName="reply" maxSubmissions="1"/>
</View>
"""
"""What to paste under Settings, Labeling Interface."""


def write_tasks(sheet: Sheet) -> bytes:
    """The sheet as a JSON list of tasks; labels that are there go along as annotations."""
    told = draw_text(sheet.draw)
    tasks = []
    for number, row in enumerate(sheet.rows, 1):
        texts = {"key": row.key, "case": row.case, "input": row.input, "reply": row.reply, "expected": row.expected}
        task: dict[str, object] = {"id": number, "data": {**texts, "draw": told}}
        if row.labels:
            task["annotations"] = [_annotation(rater, label) for rater, label in sorted(row.labels.items())]
        tasks.append(task)
    return msgspec.json.format(msgspec.json.encode(tasks), indent=2) + b"\n"


def read_tasks(data: bytes, file: str) -> Sheet:
    """The sheet in an export (JSON, not JSON-MIN).

    Raises:
        BadInput: It is no such export, or a reply has two labels of one person.
    """
    try:
        tasks = msgspec.json.decode(data, type=list[_Task])
    except msgspec.MsgspecError as error:
        raise BadInput(
            f"{file} is not what Label Studio exports as JSON: {error}",
            hint="choose the export format JSON",
            code="calibration.sheet",
        ) from None
    rows, draw = dict[str, SheetRow](), None
    for task in tasks:
        where = Location(file, path=f"task {task.id}")
        draw = draw or read_draw(task.data.draw, where)
        add_row(rows, _row(task, where))
    if draw is None:
        raise BadInput(f"{file} has no tasks", hint="'assay judge sample' makes a sheet", code="calibration.sheet")
    return Sheet(draw, list(rows.values()))


class _Data(msgspec.Struct):
    key: str
    draw: str
    case: str = ""
    input: str = ""
    reply: str = ""
    expected: str = ""


class _Result(msgspec.Struct):
    from_name: str = ""
    value: dict[str, object] = {}


class _Annotation(msgspec.Struct):
    result: list[_Result] = []
    completed_by: int | str | dict[str, object] | None = None
    was_cancelled: bool = False


class _Task(msgspec.Struct):
    data: _Data
    id: int | str = 0
    annotations: list[_Annotation] = []


def _row(task: _Task, where: Location) -> SheetRow:
    row = SheetRow(task.data.key, task.data.case, task.data.input, task.data.reply, task.data.expected, where=where)
    for annotation in task.annotations:
        if annotation.was_cancelled:
            continue
        for result in annotation.result:
            said = result.value.get("choices") or result.value.get("text")
            word = str(said[0]) if isinstance(said, list) and said else ""
            if result.from_name == "label" and (label := read_label(word, where)) is not None:
                row.labels[_rater(annotation.completed_by)] = label
            elif result.from_name == "note":
                row.note = word
    return row


def _rater(completed_by: object) -> str:
    if isinstance(completed_by, dict):
        return str(completed_by.get("email") or completed_by.get("id") or "label")
    return "label" if completed_by is None else str(completed_by)


def _annotation(rater: str, label: str) -> dict[str, object]:
    result = {"from_name": "label", "to_name": "reply", "type": "choices", "value": {"choices": [label]}}
    return {"completed_by": {"email": rater}, "result": [result]}
