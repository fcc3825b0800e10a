"""Writing a prompt as a Prompty file, of version 2 or of version 1."""

import re
from collections.abc import Iterator

from assay.author.exchange import leaving
from assay.author.exchange.dialect import Dropped, Exported
from assay.author.exchange.from_prompty import OPTIONS
from assay.author.exchange.jinja import own_lines, written_out
from assay.author.exchange.model_name import split_candidate
from assay.author.exchange.property_list import property_list, property_of
from assay.author.exchange.yaml_text import dump_yaml
from assay.author.types import MISSING, Input, Prompt
from assay.core.errors import BadInput
from assay.core.location import Location

_OPTIONS = {own: other for other, own in OPTIONS.items()}
_MARKER = re.compile(r"\s*#?\s*(system|user|assistant|developer|tool|function)\s*(\[[^\]]*\])?\s*:\s*", re.IGNORECASE)


def dump(prompt: Prompt) -> Exported:
    """The prompt as a Prompty file of version 2.

    Raises:
        BadInput: A line of its text would start a message there.
    """
    dropped = _left(prompt)
    head: dict[str, object] = {"name": prompt.name, "description": prompt.description or None}
    metadata = {**prompt.meta, **({"version": prompt.version} if prompt.version else {})}
    head |= {"metadata": metadata or None, "model": _model(prompt)}
    head |= {
        "inputs": _inputs(prompt, dropped) or None,
        "outputs": _outputs(prompt, dropped),
        "tools": _tools(prompt, dropped),
    }
    head["template"] = {"format": {"kind": "jinja2"}, "parser": {"kind": "prompty"}}
    return _exported(prompt, head, dropped)


def dump_v1(prompt: Prompt) -> Exported:
    """The prompt as a Prompty file of version 1.

    Raises:
        BadInput: As for ``dump``.
    """
    dropped = _left(prompt)
    head: dict[str, object] = {
        "name": prompt.name,
        "description": prompt.description or None,
        "version": prompt.version,
    }
    head |= prompt.meta
    head["model"] = _model_v1(prompt)
    properties = _inputs(prompt, dropped)
    head["inputs"] = {str(item.pop("name")): _v1(item) for item in properties} or None
    outputs = _outputs(prompt, dropped)
    head["outputs"] = {str(item.pop("name")): _v1(item) for item in outputs} if outputs else None
    head |= {"tools": _tools(prompt, dropped), "template": "jinja2"}
    return _exported(prompt, head, dropped)


def _v1(item: dict[str, object]) -> dict[str, object]:
    kind = item.pop("kind", None)
    return {"type": kind, **item} if kind is not None else item


def _exported(prompt: Prompt, head: dict[str, object], dropped: list[Dropped]) -> Exported:
    kept = {key: value for key, value in head.items() if value is not None}
    return Exported(
        file=f"{prompt.name}.prompty", text=f"---\n{dump_yaml(kept)}---\n{_body(prompt)}", dropped=tuple(dropped)
    )


def _left(prompt: Prompt) -> list[Dropped]:
    return [
        *leaving.ownership(prompt),
        *leaving.input_marks(prompt, examples=True),
        *leaving.other_models(prompt),
        *leaving.clauses(prompt),
        *_partials(prompt),
    ]


def _partials(prompt: Prompt) -> Iterator[Dropped]:
    for name in prompt.partials:
        yield Dropped(None, f"the partial {name!r} as a file", "its text is written out, as the format has no partials")


def _options(prompt: Prompt) -> dict[str, object]:
    given = leaving.parameters(prompt)
    named = {_OPTIONS[name]: value for name, value in given.items() if name in _OPTIONS}
    extra = {name: value for name, value in given.items() if name not in _OPTIONS}
    return {**named, **({"additionalProperties": extra} if extra else {})}


def _model(prompt: Prompt) -> dict[str, object] | None:
    found: dict[str, object] = {}
    if prompt.model.candidates:
        provider, model = split_candidate(prompt.model.candidates[0])
        found = {"id": model, "provider": provider, "apiType": "chat"}
    options = _options(prompt)
    return {**found, **({"options": options} if options else {})} or None


def _model_v1(prompt: Prompt) -> dict[str, object]:
    found: dict[str, object] = {"api": "chat"}
    if prompt.model.candidates:
        provider, model = split_candidate(prompt.model.candidates[0])
        known = {
            "azure": {"type": "azure_openai", "azure_deployment": model},
            "openai": {"type": "openai", "name": model},
        }
        found = (
            {"id": model, "provider": provider, **found}
            if provider not in known
            else found | {"configuration": known[provider]}
        )
    parameters = leaving.parameters(prompt)
    return {**found, **({"parameters": parameters} if parameters else {})}


def _inputs(prompt: Prompt, dropped: list[Dropped]) -> list[dict[str, object]]:
    threads = {message.insert for message in prompt.messages if message.insert is not None}
    return [_thread(entry) if entry.name in threads else _input(entry, dropped) for entry in prompt.inputs.values()]


def _thread(entry: Input) -> dict[str, object]:
    found: dict[str, object] = {"name": entry.name, "kind": "thread"}
    return {**found, "description": entry.description} if entry.description else found


def _input(entry: Input, dropped: list[Dropped]) -> dict[str, object]:
    lost: list[str] = []
    found = {"name": entry.name, **property_of(entry.schema, lost)}
    dropped += _lost(None, f"the schema of {entry.name!r}", lost)
    if entry.default is not MISSING:
        found["default"] = entry.default
    elif entry.required:
        found["required"] = True
    if entry.examples:
        found["example"] = entry.examples[0]
    if len(entry.examples) > 1:
        dropped.append(Dropped(None, f"further examples of {entry.name!r}", "Prompty takes one"))
    return found


def _lost(line: int | None, place: str, keywords: list[str]) -> list[Dropped]:
    why = "Prompty's properties have no such keyword"
    return [Dropped(line, f"{keyword} in {place}", why) for keyword in dict.fromkeys(keywords)]


def _outputs(prompt: Prompt, dropped: list[Dropped]) -> list[dict[str, object]] | None:
    contract = prompt.contract
    if contract is None:
        return None
    schema = contract.schema
    if contract.format != "json" or schema is None or schema.get("type") != "object" or "properties" not in schema:
        if contract.format != "text":
            dropped.append(leaving.contract_format(prompt, contract))
        return None
    lost: list[str] = []
    found = property_list(schema, lost)
    lost += sorted(schema.keys() - {"type", "properties", "required", "additionalProperties"})
    dropped += _lost(leaving.line_of(prompt, "contract", "schema"), "the contract's schema", lost)
    return found


def _tools(prompt: Prompt, dropped: list[Dropped]) -> list[dict[str, object]] | None:
    found: list[dict[str, object]] = []
    for tool in prompt.tools:
        lost: list[str] = []
        parameters = property_list(tool.parameters, lost)
        dropped += _lost(None, f"the parameters of {tool.name!r}", lost)
        found.append({"name": tool.name, "kind": "function", "description": tool.description, "parameters": parameters})
    return found or None


def _body(prompt: Prompt) -> str:
    parts: list[str] = []
    for message in prompt.messages:
        if message.insert is not None:
            parts.append(f"{{{{{message.insert}}}}}\n")
            continue
        source = written_out(message.source, message.where, prompt.partials)
        _check_lines(source, message.where)
        parts.append(f"{message.role}:\n{source}\n")
    return "\n".join(parts)


def _check_lines(source: str, where: Location) -> None:
    for number, line in own_lines(source, where):
        if _MARKER.fullmatch(line):
            raise BadInput(
                f"the line {line.strip()!r} would start a message in Prompty",
                hint="put something else on that line",
                code="exchange.role_line",
                where=Location(where.file, number),
            )
