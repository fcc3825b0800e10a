"""Writing a prompt as one of LiteLLM's ``.prompt`` files."""

import re
from collections.abc import Iterator

from assay.author.exchange import leaving
from assay.author.exchange.dialect import Dropped, Exported
from assay.author.exchange.jinja import own_lines, written_out
from assay.author.exchange.model_name import split_candidate
from assay.author.exchange.yaml_text import dump_yaml
from assay.author.types import MISSING, Input, Prompt
from assay.core.errors import BadInput
from assay.core.location import Location

_ROLES = {"system": "System", "developer": "System", "user": "User", "assistant": "Assistant"}
_PREFIX = re.compile(r"\s*(System|User|Assistant):")
_TYPES = ("string", "number", "integer", "boolean", "array", "object")


def dump(prompt: Prompt) -> Exported:
    """The prompt as a LiteLLM prompt file.

    Raises:
        BadInput: A role that it does not know, or a line that would start a message there.
    """
    dropped = [
        *leaving.ownership(prompt),
        *leaving.input_marks(prompt),
        *leaving.other_models(prompt),
        *leaving.clauses(prompt),
        *_left(prompt),
    ]
    # Whatever stands at the top and is not model, input or output is sent to the model as a parameter.
    head: dict[str, object] = {"model": _model(prompt), **leaving.parameters(prompt)}
    inputs = dict(_input(entry, dropped) for entry in prompt.inputs.values() if not _inserted(prompt, entry))
    head["input"] = {"schema": inputs} if inputs else None
    head["output"] = _output(prompt, dropped)
    kept = {key: value for key, value in head.items() if value is not None}
    front = f"---\n{dump_yaml(kept)}---\n" if kept else ""
    return Exported(file=f"{prompt.name}.prompt", text=front + _body(prompt, dropped), dropped=tuple(dropped))


def _model(prompt: Prompt) -> str | None:
    if not prompt.model.candidates:
        return None
    provider, model = split_candidate(prompt.model.candidates[0])
    return f"{provider}/{model}"


def _left(prompt: Prompt) -> Iterator[Dropped]:
    for key in ("description", "version"):
        if getattr(prompt, key):
            yield Dropped(leaving.line_of(prompt, key), key, "LiteLLM would send it to the model as a parameter")
    for key in prompt.meta:
        yield Dropped(
            leaving.line_of(prompt, "meta", key), f"meta.{key}", "LiteLLM would send it to the model as a parameter"
        )
    for tool in prompt.tools:
        yield Dropped(leaving.line_of(prompt, "tools"), f"the tool {tool.name!r}", "the format has no tools")
    for name in prompt.partials:
        yield Dropped(None, f"the partial {name!r} as a file", "its text is written out, as the format has no partials")
    for message in prompt.messages:
        if message.insert is not None:
            why = "LiteLLM adds earlier messages after the prompt by itself"
            yield Dropped(message.where.line, f"insert: {message.insert}", why)
        if message.role == "developer":
            yield Dropped(
                message.where.line, "developer:", "it becomes a system message, as the format has no such role"
            )


def _inserted(prompt: Prompt, entry: Input) -> bool:
    return any(message.insert == entry.name for message in prompt.messages)


def _input(entry: Input, dropped: list[Dropped]) -> tuple[str, object]:
    key = entry.name if entry.required else f"{entry.name}?"
    kind = entry.schema.get("type")
    if entry.default is not MISSING:
        dropped.append(
            Dropped(None, f"the default of {entry.name!r}", "the format has none; write |default(…) in the template")
        )
    dropped += [
        Dropped(None, f"{keyword} in the schema of {entry.name!r}", "the format names types alone")
        for keyword in sorted(entry.schema.keys() - {"type"})
    ]
    if not isinstance(kind, str) or kind not in _TYPES:
        if kind is not None:
            dropped.append(Dropped(None, f"the type of {entry.name!r}", "the format names one of its plain types"))
        return key, "any"
    return key, kind


def _output(prompt: Prompt, dropped: list[Dropped]) -> dict[str, object] | None:
    contract = prompt.contract
    if contract is None:
        return None
    if contract.format == "choice":
        dropped.append(leaving.contract_format(prompt, contract))
        return None
    found: dict[str, object] = {"format": contract.format}
    return found if contract.schema is None else {**found, "schema": contract.schema}


def _body(prompt: Prompt, dropped: list[Dropped]) -> str:
    parts: list[str] = []
    indented = False
    for message in prompt.messages:
        if message.insert is not None:
            continue
        if message.role not in _ROLES:
            raise BadInput(
                f"LiteLLM's prompt files have no messages of the role {message.role!r}",
                hint="export to prompty or dotprompt instead",
                code="exchange.role",
                where=message.where,
            )
        source = written_out(message.source, message.where, prompt.partials)
        for number, line in own_lines(source, message.where):
            _check(line, Location(message.where.file, number))
            indented = indented or line != line.strip()
        parts.append(f"{_ROLES[message.role]}: {source}\n")
    if indented:
        dropped.append(Dropped(None, "the indentation of lines", "LiteLLM takes it off when it renders"))
    return "\n".join(parts)


def _check(line: str, where: Location) -> None:
    found = _PREFIX.match(line)
    if found is not None:
        raise BadInput(
            f"a line that starts with '{found[1]}:' would start a message in LiteLLM",
            hint="put something else before it",
            code="exchange.role_line",
            where=where,
        )
