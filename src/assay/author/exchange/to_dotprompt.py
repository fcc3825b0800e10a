"""Writing a prompt as a dotprompt file."""

import re
from collections.abc import Iterator, Mapping

from assay.author.exchange import leaving
from assay.author.exchange.dialect import Dropped, Exported
from assay.author.exchange.from_dotprompt import PARAMETERS
from assay.author.exchange.handlebars.shape import kinds_of
from assay.author.exchange.handlebars.write import Writer
from assay.author.exchange.yaml_text import dump_yaml
from assay.author.picoschema import SCALARS
from assay.author.types import MISSING, Input, Prompt

_ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "model", "tool": "tool"}
_PARAMETERS = {own: other for other, own in PARAMETERS.items() if "_" not in other}
_RESERVED = ("name", "description", "version", "model", "config", "input", "output", "tools", "toolDefs", "ext", "raw")
_STEP = re.compile(r"[^\W\d]\w*")


def dump(prompt: Prompt) -> Exported:
    """The prompt as a dotprompt file.

    Raises:
        BadInput: A template says what Handlebars cannot.
    """
    dropped = [
        *leaving.ownership(prompt),
        *leaving.input_marks(prompt),
        *leaving.other_models(prompt),
        *leaving.clauses(prompt),
        *_messages_left(prompt),
    ]
    writer = Writer(
        prompt.file, {name: p.text for name, p in prompt.partials.items()}, lambda path: _is_object(prompt, path)
    )
    body = _body(prompt, writer)
    dropped += [Dropped(line, what, why) for line, what, why in writer.written.changed]
    head = {
        "name": prompt.name,
        "description": prompt.description or None,
        "version": prompt.version,
        "model": prompt.model.candidates[0] if prompt.model.candidates else None,
        "config": {_PARAMETERS.get(name, name): value for name, value in leaving.parameters(prompt).items()} or None,
        "input": _input(prompt),
        "output": _output(prompt, dropped),
        "toolDefs": [_tool(tool.name, tool.description, tool.parameters) for tool in prompt.tools] or None,
    }
    meta = {key: value for key, value in prompt.meta.items() if key not in _RESERVED}
    dropped += [
        Dropped(leaving.line_of(prompt, "meta", key), f"meta.{key}", "the name has a meaning in dotprompt")
        for key in prompt.meta
        if key in _RESERVED
    ]
    kept = {key: value for key, value in head.items() if value is not None} | meta
    return Exported(
        file=f"{prompt.name}.prompt",
        text=f"---\n{dump_yaml(kept)}---\n{body}\n",
        files={_partial_path(name): text for name, text in writer.written.partials.items()},
        dropped=tuple(dropped),
    )


def _partial_path(name: str) -> str:
    folder, _, last = name.rpartition("/")
    return f"{folder}/_{last}.prompt" if folder else f"_{last}.prompt"


def _messages_left(prompt: Prompt) -> Iterator[Dropped]:
    for message in prompt.messages:
        if message.role == "developer":
            yield Dropped(
                message.where.line, "developer:", "it becomes a system message, as dotprompt has no such role"
            )
        if message.insert is not None and message.insert != "history":
            why = "dotprompt takes earlier messages apart from the inputs, under no name"
            yield Dropped(message.where.line, f"insert: {message.insert}", why)


def _body(prompt: Prompt, writer: Writer) -> str:
    parts: list[str] = []
    for i, message in enumerate(prompt.messages):
        if message.insert is not None:
            parts.append("{{~history~}}")
            continue
        text = writer.write(message.source, message.where)
        # The marks take the line breaks around the tag, so that the text is the message's own.
        role = f'{{{{{"~" if i else ""}role "{_ROLES[message.role]}"~}}}}\n'
        parts.append(text if len(prompt.messages) == 1 and message.role == "user" else role + text)
    return "\n".join(parts)


def _is_object(prompt: Prompt, path: str) -> bool:
    steps = _STEP.findall(path)
    if not steps or steps[0] not in prompt.inputs:
        return False
    schema: object = prompt.inputs[steps[0]].schema
    for step in steps[1:]:
        properties = schema.get("properties") if isinstance(schema, Mapping) else None
        schema = properties.get(step) if isinstance(properties, Mapping) else None
    kinds = kinds_of(schema) if isinstance(schema, Mapping) else None
    return kinds is not None and kinds <= {"object", "null"}


def _input(prompt: Prompt) -> dict[str, object] | None:
    inserted = {message.insert for message in prompt.messages if message.insert is not None}
    entries = [entry for entry in prompt.inputs.values() if entry.name not in inserted]
    if not entries:
        return None
    schema = _shorthand(entries)
    if schema is None:
        schema = {"type": "object", "properties": {entry.name: entry.schema for entry in entries}}
        if required := [entry.name for entry in entries if entry.required]:
            schema["required"] = required
        schema["additionalProperties"] = False
    defaults = {entry.name: entry.default for entry in entries if entry.default is not MISSING}
    return {"schema": schema, "default": defaults} if defaults else {"schema": schema}


def _shorthand(entries: list[Input]) -> dict[str, object] | None:
    found: dict[str, object] = {}
    for entry in entries:
        kind, description = entry.schema.get("type", "any"), str(entry.schema.get("description", ""))
        if entry.schema.keys() - {"type", "description"} or kind not in SCALARS or description.strip() != description:
            return None
        found[entry.name if entry.required else f"{entry.name}?"] = f"{kind}, {description}" if description else kind
    # A field named 'type' or 'properties' would make the shorthand look like a JSON Schema.
    return None if found.keys() & {"type", "properties"} else found


def _output(prompt: Prompt, dropped: list[Dropped]) -> dict[str, object] | None:
    contract = prompt.contract
    if contract is None:
        return None
    if contract.format == "json":
        return {"format": "json"} if contract.schema is None else {"format": "json", "schema": contract.schema}
    if contract.format == "choice":
        return {"format": "enum", "schema": {"type": "string", "enum": list(contract.choices)}}
    if contract.format == "text":
        return {"format": "text"}
    dropped.append(leaving.contract_format(prompt, contract))
    return None


def _tool(name: str, description: str, parameters: Mapping[str, object]) -> dict[str, object]:
    return {"name": name, "description": description, "inputSchema": dict(parameters)}
