"""Whether a JSON Schema may be marked ``strict``: OpenAI answers 400 where it may not.

The list of keywords is the cautious one: a schema that goes beyond it is passed on without the mark, as
guidance, and the reply is validated all the same.
"""

from collections.abc import Mapping

_PLAIN = frozenset(
    {
        *("type", "enum", "const", "title", "description", "$ref", "pattern", "format"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems"),
    }
)
_NESTED = frozenset({"properties", "required", "additionalProperties", "items", "anyOf", "$defs"})


def may_be_strict(schema: Mapping[str, object]) -> bool:
    """Whether every object requires all its properties and allows no other, and no keyword is beyond the list."""
    return schema.get("type") == "object" and "anyOf" not in schema and _fits(schema)


def _fits(schema: object) -> bool:
    if not isinstance(schema, Mapping) or not schema.keys() <= (_PLAIN | _NESTED):
        return False
    return _closed(schema) and all(_fits(part) for part in _parts(schema))


def _closed(schema: Mapping[str, object]) -> bool:
    kinds = schema.get("type")
    if kinds != "object" and not (isinstance(kinds, list) and "object" in kinds) and "properties" not in schema:
        return True
    properties, required = schema.get("properties"), schema.get("required")
    return (
        isinstance(properties, Mapping)
        and isinstance(required, list)
        and len(required) == len(properties)
        and all(name in required for name in properties)
        and schema.get("additionalProperties") is False
    )


def _parts(schema: Mapping[str, object]) -> list[object]:
    parts: list[object] = []
    for keyword in ("properties", "$defs"):
        named = schema.get(keyword, {})
        parts += named.values() if isinstance(named, Mapping) else [None]
    any_of = schema.get("anyOf", [])
    parts += any_of if isinstance(any_of, list) else [None]
    if "items" in schema:
        parts.append(schema["items"])
    return parts
