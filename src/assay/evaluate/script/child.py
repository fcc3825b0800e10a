"""What runs scripts in a process apart: the functions that ``scripts.py`` calls there."""

from dataclasses import asdict
from pathlib import Path

import msgspec

from assay.author.source import WorkingTree
from assay.core.location import Location
from assay.evaluate.script.engine import Code, Engine, Instance
from assay.evaluate.script.types import ScriptFailed, ScriptStopped, Setting, Undefined

_engines: dict[bytes, Engine] = {}


def answer(root: str, job: dict[str, object]) -> dict[str, object]:
    """Do one operation, with the engine of that setting."""
    engine = _engine(root, job["setting"])
    engine.time_s = float(str(job["time_s"]))
    found = _done(engine, str(job["operation"]), job["arguments"], job["where"])
    return found | {"log": engine.take_log()}


def _engine(root: str, setting: object) -> Engine:
    key = msgspec.json.encode([root, setting])
    if key not in _engines:
        _engines[key] = Engine(WorkingTree(Path(root)), msgspec.convert(setting, Setting))
    return _engines[key]


def _done(engine: Engine, operation: str, arguments: object, where: object) -> dict[str, object]:
    place = msgspec.convert(where, Location | None)
    given: list[object] = list(arguments) if isinstance(arguments, list) else []
    if operation == "run":
        given[0] = msgspec.convert(given[0], Code)
    elif operation == "method":
        given[0] = msgspec.convert(given[0], Instance)
    try:
        named = {} if operation in {"run", "method"} else {"where": place}
        value = getattr(engine, operation)(*given, **named)
    except ScriptStopped as error:
        return {"kind": "stopped", "limit": error.limit} | _told(error)
    except ScriptFailed as error:
        return {"kind": "failed", "message": error.message, "stack": error.stack} | _told(error)
    if isinstance(value, Undefined):
        return {"kind": "undefined"}
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):  # noqa: PLR0124 - true of NaN alone
        return {"kind": "number", "value": str(value)}
    return {"kind": "value", "value": value}


def _told(error: ScriptFailed) -> dict[str, object]:
    where = asdict(error.where) if error.where is not None else None
    return {"what": error.what, "code": error.code, "hint": error.hint, "where": where}
