"""Reading the ``contract`` of a prompt file."""

from typing import get_args

from assay.author.picoschema import expand
from assay.author.types import (
    Action,
    Citations,
    Contract,
    ContractFormat,
    Exit,
    Input,
    Limits,
    MarkdownRules,
    OnViolation,
)
from assay.core.errors import BadInput, unknown_name
from assay.core.fields import Fields
from assay.core.schema import compile_schema

_FORMATS: tuple[ContractFormat, ...] = get_args(ContractFormat)
_ACTIONS: tuple[Action, ...] = get_args(Action)


def read_contract(fields: Fields, inputs: dict[str, Input]) -> Contract | None:
    """The contract, or None where the file has none.

    Raises:
        BadInput: A clause that is not well-formed, or that does not go with the format.
    """
    if fields.raw("contract") is None:
        return None
    entry = fields.sub("contract")
    found = Contract(
        format=_format(entry),
        schema=_schema(entry),
        choices=entry.texts("choices"),
        markdown=_markdown(entry),
        citations=_citations(entry, inputs),
        refuse=_exit(entry, "refuse"),
        ask=_exit(entry, "ask"),
        escalate=_exit(entry, "escalate"),
        limits=_limits(entry),
        constrain=entry.flag("constrain", default=True),
        on_violation=_on_violation(entry),
    )
    entry.close()
    _check_together(entry, found)
    return found


def _format(entry: Fields) -> ContractFormat:
    given = entry.text("format", one_of=_FORMATS)
    if given is None:
        implied: dict[str, ContractFormat] = {"schema": "json", "choices": "choice", "markdown": "markdown"}
        given = next((fmt for key, fmt in implied.items() if key in entry), "text")
    return next(f for f in _FORMATS if f == given)


def _schema(entry: Fields) -> dict[str, object] | None:
    if entry.raw("schema") is None:
        return None
    schema = expand(entry.raw("schema"), where=entry.at("schema"))
    try:
        compile_schema(schema)
    except BadInput as error:
        error.where = entry.at("schema")
        raise
    return schema


def _markdown(entry: Fields) -> MarkdownRules | None:
    if entry.raw("markdown") is None:
        return None
    rules = entry.sub("markdown")
    found = MarkdownRules(
        sections=rules.texts("sections"),
        max_heading_level=rules.integer("max_heading_level", least=1),
        allow_html=rules.flag("allow_html", default=False),
        allow_links=rules.flag("allow_links", default=True),
    )
    rules.close()
    return found


def _citations(entry: Fields, inputs: dict[str, Input]) -> Citations | None:
    if entry.raw("citations") is None:
        return None
    rules = entry.sub("citations")
    source = rules.need_text("source")
    if source not in inputs:
        raise unknown_name("input", source, inputs, code="contract.citations", where=rules.at("source"))
    found = Citations(source=source, required=rules.flag("required", default=True))
    rules.close()
    return found


def _exit(entry: Fields, key: str) -> Exit | None:
    value = entry.raw(key)
    if value is None:
        return None
    if isinstance(value, str):
        return Exit(when=value)
    rules = entry.sub(key)
    found = Exit(when=rules.need_text("when"), reply=rules.text("reply"))
    rules.close()
    return found


def _limits(entry: Fields) -> Limits:
    if entry.raw("limits") is None:
        return Limits()
    rules = entry.sub("limits")
    found = Limits(
        max_chars=rules.integer("max_chars", least=1),
        max_words=rules.integer("max_words", least=1),
        max_tokens=rules.integer("max_tokens", least=1),
    )
    rules.close()
    return found


def _on_violation(entry: Fields) -> OnViolation:
    value = entry.raw("on_violation")
    if value is None or isinstance(value, str):
        given = entry.text("on_violation", one_of=_ACTIONS) or "fail"
        found = OnViolation(action=next(a for a in _ACTIONS if a == given))
    else:
        rules = entry.sub("on_violation")
        rules.required("action")
        given = rules.text("action", one_of=_ACTIONS) or "fail"
        attempts = rules.integer("attempts", least=1) or 1
        found = OnViolation(
            action=next(a for a in _ACTIONS if a == given), attempts=attempts, reply=rules.text("reply")
        )
        rules.close()
    if found.action == "fallback" and found.reply is None:
        raise entry.wrong("on_violation", value, "{action: fallback, reply: the text to answer with}")
    return found


def _check_together(entry: Fields, found: Contract) -> None:
    if found.format == "choice" and len(set(found.choices)) < 2:
        raise entry.wrong("choices", list(found.choices) or None, "a list of at least two different replies")
    for key, wanted in (("schema", "json"), ("choices", "choice"), ("markdown", "markdown")):
        if entry.raw(key) is not None and found.format != wanted:
            raise BadInput(
                f"{key!r} goes with the format {wanted!r}, and the format here is {found.format!r}",
                hint=f"write 'format: {wanted}', or take {key!r} out",
                code="contract.format",
                where=entry.at(key),
            )
