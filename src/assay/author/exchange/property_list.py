"""Prompty's lists of properties and JSON Schema, one into the other."""

from collections.abc import Iterator, Mapping

from assay.author.types import MISSING, Input
from assay.core.errors import BadInput
from assay.core.location import Location

RICH = ("image", "file", "audio")
THREAD = "thread"

_KINDS = {
    "string": "string",
    "integer": "integer",
    "float": "number",
    "number": "number",
    "boolean": "boolean",
    "array": "array",
    "object": "object",
}
_KEYS = (
    "name",
    "kind",
    "type",
    "description",
    "required",
    "default",
    "example",
    "sample",
    "enumValues",
    "items",
    "properties",
)


def entries(raw: object, where: Location) -> Iterator[tuple[str, dict[str, object]]]:
    """The properties of a list or of a mapping, as (name, property); a bare value is a default.

    Raises:
        BadInput: It is neither, or a property has no name.
    """
    if isinstance(raw, Mapping) and isinstance(raw.get("properties"), list | Mapping):
        raw = raw["properties"]
    if isinstance(raw, list):
        for item in raw:
            if not isinstance(item, dict) or not isinstance(item.get("name"), str):
                raise _bad("a property has no name", "write '- name: NAME'", where)
            yield item["name"], item
    elif isinstance(raw, Mapping):
        for name, item in raw.items():
            yield name, item if _is_property(item) else {"kind": kind_of(item), "default": item}
    elif raw is not None:
        raise _bad("the properties are neither a list nor a mapping", "write a list of '- name: NAME'", where)


def _is_property(item: object) -> bool:
    return isinstance(item, dict) and bool(
        {"kind", "type", "description", "sample", "default", "required"} & item.keys()
    )


def _bad(what: str, hint: str, where: Location) -> BadInput:
    return BadInput(what, hint=hint, code="exchange.property", where=where)


def kind_of(value: object) -> str:
    """The kind of property that a value is of."""
    kinds = ((bool, "boolean"), (int, "integer"), (float, "float"), (str, "string"), (list, "array"), (dict, "object"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "any")


def schema_of(item: Mapping[str, object], where: Location) -> dict[str, object]:
    """The JSON Schema of one property."""
    kind = item.get("kind") or item.get("type") or "any"
    found: dict[str, object] = {}
    if isinstance(kind, str) and kind in _KINDS:
        found["type"] = _KINDS[kind]
    if item.get("description"):
        found["description"] = str(item["description"])
    choices = item.get("enumValues")
    if isinstance(choices, list) and choices:
        found["enum"] = choices
    items = item.get("items")
    if isinstance(items, Mapping) and found.get("type") == "array":
        found["items"] = schema_of(items, where)
    if item.get("properties") is not None and found.get("type") == "object":
        found |= object_schema(item["properties"], where)
    return found


def object_schema(raw: object, where: Location) -> dict[str, object]:
    """The JSON Schema of an object with these properties and no others."""
    properties: dict[str, object] = {}
    required: list[str] = []
    for name, item in entries(raw, where):
        properties[name] = schema_of(item, where)
        if item.get("required") is True:
            required.append(name)
    found: dict[str, object] = {"type": "object", "properties": properties}
    if required:
        found["required"] = required
    return {**found, "additionalProperties": False}


def input_of(name: str, item: Mapping[str, object], where: Location) -> Input:
    """The input that a property declares."""
    default = item["default"] if "default" in item and item["default"] is not None else MISSING
    examples = tuple(item[key] for key in ("example", "sample") if item.get(key) is not None)
    required = item.get("required") is True and default is MISSING
    return Input(name=name, schema=schema_of(item, where), required=required, default=default, examples=examples)


def property_of(schema: Mapping[str, object], lost: list[str]) -> dict[str, object]:
    """The property for a schema; the keywords that have no counterpart are added to ``lost``."""
    kind = schema.get("type")
    found: dict[str, object] = {}
    if isinstance(kind, str) and kind in _KINDS.values():
        found["kind"] = "float" if kind == "number" else kind
    elif kind is not None:
        lost.append("type")
    for own, other in (("description", "description"), ("enum", "enumValues")):
        if own in schema:
            found[other] = schema[own]
    items = schema.get("items")
    if isinstance(items, Mapping):
        found["items"] = property_of(items, lost)
    if isinstance(schema.get("properties"), Mapping):
        found["properties"] = property_list(schema, lost)
    elif kind == "object" and set(schema) - {"type", "description", "additionalProperties", "required", "enum"}:
        lost.append("properties")
    known = {"type", "description", "enum", "items", "properties", "required", "additionalProperties"}
    lost += sorted(set(schema) - known)
    return found


def property_list(schema: Mapping[str, object], lost: list[str]) -> list[dict[str, object]]:
    """The properties of an object's schema."""
    properties = schema.get("properties")
    required = schema.get("required")
    found: list[dict[str, object]] = []
    for name, own in properties.items() if isinstance(properties, Mapping) else ():
        item = {"name": name, **property_of(own if isinstance(own, Mapping) else {}, lost)}
        if isinstance(required, list) and name in required:
            item["required"] = True
        found.append(item)
    if schema.get("additionalProperties") is not False:
        lost.append("additionalProperties")
    return found


def unknown_keys(item: Mapping[str, object]) -> list[str]:
    """The keys of a property that mean nothing here."""
    return [key for key in item if key not in _KEYS]
