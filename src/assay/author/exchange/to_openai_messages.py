"""Writing a prompt as the body of an OpenAI chat request, its inputs as ``{{ name }}``."""

import json
import re
from collections.abc import Iterator

from assay.author.exchange import leaving
from assay.author.exchange.dialect import Dropped, Exported
from assay.author.exchange.from_openai_messages import PLACEHOLDER
from assay.author.exchange.jinja import written_out
from assay.author.exchange.model_name import split_candidate
from assay.author.scan import Chunk, scan
from assay.author.types import MISSING, MessageTemplate, Prompt
from assay.core.errors import BadInput
from assay.core.location import Location

_LITERAL = re.compile(r"'([^'\\]*)'|\"([^\"\\]*)\"")


def dump(prompt: Prompt) -> Exported:
    """The prompt as a request body.

    Raises:
        BadInput: A template with more than text and names: such a prompt has to be rendered with values instead.
    """
    dropped = [
        *leaving.ownership(prompt),
        *leaving.input_marks(prompt),
        *leaving.other_models(prompt),
        *leaving.clauses(prompt),
        *_left(prompt),
    ]
    body: dict[str, object] = {}
    if prompt.model.candidates:
        provider, model = split_candidate(prompt.model.candidates[0])
        body["model"] = model if provider == "openai" else f"{provider}/{model}"
    body["messages"] = [{"role": m.role, "content": _text(m, prompt)} for m in prompt.messages if m.insert is None]
    body |= leaving.parameters(prompt)
    if (form := _response_format(prompt, dropped)) is not None:
        body["response_format"] = form
    if prompt.tools:
        body["tools"] = [
            {"type": "function", "function": {"name": t.name, "description": t.description, "parameters": t.parameters}}
            for t in prompt.tools
        ]
    text = json.dumps(body, ensure_ascii=False, indent=2) + "\n"
    return Exported(file=f"{prompt.name}.json", text=text, dropped=tuple(dropped))


def _left(prompt: Prompt) -> Iterator[Dropped]:
    for key in ("description", "version", "meta"):
        if getattr(prompt, key):
            yield Dropped(leaving.line_of(prompt, key), key, "a request has no place for it")
    for name in prompt.partials:
        yield Dropped(None, f"the partial {name!r} as a file", "its text is written out, as a request has no partials")
    inserted = {message.insert for message in prompt.messages}
    for entry in prompt.inputs.values():
        if entry.name in inserted:
            continue
        if entry.default is not MISSING:
            yield Dropped(None, f"the default of {entry.name!r}", "a request has no inputs")
        if entry.schema != {"type": "string"} or not entry.required:
            yield Dropped(
                None,
                f"the schema of {entry.name!r}",
                "a request has no inputs; {{ " + entry.name + " }} marks the place",
            )
    for message in prompt.messages:
        if message.insert is not None:
            yield Dropped(message.where.line, f"insert: {message.insert}", "put the earlier messages there yourself")


def _response_format(prompt: Prompt, dropped: list[Dropped]) -> dict[str, object] | None:
    contract = prompt.contract
    if contract is None or contract.format == "text":
        return None
    if contract.format != "json":
        dropped.append(leaving.contract_format(prompt, contract))
        return None
    if contract.schema is None:
        return {"type": "json_object"}
    name = re.sub(r"[^A-Za-z0-9_-]", "_", prompt.name)
    return {"type": "json_schema", "json_schema": {"name": name, "schema": contract.schema}}


def _text(message: MessageTemplate, prompt: Prompt) -> str:
    source = written_out(message.source, message.where, prompt.partials)
    pieces = [_piece(chunk, message.where.file) for chunk in scan(source, message.where)]
    text = "".join(piece for piece, _ in pieces)
    names = [name for _, name in pieces if name is not None]
    if [match[1] for match in PLACEHOLDER.finditer(text)] != names:
        raise BadInput(
            "the text itself holds what would be taken for an input",
            hint="write it without the double braces",
            code="exchange.not_plain",
            where=message.where,
        )
    return text


def _piece(chunk: Chunk, file: str) -> tuple[str, str | None]:
    """The piece as it is written, and the name of the input that it stands for."""
    if chunk.kind in ("text", "raw"):
        return chunk.source, None
    if chunk.kind == "comment" or chunk.word in ("raw", "endraw"):
        return "", None
    if chunk.kind == "expression" and not re.search(r"\{\{-|-\}\}", chunk.source):
        if (literal := _LITERAL.fullmatch(chunk.body)) is not None:
            return literal[1] or literal[2] or "", None
        written = f"{{{{ {chunk.body} }}}}"
        if PLACEHOLDER.fullmatch(written):
            return written, chunk.body
    raise BadInput(
        f"a request cannot say this: {chunk.source.strip()}",
        hint="render the prompt with values instead: assay render PROMPT --input NAME=VALUE --json",
        code="exchange.not_plain",
        where=Location(file, chunk.line),
    )
