"""What is known about the values of a Handlebars template: from a declared schema, or from how they are used.

Handlebars takes any value anywhere; the native language is strict about what is missing and prints
some values differently. Knowing a value's kinds lets the translation be exact and short.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Use = Literal["printed", "tested", "compared", "listed", "keyed", "dumped"]

_PLAIN = re.compile(r"[^\W\d]\w*")


@dataclass(slots=True)
class Shape:
    """A value's kinds.

    Attributes:
        schema: Its JSON Schema where one is declared; None when it is to be found out from the uses.
        required: Whether it is always there.
        uses: How the template uses it.
        fields: The fields that the template reads, by name.
        item: What a list's items, or an object's values, are.
    """

    schema: Mapping[str, object] | None = None
    required: bool = False
    uses: set[Use] = field(default_factory=set)
    fields: "dict[str, Shape]" = field(default_factory=dict)
    item: "Shape | None" = None

    def field(self, name: str) -> "Shape":
        """The shape of one of its fields; a number names an item of a list."""
        if name.isdigit() and (self.schema is None or "items" in self.schema):
            self.uses.add("listed")
            return self.items()
        if name not in self.fields:
            schema, required = self._declared(name)
            self.fields[name] = Shape(schema, required)
        return self.fields[name]

    def _declared(self, name: str) -> tuple[Mapping[str, object] | None, bool]:
        if self.schema is None:
            return None, False
        properties = self.schema.get("properties")
        if isinstance(properties, Mapping) and isinstance(properties.get(name), Mapping):
            required = self.schema.get("required")
            return properties[name], isinstance(required, list) and name in required
        others = self.schema.get("additionalProperties")
        return (others, False) if isinstance(others, Mapping) else ({}, False)

    def items(self) -> "Shape":
        """The shape of its items, or of an object's values."""
        if self.item is None:
            declared = None
            if self.schema is not None:
                found = self.schema.get("items") or self.schema.get("additionalProperties")
                declared = found if isinstance(found, Mapping) else {}
            self.item = Shape(declared, required=True)
        return self.item

    def kinds(self) -> frozenset[str] | None:
        """The JSON types that it can have; None when that could be any."""
        schema = self.inferred(nested=True) if self.schema is None else self.schema
        return kinds_of(schema)

    def may_be(self, kind: str) -> bool:
        """Whether it can be of that JSON type."""
        kinds = self.kinds()
        return kinds is None or kind in kinds or (kind == "number" and "integer" in kinds)

    def keyed(self) -> bool:
        """Whether it is an object and not a list, as far as is known."""
        kinds = self.kinds()
        return kinds is not None and "object" in kinds and "array" not in kinds

    def inferred(self, *, nested: bool) -> dict[str, object]:
        """The narrowest schema that the uses allow without a change of meaning.

        Args:
            nested: Whether null must be allowed here (an input that may be left out takes it anyway).
        """
        if self.schema is not None:
            return dict(self.schema)
        null = ["null"] if nested else []
        if "dumped" in self.uses and not (self.fields or self.item):
            return {}
        if "listed" in self.uses and not self.fields and "keyed" not in self.uses:
            schema: dict[str, object] = {"type": ["array", *null] if null else "array"}
            return {**schema, "items": self.items().inferred(nested=True)}
        if self.fields or self.uses & {"keyed", "listed"}:
            return self._object(null)
        return {"type": [*self._scalars(), *null]}

    def _object(self, null: list[str]) -> dict[str, object]:
        schema: dict[str, object] = {"type": ["object", *null] if null else "object"}
        if self.fields:
            schema["properties"] = {name: shape.inferred(nested=True) for name, shape in self.fields.items()}
        if self.item is not None:
            schema["additionalProperties"] = self.item.inferred(nested=True)
        return schema

    def _scalars(self) -> list[str]:
        if "printed" in self.uses:
            return ["string", "number"]
        if "compared" in self.uses:
            return ["string", "number", "boolean"]
        return ["string", "number", "boolean", "array"]


def kinds_of(schema: Mapping[str, object]) -> frozenset[str] | None:
    """The JSON types that a schema allows; None when it does not say."""
    kind = schema.get("type")
    if isinstance(kind, str):
        return frozenset({kind})
    if isinstance(kind, list):
        return frozenset(str(k) for k in kind)
    for key in ("enum", "const"):
        values = schema.get(key, [])
        if key in schema:
            return frozenset(_kind(v) for v in (values if isinstance(values, list) and key == "enum" else [values]))
    return None


def _kind(value: object) -> str:
    if value is None:
        return "null"
    kinds = {bool: "boolean", int: "number", float: "number", str: "string", list: "array"}
    return kinds.get(type(value), "object")


@dataclass(frozen=True, slots=True)
class Value:
    """An expression of the native language, and what is known of its value.

    Attributes:
        text: The expression.
        absent: Whether reading it could find nothing at all, which is an error unless it is guarded.
        empty: Whether it could be null.
    """

    text: str
    shape: Shape
    absent: bool = False
    empty: bool = False

    def field(self, name: str) -> "Value":
        """The value of one of its fields."""
        shape = self.shape.field(name)
        base = f"({self.text}|default(none))" if self.absent else self.text
        kinds = self.shape.kinds()
        sure = kinds == frozenset({"object"}) and not (self.absent or self.empty)
        text = f"{base}.{name}" if _PLAIN.fullmatch(name) else f"{base}[{_key(name)}]"
        return Value(text, shape, absent=not (sure and shape.required), empty=shape.may_be("null"))

    def guarded(self, default: str = "none") -> str:
        """The expression with a default where nothing may be found."""
        return f"{self.text}|default({default})" if self.absent else self.text

    def may_be(self, kind: str) -> bool:
        """Whether it can be of that JSON type."""
        return self.shape.may_be(kind)

    def printed(self) -> str | None:
        """The expression that prints as Handlebars would; None for an object, which prints as nothing of use."""
        kinds = self.shape.kinds()
        some = (kinds or frozenset()) - {"null"}
        if some == {"object"}:
            return None
        if some == {"array"}:
            return f"({self.guarded()} or [])|join(',')" if self.absent or self.empty else f"{self.text}|join(',')"
        if some == {"boolean"}:
            return f"{self.text}|tojson if {self.text} is boolean else ''" if self._maybe() else f"{self.text}|tojson"
        if kinds is None or "boolean" in some:
            return f"{self.text}|tojson if {self.text} is boolean else {self.guarded(_NOTHING)}"
        return self.guarded(_NOTHING)

    def tested(self) -> str:
        """The condition that holds when Handlebars takes the value for true, as it does an empty object."""
        kinds = self.shape.kinds()
        if kinds is None or ("object" in kinds and kinds - {"object", "null"}):
            return (
                f"{self.guarded('false')} or {self.guarded()} is mapping"
                if self.absent
                else f"{self.text} or {self.text} is mapping"
            )
        if "object" in kinds:
            return f"{self.guarded()} is not none"
        return self.guarded("false")

    def _maybe(self) -> bool:
        return self.absent or self.empty


_NOTHING = "''"


def _key(name: str) -> str:
    return name if name.isdigit() else quoted(name)


def quoted(text: str) -> str:
    """Text as a literal of the native language."""
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return "'" + escaped.replace("'", "\\'") + "'"
