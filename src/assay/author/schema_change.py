"""How two JSON Schemas relate: does the new one accept the same values, more, fewer, or is that not known?

Sound and not complete: ``wider`` and ``narrower`` are said only when they are proven, ``other`` whenever they
are not. A proof works keyword by keyword: one schema's values lie within another's if they satisfy each of
its constraints. On the left side a constraint that is not understood is dropped, which only makes the set
larger; on the right side it has to be found on the left word for word.

Not for checking values against a schema; that is ``core.schema``.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from assay.author.schema_form import NotPlain, Schema, plain
from assay.core.errors import BadInput
from assay.core.schema import compile_schema

Relation = Literal["same", "wider", "narrower", "other"]

MAX_STEPS = 200_000
"""Comparisons before the answer is ``other``, since choices inside choices grow without bound: about a second."""

_MAX_BRANCHES = 64
_COMPILATION_STEPS = 200

Kind = Literal["null", "boolean", "integer", "fraction", "string", "array", "object"]
_KINDS: frozenset[Kind] = frozenset({"null", "boolean", "integer", "fraction", "string", "array", "object"})
_OF_TYPE: dict[str, frozenset[Kind]] = {
    "null": frozenset({"null"}),
    "boolean": frozenset({"boolean"}),
    "integer": frozenset({"integer"}),
    "number": frozenset({"integer", "fraction"}),
    "string": frozenset({"string"}),
    "array": frozenset({"array"}),
    "object": frozenset({"object"}),
}
_NUMERIC = _OF_TYPE["number"]

# Keywords whose meaning depends on each other: equal as a group or not at all.
_GROUPS: dict[str, tuple[str, ...]] = {
    "contains": ("contains", "minContains", "maxContains"),
    "if": ("if", "then", "else"),
    "not": ("not",),
    "oneOf": ("oneOf",),
    "dependentRequired": ("dependentRequired",),
    "dependentSchemas": ("dependentSchemas",),
    "contentEncoding": ("contentEncoding",),
    "contentMediaType": ("contentMediaType",),
    "contentSchema": ("contentSchema",),
}

Left = tuple[Schema, ...]
"""Schemas that all hold at once, none of them with ``allOf``, ``anyOf`` or ``oneOf`` that has not been split."""


def relation(old: Mapping[str, object], new: Mapping[str, object]) -> Relation:
    """How the values that ``new`` accepts relate to those that ``old`` does.

    Returns:
        ``same``, ``wider`` (everything that was accepted still is), ``narrower`` (nothing is accepted that was
        not), or ``other``: neither could be proven. A pair that is the same in a way that is not proven may
        come out as any of the others.
    """
    try:
        before, after = plain(old), plain(new)
    except NotPlain:
        return "same" if json.dumps(old, sort_keys=True) == json.dumps(new, sort_keys=True) else "other"
    kept, confined = _proven(before, after), _proven(after, before)
    if kept and confined:
        return "same"
    if kept:
        return "wider"
    return "narrower" if confined else "other"


def _proven(inner: Schema, outer: Schema) -> bool:
    try:
        return _Proof().holds((inner,), outer)
    except (_TooHard, RecursionError):
        return False


class _TooHard(Exception):
    """The proof takes more steps than it may."""


@dataclass(slots=True)
class _Proof:
    """A search for a proof that one set of values lies within another."""

    steps: int = 0

    def step(self, n: int = 1) -> None:
        """Count work done."""
        self.steps += n
        if self.steps > MAX_STEPS:
            raise _TooHard

    def equal(self, a: object, b: object) -> bool:
        """Whether two pieces of JSON are the same, where 1 and ``true`` are not."""
        self.step()
        if type(a) is not type(b):
            return False
        if isinstance(a, dict) and isinstance(b, dict):
            return a.keys() == b.keys() and all(self.equal(a[key], b[key]) for key in a)
        if isinstance(a, list) and isinstance(b, list):
            return len(a) == len(b) and all(self.equal(x, y) for x, y in zip(a, b, strict=True))
        return a == b

    def holds(self, inner: Left, outer: Schema) -> bool:
        """Whether every value that all of ``inner`` accept is accepted by ``outer``."""
        self.step()
        if outer in (True, {}) or False in inner:
            return True
        if any(self.equal(part, outer) for part in inner):
            return True
        return all(self.branch(branch, outer) for branch in _branches(inner))

    def branch(self, inner: Left, outer: Schema) -> bool:
        """The same, where ``inner`` has no alternatives left."""
        kinds = _kinds(inner)
        if not kinds or False in inner:
            return True
        values = _values(inner)
        if (
            values is None
            and kinds <= {"null", "boolean"}
            and isinstance(outer, dict)
            and {"enum", "const"} & outer.keys()
        ):
            values = [None] * ("null" in kinds) + [False, True] * ("boolean" in kinds)
        if values is not None:
            self.step(_COMPILATION_STEPS * (len(inner) + 1) + len(values) * (len(inner) + 1))
            return _all_fit(_fitting(values, inner), outer)
        if outer is False:
            return False
        assert isinstance(outer, dict)
        return all(self.constraint(inner, kinds, outer, keyword) for keyword in outer)

    def constraint(self, inner: Left, kinds: frozenset[Kind], outer: dict[str, object], keyword: str) -> bool:
        """Whether ``inner`` satisfies one keyword of ``outer``."""
        if keyword in _ARRAY:
            return "array" not in kinds or self.array(inner, outer, keyword)
        if keyword in _OBJECT:
            return "object" not in kinds or self.properties(inner, outer, keyword)
        if keyword in _STRING:
            return "string" not in kinds or _string(inner, outer, keyword)
        if keyword in _NUMBER:
            return not kinds & _NUMERIC or _number(inner, kinds, outer, keyword)
        return self.any_kind(inner, kinds, outer, keyword)

    def any_kind(self, inner: Left, kinds: frozenset[Kind], outer: dict[str, object], keyword: str) -> bool:
        """One keyword about values of every kind."""
        if keyword == "type":
            return kinds <= _kinds((outer,), only_type=True)
        if keyword == "allOf":
            return all(self.holds(inner, part) for part in _schemas(outer[keyword]))
        if keyword == "anyOf":
            return self.some(inner, kinds, _schemas(outer[keyword]))
        # For ``enum`` and ``const`` this is no: a left side with few values has been settled before.
        return self.same_group(inner, outer, keyword)

    def same_group(self, inner: Left, outer: dict[str, object], keyword: str) -> bool:
        """Whether a part of ``inner`` has the same words for a keyword that is not understood."""
        group = next((names for names in _GROUPS.values() if keyword in names), ())
        wanted = {name: outer[name] for name in group if name in outer}
        for part in inner:
            if isinstance(part, dict):
                had = {name: part[key] for name in group for key in (name, f"{name} ") if key in part}
                if had and self.equal(had, wanted):
                    return True
        return False

    def some(self, inner: Left, kinds: frozenset[Kind], choices: list[Schema]) -> bool:
        """Whether each kind of value that ``inner`` accepts lies within one of the choices."""
        if len(kinds) == 1:
            return any(self.holds(inner, choice) for choice in choices)
        return all(any(self.holds((*inner, {"type": _name(kind)}), c) for c in choices) for kind in _wide(kinds))

    def array(self, inner: Left, outer: dict[str, object], keyword: str) -> bool:
        """One keyword about arrays."""
        longest = _least(inner, "maxItems")
        if keyword == "minItems":
            return _most(inner, "minItems") >= _count(outer[keyword])
        if keyword == "maxItems":
            return longest <= _count(outer[keyword])
        if keyword == "uniqueItems":
            return outer[keyword] is not True or longest <= 1 or any(_get(p, keyword) is True for p in inner)
        prefix = len(_schemas(outer.get("prefixItems", [])))
        if keyword == "prefixItems":
            return all(i >= longest or self.holds(_item(inner, i), _item((outer,), i)[0]) for i in range(prefix))
        far = max([prefix, *(len(_schemas(_get(part, "prefixItems") or [])) for part in inner)])
        rest = _item((outer,), prefix)[0]
        return all(i >= longest or self.holds(_item(inner, i), rest) for i in range(prefix, far + 1))

    def properties(self, inner: Left, outer: dict[str, object], keyword: str) -> bool:
        """One keyword about objects."""
        if keyword == "required":
            return set(_texts(outer[keyword])) <= _required(inner)
        if keyword == "minProperties":
            return max(_most(inner, keyword), len(_required(inner))) >= _count(outer[keyword])
        if keyword == "maxProperties":
            return min(_least(inner, keyword), _width(inner)) <= _count(outer[keyword])
        if keyword == "properties":
            return all(self.holds(_property(inner, n), s) for n, s in _named(outer, keyword).items())
        if keyword == "propertyNames":
            names = tuple(_schema(_get(part, keyword, True)) for part in inner)
            return self.holds((*names, {"type": "string"}), _schema(outer[keyword]))
        if keyword == "patternProperties":
            return all(self.pattern(inner, p, s) for p, s in _named(outer, keyword).items())
        return self.additional(inner, outer)

    def pattern(self, inner: Left, pattern: str, outer: Schema) -> bool:
        """Whether properties that match the pattern satisfy the schema, by an entry for the same pattern."""
        parts = tuple(s for part in inner for p, s in _named(part, "patternProperties").items() if p == pattern)
        return bool(parts) and self.holds(parts, outer)

    def additional(self, inner: Left, outer: dict[str, object]) -> bool:
        """Whether properties that ``outer`` does not name satisfy its ``additionalProperties``."""
        rest = _schema(outer["additionalProperties"])
        if _same_shape(inner, outer) and self.holds(_other(inner, exact=True), rest):
            return True
        named = {name for part in inner for name in _named(part, "properties")} - _named(outer, "properties").keys()
        # A name that a pattern of ``outer`` matches is exempt there; to ask more of it is still a proof.
        return all(self.holds(_property(inner, name), rest) for name in sorted(named)) and self.holds(
            _other(inner), rest
        )


_ARRAY = frozenset({"items", "prefixItems", "minItems", "maxItems", "uniqueItems"})
_OBJECT = frozenset(
    {
        "properties",
        "patternProperties",
        "additionalProperties",
        "required",
        "minProperties",
        "maxProperties",
        "propertyNames",
    }
)
_STRING = frozenset({"minLength", "maxLength", "pattern", "format"})
_NUMBER = frozenset({"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf"})
_BOUNDS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")


def _branches(inner: Left) -> Iterator[Left]:
    """The left side without ``allOf``, and split at its ``anyOf`` and ``oneOf`` (which is within its ``anyOf``)."""
    todo: list[tuple[list[Schema], list[Schema]]] = [([], list(inner))]
    found = 0
    while todo:
        done, rest = todo.pop()
        if not rest:
            found += 1
            if found > _MAX_BRANCHES:
                raise _TooHard
            yield tuple(done)
            continue
        first, *others = rest
        choices = next((k for k in ("allOf", "anyOf", "oneOf") if isinstance(first, dict) and k in first), None)
        if choices is None:
            todo.append(([*done, first], others))
            continue
        assert isinstance(first, dict)
        without: Schema = {key: value for key, value in first.items() if key != choices}
        parts = _schemas(first[choices])
        if choices == "allOf":
            todo.append((done, [without, *parts, *others]))
        else:
            # What is dropped of ``oneOf`` is kept apart, for a right side that asks for the same.
            kept: list[Schema] = [{"oneOf ": first[choices]}] if choices == "oneOf" else []
            todo += [([*done, *kept], [without, part, *others]) for part in reversed(parts)]


def _kinds(inner: Left, *, only_type: bool = False) -> frozenset[Kind]:
    """The kinds of value that can satisfy all of these."""
    kinds = _KINDS
    for part in inner:
        given = _get(part, "type")
        if given is not None:
            names = [given] if isinstance(given, str) else _texts(given)
            kinds &= frozenset(kind for name in names for kind in _OF_TYPE.get(name, ()))
        step = _get(part, "multipleOf")
        if not only_type and isinstance(step, int):
            kinds -= {"fraction"}
    return kinds


def _wide(kinds: frozenset[Kind]) -> list[Kind]:
    """The kinds, numbers as one: a choice for numbers takes both."""
    return sorted(kinds - {"integer"} if "fraction" in kinds else kinds)


def _name(kind: Kind) -> str:
    return "number" if kind == "fraction" else kind


def _values(inner: Left) -> list[object] | None:
    """Values beyond which none can satisfy these, where there is such a list."""
    found: list[object] | None = None
    for part in inner:
        if "const" in (part if isinstance(part, dict) else {}):
            found = [_get(part, "const")]
        elif isinstance(listed := _get(part, "enum"), list) and (found is None or len(listed) < len(found)):
            found = listed
    return found


def _fitting(values: list[object], inner: Left) -> list[object]:
    """The values that satisfy all of these, as far as that can be told."""
    for part in inner:
        try:
            validator = compile_schema(_standard(part))
            values = [value for value in values if validator.is_valid(value)]
        except (BadInput, ValueError):
            continue
    return values


def _all_fit(values: list[object], outer: Schema) -> bool:
    try:
        validator = compile_schema(_standard(outer))
        return all(validator.is_valid(value) for value in values)
    except (BadInput, ValueError):
        return False


def _standard(schema: Schema) -> dict[str, object]:
    if schema is False:
        return {"not": {}}
    return {} if schema is True else {key.strip(): value for key, value in schema.items()}


def _string(inner: Left, outer: dict[str, object], keyword: str) -> bool:
    if keyword == "minLength":
        return _most(inner, keyword) >= _count(outer[keyword])
    if keyword == "maxLength":
        return _least(inner, keyword) <= _count(outer[keyword])
    return any(_get(part, keyword) == outer[keyword] for part in inner)


def _number(inner: Left, kinds: frozenset[Kind], outer: dict[str, object], keyword: str) -> bool:
    given = outer[keyword]
    assert isinstance(given, (int, float))
    if keyword == "multipleOf":
        if given == 1 and kinds & _NUMERIC == {"integer"}:
            return True
        return any(_divides(given, _get(part, keyword)) for part in inner)
    sign = 1 if keyword.lower().endswith("minimum") else -1
    bounds = [
        (sign * bound, other.startswith("exclusive"))
        for part in inner
        for other in _BOUNDS
        if other.lower().endswith(keyword.lower()[-7:]) and isinstance(bound := _get(part, other), (int, float))
    ]
    if not bounds:
        return False
    limit = sign * given
    if keyword.startswith("exclusive"):
        return any(bound > limit or (bound == limit and open_) for bound, open_ in bounds)
    return any(bound >= limit for bound, _ in bounds)


def _divides(step: int | float, given: object) -> bool:
    """Whether every multiple of ``given`` is one of ``step``; only whole numbers are sure of it."""
    if isinstance(given, (int, float)) and given == step:
        return True
    return isinstance(given, int) and isinstance(step, int) and given % step == 0


def _item(inner: Left, index: int) -> Left:
    """What holds for the item at an index."""
    found: list[Schema] = []
    for part in inner:
        prefix = _schemas(_get(part, "prefixItems") or [])
        found.append(prefix[index] if index < len(prefix) else _schema(_get(part, "items", True)))
    return tuple(found)


def _property(inner: Left, name: str) -> Left:
    """What holds for the property of that name (or a part of it: patterns are not looked at)."""
    found: list[Schema] = []
    for part in inner:
        named = _named(part, "properties")
        if name in named:
            found.append(named[name])
        elif not _named(part, "patternProperties"):
            found.append(_schema(_get(part, "additionalProperties", True)))
    return tuple(found)


def _other(inner: Left, *, exact: bool = False) -> Left:
    """What holds for a property that no part names; ``exact`` when none matches a pattern either."""
    return tuple(
        _schema(_get(part, "additionalProperties", True))
        for part in inner
        if exact or not _named(part, "patternProperties")
    )


def _same_shape(inner: Left, outer: dict[str, object]) -> bool:
    """Whether the left side is one schema that names the same properties and patterns, so that the rest is the rest."""
    return len(inner) == 1 and all(
        _named(inner[0], key).keys() == _named(outer, key).keys() for key in ("properties", "patternProperties")
    )


def _required(inner: Left) -> set[str]:
    return {name for part in inner for name in _texts(_get(part, "required") or [])}


def _width(inner: Left) -> float:
    """The largest number of properties that a closed object can have."""
    closed = [
        float(len(_named(part, "properties")))
        for part in inner
        if _get(part, "additionalProperties") is False and not _named(part, "patternProperties")
    ]
    return min(closed, default=float("inf"))


def _most(inner: Left, keyword: str) -> float:
    return max((float(n) for part in inner if isinstance(n := _get(part, keyword), (int, float))), default=0.0)


def _least(inner: Left, keyword: str) -> float:
    found = (float(n) for part in inner if isinstance(n := _get(part, keyword), (int, float)))
    return min(found, default=float("inf"))


def _count(value: object) -> float:
    assert isinstance(value, (int, float))
    return float(value)


def _get(part: Schema, keyword: str, absent: object = None) -> object:
    return part.get(keyword, absent) if isinstance(part, dict) else absent


def _schema(value: object) -> Schema:
    return value if isinstance(value, dict) else bool(value)


def _schemas(value: object) -> list[Schema]:
    return [_schema(item) for item in value] if isinstance(value, list) else []


def _named(part: Schema, keyword: str) -> dict[str, Schema]:
    found = _get(part, keyword)
    return {name: _schema(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
