"""Settings: one frozen dataclass a stage, each value with its origin.

    argument → environment ASSAY_<STAGE>_<NAME> → assay.yaml → default

A stage declares a dataclass whose fields have a default and ``help`` in their metadata (``setting``).
Reading happens once, in ``app``.
"""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_args, get_type_hints

from assay.core.document import Document
from assay.core.errors import BadInput, unknown_name
from assay.core.location import Location

S = TypeVar("S")
Scalar = str | int | float | bool | None


def setting(default: Scalar, help_text: str, *, least: float | None = None) -> Any:
    """A field of a settings class: its default, the sentence that ``assay settings`` prints, the lowest number."""
    return dataclasses.field(default=default, metadata={"help": help_text, "least": least})


@dataclass(frozen=True, slots=True)
class Origin:
    """One setting as it holds now: its value, where that came from, and what it is for."""

    stage: str
    name: str
    value: Scalar
    origin: str
    help: str


def read_settings(
    stage: str,
    kind: type[S],
    *,
    arguments: Mapping[str, Scalar],
    environ: Mapping[str, str],
    document: Document | None,
) -> tuple[S, list[Origin]]:
    """The settings of a stage, and where each came from.

    Args:
        stage: The name of the stage, as in ``assay.yaml`` and in the variables.
        kind: The frozen dataclass.
        arguments: Values given on the command line; None is "not given".
        environ: The environment.
        document: The project's ``assay.yaml``, or None.

    Raises:
        BadInput: A key that does not exist, or a value of the wrong type; the place is the file's line.
    """
    section = _section(stage, kind, document)
    hints = get_type_hints(kind)
    found: list[Origin] = []
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]  # every settings class is a dataclass
        variable, least = f"ASSAY_{stage}_{field.name}".upper(), field.metadata["least"]
        value: Scalar
        if arguments.get(field.name) is not None:
            value, origin = arguments[field.name], "argument"
        elif variable in environ:
            value, origin = _from_text(environ[variable], hints[field.name], variable), f"environment {variable}"
            _check_range(value, least, variable, Location(f"${variable}"))
        elif field.name in section and document is not None:
            where = document.at(stage, field.name)
            value, origin = _checked(section[field.name], hints[field.name], field.name, where), str(where)
            _check_range(value, least, field.name, where)
        else:
            value, origin = field.default, "default"  # type: ignore[assignment]  # setting() always gives one
        found.append(Origin(stage, field.name, value, origin, field.metadata["help"]))
    return kind(**{item.name: item.value for item in found}), found


def _section(stage: str, kind: type[object], document: Document | None) -> Mapping[str, object]:
    if document is None or not isinstance(document.value, dict):
        return {}
    section = document.value.get(stage)
    if section is None:
        return {}
    if not isinstance(section, dict):
        raise BadInput(
            f"{stage!r} is not a mapping",
            hint="write 'name: value' lines under it",
            code="settings.type",
            where=document.at(stage),
        )
    names = [f.name for f in dataclasses.fields(kind)]  # type: ignore[arg-type]  # as above
    for key in section:
        if key not in names:
            raise unknown_name("setting", key, names, code="settings.unknown", where=document.at_key(stage, key))
    return section


def check_stages(document: Document | None, stages: Mapping[str, object]) -> None:
    """Refuse an ``assay.yaml`` with a key that is neither ``project`` nor a stage.

    Raises:
        BadInput: With the line of the key and the nearest name that exists.
    """
    if document is None or document.value is None:
        return
    if not isinstance(document.value, dict):
        raise BadInput(
            "the file is not a mapping", hint="write 'project: NAME'", code="settings.type", where=document.at()
        )
    for key in document.value:
        if key not in stages and key != "project":
            raise unknown_name(
                "setting", key, ["project", *stages], code="settings.unknown", where=document.at_key(key)
            )


def _from_text(text: str, hint: object, variable: str) -> Scalar:
    kinds = set(get_args(hint) or (hint,))
    where = Location(f"${variable}")
    if bool in kinds:
        if text.lower() in ("1", "true", "yes", "on"):
            return True
        if text.lower() in ("0", "false", "no", "off"):
            return False
        raise _wrong(variable, text, "true or false", where)
    for kind, words in ((int, "a whole number"), (float, "a number")):
        if kind in kinds:
            try:
                return kind(text)
            except ValueError:
                raise _wrong(variable, text, words, where) from None
    return text


def _checked(value: object, hint: object, name: str, where: Location) -> Scalar:
    kinds = set(get_args(hint) or (hint,))
    if float in kinds and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    for kind in (bool, int, float, str):
        if kind in kinds and type(value) is kind:
            return value
    if value is None and type(None) in kinds:
        return None
    names = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}
    wanted = " or ".join(names[k] for k in (bool, int, float, str) if k in kinds)
    raise _wrong(name, value, wanted, where)


def _check_range(value: Scalar, least: float | None, name: str, where: Location) -> None:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return
    if not math.isfinite(value):
        raise _wrong(name, value, "a finite number", where)
    if least is not None and value < least:
        raise _wrong(name, value, f"a number of at least {least:g}", where)


def _wrong(name: str, value: object, want: str, where: Location) -> BadInput:
    return BadInput(f"{name} is {value!r}", hint=f"write {want}", code="settings.type", where=where)
