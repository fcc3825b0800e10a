"""The JSON Schema of a suite file, for editors: a frame that is written by hand, and the graders' settings as they are.

Each grader's part is made from its factory: the types and bounds of its arguments, their defaults, and the
first sentence of what its docstring says of each. So a new grader is known to editors without a list to edit.
"""

import inspect
import re
from importlib.resources import files
from typing import Any, Union, get_type_hints

import msgspec

from assay.evaluate.grader import Factory, graders, setting_kinds
from assay.evaluate.suite import ENTRY_KEYS
from assay.evaluate.target import ROOTS

_ARGUMENT = re.compile(r"^ {4,8}(\w+): (.+(?:\n {8,}(?! *\w+: ).+)*)", re.MULTILINE)
_GIVEN = "bench"
_ANYTHING = {"$comment": "anything"}  # for the type object, which msgspec does not know


def suite_schema() -> dict[str, Any]:
    """The whole schema, as JSON data."""
    frame: dict[str, Any] = msgspec.json.decode((files("assay.evaluate") / "suite.schema.json").read_bytes())
    names = graders.names()
    definitions = frame["$defs"]
    entry = definitions["grader"]
    entry["properties"]["grader"]["examples"] = names
    frame["properties"]["graders"]["items"]["anyOf"][0]["examples"] = names
    entry["allOf"] = [_choose(name) for name in names]
    definitions |= {_place(name): grader_schema(graders.get(name)) for name in names}
    return frame


def grader_schema(factory: Factory) -> dict[str, Any]:
    """What a grader's entry may hold beyond what every entry may."""
    hints = get_type_hints(factory, include_extras=True)
    told = dict(_ARGUMENT.findall(inspect.getdoc(factory) or ""))
    parameters = inspect.signature(factory).parameters
    found: dict[str, Any] = {}
    required: list[str] = []
    open_ended = False
    for name, parameter in parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            open_ended = True
        elif name != _GIVEN:
            found[name] = _setting(name, hints.get(name, object), parameter, told.get(name, ""))
            if parameter.default is parameter.empty:
                required.append(name)
    schema: dict[str, Any] = {"properties": found}
    if not open_ended:
        schema["propertyNames"] = {"enum": [*ENTRY_KEYS, *found]}
    if required:
        schema["required"] = required
    if "target" in found and "value" in found:
        schema["not"] = {"required": ["target", "value"]}
    return schema


def _setting(name: str, hint: object, parameter: inspect.Parameter, told: str) -> dict[str, Any]:
    kinds = setting_kinds(hint)
    whole = Any if object in kinds else Union[tuple(kinds)]  # noqa: UP007 - the parts are known only now
    schema: dict[str, Any] = msgspec.json.schema(whole, schema_hook=lambda _: _ANYTHING)
    schema.pop("$schema", None)
    if name == "target":
        schema["pattern"] = rf"^({'|'.join(ROOTS)})(\.|$)"
    default = parameter.default
    if isinstance(default, (str, int, float)):
        schema["default"] = default
    if told:
        schema["description"] = " ".join(told.split()).partition(". ")[0].rstrip(".") + "."
    return schema


def _choose(name: str) -> dict[str, Any]:
    named = {"properties": {"grader": {"const": name}}, "required": ["grader"]}
    return {"if": named, "then": {"$ref": f"#/$defs/{_place(name)}"}}


def _place(name: str) -> str:
    return f"grader-{name}"
