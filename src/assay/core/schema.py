"""JSON Schema 2020-12: checking a schema itself, and a value against one, with one clear finding each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NoReturn, Protocol

import jsonschema_rs

from assay.core.errors import BadInput
from assay.core.location import Path, format_path

JsonSchema = Mapping[str, object]
Draft = Literal["2020-12", "7"]


@dataclass(frozen=True, slots=True)
class SchemaFinding:
    """One way in which a value breaks a schema: where in the value, and what."""

    path: Path
    message: str

    def __str__(self) -> str:
        place = format_path(self.path)
        return f"{place}: {self.message}" if place else self.message


class Validator(Protocol):
    """A compiled schema."""

    def is_valid(self, value: object) -> bool:
        """Whether the value fits."""
        ...

    def findings(self, value: object) -> list[SchemaFinding]:
        """Every way in which it does not, by place, a list's items in their order; empty when it fits."""
        ...


def _refuse(uri: str) -> NoReturn:
    # The library would fetch it over the network.
    raise ValueError(f"{uri!r} lies outside the schema and nothing is fetched; copy it into '$defs'")


_DRAFTS = {"2020-12": jsonschema_rs.Draft202012Validator, "7": jsonschema_rs.Draft7Validator}


class _Compiled:
    def __init__(self, schema: JsonSchema, mask: str | None, draft: Draft) -> None:
        self._validator = _DRAFTS[draft](dict(schema), validate_formats=True, retriever=_refuse, mask=mask)

    def is_valid(self, value: object) -> bool:
        return self._validator.is_valid(value)

    def findings(self, value: object) -> list[SchemaFinding]:
        found = [SchemaFinding(tuple(e.instance_path), e.message) for e in self._validator.iter_errors(value)]
        return sorted(found, key=lambda finding: (_order(finding.path), finding.message))


def _order(path: Path) -> list[tuple[int, str]]:
    return [(step, "") if isinstance(step, int) else (-1, step) for step in path]


def compile_schema(schema: JsonSchema, *, mask: str | None = None, draft: Draft = "2020-12") -> Validator:
    """A validator for the schema; external references are not fetched.

    Args:
        schema: The schema.
        mask: What findings say in place of a value, for values that must not be repeated; None shows them.
        draft: The edition of the standard that the schema is written in.

    Raises:
        BadInput: The schema is not a valid JSON Schema of that edition (the finding's path is in the message).
    """
    try:
        return _Compiled(schema, mask, draft)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        path = format_path(tuple(getattr(error, "instance_path", ()) or ()))
        message = getattr(error, "message", None) or str(error)
        raise BadInput(
            f"not a JSON Schema: {f'{path}: ' if path else ''}{message}",
            hint=f"see the JSON Schema {draft} keywords, or use the shorthand `name: type, description`",
            code="schema.invalid",
        ) from None
