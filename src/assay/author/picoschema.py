"""Picoschema, the shorthand for schemas, expanded into JSON Schema 2020-12.

A type is a word with an optional description, ``string, the customer's message``. An object is a mapping of
fields; ``?`` after a field's name makes it optional, and ``(array)``, ``(object)`` or ``(enum)``, with a
description after a comma, say what the value beside it describes. ``(*)`` stands for any other field.

Not for reading files (``core.document``) nor for checking values (``core.schema``).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from assay.core.errors import BadInput, unknown_name
from assay.core.location import Location, Path

Where = Location | Callable[[Path], Location]
"""Where the value stands: one place for all of it, or a function from the path within the value."""

Resolver = Callable[[str], Mapping[str, object] | None]
"""From the name of a schema to the schema, or None when there is none of that name."""

SCALARS = ("string", "number", "integer", "boolean", "null", "any")
_KINDS = ("array", "object", "enum")
_JSON_TYPES = frozenset({"string", "number", "integer", "boolean", "null", "object", "array"})
_WILDCARD = "(*)"
_KEY = re.compile(r"\s*(?P<name>[^()?]+?)\s*(?P<optional>\?)?\s*(?:\((?P<kind>.*)\)\s*)?", re.DOTALL)


class Field(NamedTuple):
    """One entry of an object: its name, whether ``?`` makes it optional, and its schema."""

    name: str
    optional: bool
    schema: dict[str, object]


def expand(value: object, *, where: Where, resolve: Resolver | None = None) -> dict[str, object]:
    """The JSON Schema that the shorthand stands for; a mapping that is a JSON Schema already is returned as it is.

    Args:
        value: A string or a mapping, as read from a document.
        where: Where it stands, for messages.
        resolve: Looks up the name of a schema that is used as a type; without it only the built-in types are known.

    Raises:
        BadInput: It is neither shorthand nor a JSON Schema.
    """
    expander = _Expander(where, resolve)
    if isinstance(value, Mapping) and is_json_schema(value):
        return _inferred(value)
    return expander.schema(value, ())


def expand_field(
    key: str, value: object, *, where: Where, nullable: bool = False, resolve: Resolver | None = None
) -> Field:
    """Expand one entry of an object, such as ``docs?(array, the passages): string``.

    Unlike a nested field in ``expand``, a mapping that looks like a JSON Schema is taken as one.

    Args:
        key: The entry's key: a name, ``?`` when optional, and the kind in parentheses.
        value: What stands beside it.
        where: Where the entry's value stands, for messages.
        nullable: Whether an optional field's schema also allows null.
        resolve: As for ``expand``.

    Raises:
        BadInput: The key or the value is not picoschema.
    """
    return _Expander(where, resolve).field(key, value, (), _Style(nullable=nullable, json_schema=True))


def is_json_schema(value: Mapping[str, object]) -> bool:
    """Whether a mapping is a JSON Schema and not shorthand for an object with those fields."""
    kind = value.get("type")
    if isinstance(kind, list):
        return bool(kind) and all(isinstance(item, str) and item in _JSON_TYPES for item in kind)
    return (
        not value
        or (isinstance(kind, str) and kind in _JSON_TYPES)
        or isinstance(value.get("properties"), Mapping)
        or any(isinstance(value.get(name), list) for name in ("anyOf", "oneOf", "allOf", "enum"))
        or any(name.startswith("$") for name in value)
    )


def _inferred(value: Mapping[str, object]) -> dict[str, object]:
    schema = dict(value)
    if "type" not in schema and isinstance(schema.get("properties"), Mapping):
        schema["type"] = "object"
    return schema


def _described(text: str) -> tuple[str, str]:
    head, _, description = text.partition(",")
    return head.strip(), description.strip()


def _or_null(schema: dict[str, object]) -> dict[str, object]:
    kind = schema.get("type")
    if isinstance(kind, str) and kind != "null":
        schema = {**schema, "type": [kind, "null"]}
    enum = schema.get("enum")
    if isinstance(enum, list) and None not in enum:
        schema = {**schema, "enum": [*enum, None]}
    return schema


@dataclass(frozen=True, slots=True)
class _Style:
    """How a field is expanded; see ``expand_field``."""

    nullable: bool = True
    json_schema: bool = False


_NESTED = _Style()


@dataclass(frozen=True, slots=True)
class _Expander:
    where: Where
    resolve: Resolver | None

    def at(self, path: Path) -> Location:
        return self.where if isinstance(self.where, Location) else self.where(path)

    def schema(self, value: object, path: Path) -> dict[str, object]:
        if isinstance(value, str):
            return self.scalar(value, path)
        if isinstance(value, Mapping):
            return self.mapping(value, path)
        raise BadInput(
            f"{value!r} is not a type",
            hint=f"write one of {', '.join(SCALARS)}, a mapping of fields, or a JSON Schema",
            code="schema.not_shorthand",
            where=self.at(path),
        )

    def scalar(self, text: str, path: Path) -> dict[str, object]:
        name, description = _described(text)
        found = self.named(name, path)
        return {**found, "description": description} if description else found

    def named(self, name: str, path: Path) -> dict[str, object]:
        if name in SCALARS:
            return {} if name == "any" else {"type": name}
        found = self.resolve(name) if self.resolve else None
        if found is None:
            raise unknown_name("type", name, SCALARS, code="schema.unknown_type", where=self.at(path))
        return dict(found)

    def mapping(self, value: Mapping[str, object], path: Path) -> dict[str, object]:
        properties: dict[str, object] = {}
        required: list[str] = []
        others: object = False
        for key, item in value.items():
            if key.strip() == _WILDCARD:
                others = self.schema(item, (*path, key))
                continue
            field = self.field(key, item, (*path, key), _NESTED)
            self.refuse_second(field.name, properties, (*path, key))
            properties[field.name] = field.schema
            if not field.optional:
                required.append(field.name)
        schema: dict[str, object] = {"type": "object", "properties": properties, "additionalProperties": others}
        return {**schema, "required": required} if required else schema

    def refuse_second(self, name: str, known: Mapping[str, object], path: Path) -> None:
        if name in known:
            raise BadInput(
                f"the field {name!r} stands twice",
                hint="keep one of them",
                code="schema.duplicate_field",
                where=self.at(path),
            )

    def field(self, key: str, value: object, path: Path, style: _Style) -> Field:
        found = _KEY.fullmatch(key)
        if found is None:
            raise BadInput(
                f"{key!r} is not the name of a field",
                hint="write `name`, `name?`, `name(array, description)` or `name?(array, description)`",
                code="schema.field_name",
                where=self.at(path),
            )
        kind, description = _described(found["kind"] or "")
        schema = self.kind(kind, value, path, style) if found["kind"] is not None else self.plain(value, path, style)
        if description:
            schema = {**schema, "description": description}
        optional = found["optional"] is not None
        return Field(found["name"], optional, _or_null(schema) if optional and style.nullable else schema)

    def plain(self, value: object, path: Path, style: _Style) -> dict[str, object]:
        if style.json_schema and isinstance(value, Mapping) and is_json_schema(value):
            return _inferred(value)
        return self.schema(value, path)

    def kind(self, kind: str, value: object, path: Path, style: _Style) -> dict[str, object]:
        if kind == "array":
            return {"type": "array", "items": self.plain(value, path, style)}
        if kind == "object":
            if isinstance(value, Mapping):
                return self.plain(value, path, style)
            raise BadInput(
                "an '(object)' needs a mapping of its fields",
                hint="write the fields below it, each as `name: type`",
                code="schema.object_without_fields",
                where=self.at(path),
            )
        if kind == "enum":
            return self.enum(value, path)
        raise unknown_name("kind of field", kind, _KINDS, code="schema.unknown_kind", where=self.at(path))

    def enum(self, value: object, path: Path) -> dict[str, object]:
        if isinstance(value, list) and value:
            return {"enum": list(value)}
        raise BadInput(
            "an '(enum)' needs a list of its values",
            hint="write `name(enum): [first, second]`",
            code="schema.enum_without_values",
            where=self.at(path),
        )
