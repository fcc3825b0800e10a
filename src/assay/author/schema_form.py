"""A JSON Schema brought into a plain form: what decides about values and nothing else, references written out.

For comparing schemas (``schema_change.py``). What describes (``title``, ``description``, ``examples``, …) and what
this dialect does not know is left out; lists that are sets are sorted.
"""

import json
from collections.abc import Mapping
from urllib.parse import unquote

Schema = dict[str, object] | bool

MAX_NODES = 20_000
"""Schemas in each other after references are written out."""

_ONE = frozenset(
    {"not", "if", "then", "else", "items", "contains", "additionalProperties", "propertyNames", "contentSchema"}
)
_SEVERAL = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_BY_NAME = frozenset({"properties", "patternProperties", "dependentSchemas"})
_PLAIN = frozenset(
    {
        *("type", "enum", "const"),
        *("multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"),
        *("maxLength", "minLength", "pattern", "format", "contentEncoding", "contentMediaType"),
        *("maxItems", "minItems", "uniqueItems", "maxContains", "minContains"),
        *("maxProperties", "minProperties", "required", "dependentRequired"),
    }
)
# These change what other keywords mean, or reach to where writing out cannot follow.
_BEYOND = frozenset(
    {
        *("$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor"),
        *("unevaluatedItems", "unevaluatedProperties", "dependencies"),
    }
)
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class NotPlain(Exception):
    """The schema cannot be brought into the plain form: it is recursive, refers elsewhere, or is too large."""


def plain(schema: Mapping[str, object]) -> Schema:
    """The schema's plain form.

    Raises:
        NotPlain: It refers to itself or to another document, or uses a keyword that reaches beyond its place.
    """
    if str(schema.get("$schema", _DIALECT)).rstrip("#") != _DIALECT:
        raise NotPlain
    try:
        return _Writer(dict(schema)).schema({k: v for k, v in schema.items() if k != "$schema"}, ())
    except RecursionError:
        raise NotPlain from None


class _Writer:
    def __init__(self, root: dict[str, object]) -> None:
        self._root = root
        self._nodes = 0

    def schema(self, value: object, above: tuple[str, ...]) -> Schema:
        self._nodes += 1
        if isinstance(value, bool):
            return value
        if not isinstance(value, dict) or self._nodes > MAX_NODES or _BEYOND & value.keys() or "$schema" in value:
            raise NotPlain
        found: dict[str, object] = {}
        for key, item in value.items():
            if key in _ONE:
                found[key] = self.schema(item, above)
            elif key in _SEVERAL:
                found[key] = [self.schema(part, above) for part in _list(item)]
            elif key in _BY_NAME:
                found[key] = {name: self.schema(part, above) for name, part in _mapping(item).items()}
            elif key in _PLAIN:
                found[key] = _ordered(key, item)
        if "$ref" in value:
            parts = found.get("allOf", [])
            assert isinstance(parts, list)
            found["allOf"] = [*parts, self.target(value["$ref"], above)]
        return _bare(found)

    def target(self, reference: object, above: tuple[str, ...]) -> Schema:
        if not isinstance(reference, str) or not reference.startswith("#") or reference in above:
            raise NotPlain
        node: object = self._root
        for step in unquote(reference[1:]).split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            if isinstance(node, dict) and name in node:
                node = node[name]
            elif isinstance(node, list) and name.isdecimal() and int(name) < len(node):
                node = node[int(name)]
            else:
                raise NotPlain
        if reference[1:] and not reference.startswith("#/"):
            raise NotPlain
        return self.schema(node, (*above, reference))


def _bare(found: dict[str, object]) -> Schema:
    """Without an ``allOf`` around the only thing that there is, as a lone reference becomes."""
    parts = found.get("allOf")
    if isinstance(parts, list) and len(parts) == 1 and (len(found) == 1 or parts[0] is True):
        return parts[0] if len(found) == 1 else {k: v for k, v in found.items() if k != "allOf"}
    return found


def _ordered(key: str, value: object) -> object:
    if key in ("enum", "required") and isinstance(value, list):
        return sorted(value, key=lambda item: json.dumps(item, sort_keys=True))
    if key == "type" and isinstance(value, list):
        return value[0] if len(value) == 1 else sorted(value, key=str)
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise NotPlain
    return value


def _mapping(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise NotPlain
    return value
