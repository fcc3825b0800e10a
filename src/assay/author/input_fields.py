"""Reading the ``inputs`` of a prompt file: shorthand or JSON Schema, with Assay's own keys beside it."""

import re

from assay.author.picoschema import expand, expand_field
from assay.author.types import MISSING, TRUST_ORDER, Input, Trust
from assay.core.errors import BadInput
from assay.core.fields import Fields, describe
from assay.core.schema import compile_schema

_OWN = ("schema", "required", "default", "examples", "trust", "max_chars")
_NAME = re.compile(r"[^\W\d]\w*")
_GIVEN: tuple[Trust, ...] = ("developer", "user", "retrieved", "tool")


def read_inputs(fields: Fields) -> dict[str, Input]:
    """The inputs by name.

    Raises:
        BadInput: A name, a schema, a default or an example that does not fit; the place is in the error.
    """
    found: dict[str, Input] = {}
    for key in fields.mapping("inputs"):
        entry = _read(fields, key)
        if not _NAME.fullmatch(entry.name) or entry.name == "loop":
            raise BadInput(
                f"{entry.name!r} cannot be the name of an input",
                hint="use letters, digits and '_', starting with a letter; not 'loop'",
                code="inputs.name",
                where=fields.at("inputs", key),
            )
        if entry.name in found:
            raise BadInput(
                f"the input {entry.name!r} is declared twice",
                hint="keep one",
                code="inputs.twice",
                where=fields.at("inputs", key),
            )
        found[entry.name] = entry
    return found


def _read(fields: Fields, key: str) -> Input:
    value = fields.mapping("inputs")[key]
    where = fields.at("inputs", key)
    if not isinstance(value, dict) or "(" in key:
        field = expand_field(key, value, where=where)
        return Input(name=field.name, schema=field.schema, required=not field.optional)
    entry = fields.sub("inputs", key)
    for own in _OWN:
        entry.raw(own)
    name, optional = (key[:-1], True) if key.endswith("?") else (key, False)
    found = Input(
        name=name,
        schema=_schema(entry),
        required=entry.flag("required", default=not optional and "default" not in entry),
        default=entry.raw("default") if "default" in entry else MISSING,
        examples=tuple(entry.items("examples")),
        trust=_trust(entry),
        max_chars=entry.integer("max_chars", least=1),
    )
    _check_values(entry, found)
    return found


def _trust(entry: Fields) -> Trust:
    given = entry.text("trust", one_of=_GIVEN) or "user"
    return next(t for t in TRUST_ORDER if t == given)


def _schema(entry: Fields) -> dict[str, object]:
    own: dict[str, object] = {k: entry.raw(k) for k in entry if k not in _OWN}
    if "schema" not in entry:
        return expand(own, where=entry.at()) if own.get("type") not in (None, "any") else _untyped(own, entry)
    apart = entry.raw("schema")
    if set(own) - {"description"}:
        raise entry.wrong("schema", apart, "either 'schema' or the schema's own keywords here, not both")
    return {**expand(apart, where=entry.at("schema")), **own}


def _untyped(own: dict[str, object], entry: Fields) -> dict[str, object]:
    schema = {k: v for k, v in own.items() if k != "type"}
    _compile(schema, entry)
    return schema


def _compile(schema: dict[str, object], entry: Fields) -> None:
    try:
        compile_schema(schema)
    except BadInput as error:
        error.where = entry.at()
        raise


def _check_values(entry: Fields, found: Input) -> None:
    _compile(found.schema, entry)
    validator = compile_schema(found.schema)
    given: list[tuple[str, int | None, object]] = [("examples", i, v) for i, v in enumerate(found.examples)]
    if found.default is not MISSING and not (found.default is None and not found.required):
        given.append(("default", None, found.default))
    for key, i, value in given:
        findings = validator.findings(value)
        if findings:
            raise BadInput(
                f"{describe(value)} does not fit the input's own schema: {findings[0]}",
                hint="change the value or the schema",
                code=f"inputs.{key}",
                where=entry.at(key) if i is None else entry.at(key, i),
            )
