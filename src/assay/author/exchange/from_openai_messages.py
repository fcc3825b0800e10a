"""Reading OpenAI chat messages in JSON: a list of messages, or the body of a request with its parameters.

The text of a message is taken as it is. Only ``{{ name }}``, which is how such files mark what is to be filled
in, becomes an input; every other brace stays text.
"""

import json
import re
from dataclasses import replace

from assay.author.exchange.dialect import Imported, Read
from assay.author.exchange.draft import Draft, as_contract_schema
from assay.author.exchange.handlebars.names import is_plain
from assay.author.exchange.handlebars.translate import escape_braces
from assay.author.types import Input
from assay.core.document import Document, parse_document
from assay.core.errors import BadInput
from assay.core.location import Location

PLACEHOLDER = re.compile(r"\{\{\s*([^\W\d]\w*)\s*\}\}")
_NOT_YAML = re.compile(
    r"\\(?:(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)|[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]"
)
_ROLES = ("system", "developer", "user", "assistant", "tool")
_PARAMETERS = ("temperature", "top_p", "seed", "stop", "frequency_penalty", "presence_penalty", "reasoning_effort")
_PER_CALL = ("stream", "stream_options", "n", "user", "metadata", "store", "service_tier", "safety_identifier")


def load(text: str, file: str, read: Read) -> Imported:  # noqa: ARG001 - a dialect's loader; these files name no others
    """The native form of a file of OpenAI messages."""
    document = _parsed(text, file)
    value = document.value
    body = value if isinstance(value, dict) else {"messages": value}
    path: tuple[str, ...] = ("messages",) if isinstance(value, dict) else ()
    messages = body.get("messages")
    if not isinstance(messages, list):
        raise BadInput(
            "the file holds no list of messages",
            hint='write [{"role": "user", "content": "…"}], or a request body with "messages"',
            code="exchange.messages",
            where=document.at(),
        )
    draft = Draft("openai-messages", file)
    name = body.get("name")
    draft.name_from(name if isinstance(name, str) else None)
    _request(draft, document, body)
    for i, message in enumerate(messages):
        _message(draft, document, message, (*path, i))
    return draft.imported()


def _parsed(text: str, file: str) -> Document:
    """The file's values, with their places. The places come from reading the text as YAML, which JSON nearly is."""
    try:
        value: object = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInput(
            f"not valid JSON: {error.msg}",
            hint="write a JSON list of messages",
            code="exchange.json",
            where=Location(file, error.lineno, error.colno),
        ) from None
    except RecursionError:
        raise BadInput(
            "the JSON is nested too deeply", hint="flatten it", code="exchange.json", where=Location(file)
        ) from None
    placed = parse_document(_NOT_YAML.sub(_stand_in, text), file=file)
    return replace(placed, value=value)


def _stand_in(match: re.Match[str]) -> str:
    """The same on the same line, for what JSON takes and YAML does not; other escapes are left."""
    return match[0] if match[0].startswith("\\") and not match[1] else "x"


def _line(document: Document, *path: str | int) -> int | None:
    return document.at(*path).line


def _request(draft: Draft, document: Document, body: dict[str, object]) -> None:
    for key, value in body.items():
        line = _line(document, key)
        if key == "model" and isinstance(value, str):
            draft.add_model(value if "/" in value else f"openai/{value}", line)
        elif key in ("max_tokens", "max_completion_tokens"):
            draft.add_parameter("max_tokens", value, line)
        elif key in _PARAMETERS:
            draft.add_parameter(key, value, line)
        elif key == "response_format":
            _response_format(draft, value, line)
        elif key == "tools":
            _tools(draft, document, value)
        elif key in _PER_CALL:
            draft.drop(line, key, "it belongs to one call, not to the prompt")
        elif key not in ("messages", "name"):
            draft.add_extra(key, value, line)


def _response_format(draft: Draft, value: object, line: int | None) -> None:
    kind = value.get("type") if isinstance(value, dict) else None
    described = value.get("json_schema") if isinstance(value, dict) else None
    schema = described.get("schema") if isinstance(described, dict) else None
    if kind in ("json_object", "json_schema"):
        draft.contract = {"format": "json"}
        if isinstance(schema, dict):
            draft.contract["schema"] = as_contract_schema(schema)
    elif kind != "text":
        draft.drop(line, "response_format", "a reply is text or JSON here")


def _tools(draft: Draft, document: Document, value: object) -> None:
    for i, item in enumerate(value if isinstance(value, list) else []):
        function = item.get("function") if isinstance(item, dict) else None
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            draft.drop(_line(document, "tools", i), f"tools[{i}]", "only functions with a name are imported")
            continue
        parameters = function.get("parameters")
        description = str(function.get("description") or "")
        draft.add_tool(function["name"], description, parameters if isinstance(parameters, dict) else {})


def _message(draft: Draft, document: Document, message: object, path: tuple[str | int, ...]) -> None:
    role = message.get("role") if isinstance(message, dict) else None
    if not isinstance(message, dict) or role not in _ROLES:
        raise BadInput(
            "a message has no role that is known" if role is None else f"no role is named {role!r}",
            hint=f"known: {', '.join(_ROLES)}",
            code="exchange.role",
            where=document.at(*path),
        )
    for key in message.keys() - {"role", "content", "refusal"}:
        if message[key] is not None:
            draft.drop(_line(document, *path, key), f"{key} of a message", "a message is its role and its text here")
    text = _text(draft, document, message.get("content"), (*path, "content"))
    if text.strip():
        draft.add_message(str(role), _template(draft, text))
    else:
        draft.drop(_line(document, *path), f"a message of the role {role!r}", "it has no text")


def _text(draft: Draft, document: Document, content: object, path: tuple[str | int, ...]) -> str:
    if not isinstance(content, list):
        return content if isinstance(content, str) else ""
    found: list[str] = []
    for i, part in enumerate(content):
        if isinstance(part, dict) and isinstance(part.get("text"), str):
            found.append(part["text"])
        else:
            kind = part.get("type") if isinstance(part, dict) else None
            draft.drop(_line(document, *path, i), f"a part of the type {kind!r}", "a message is text here")
    return "\n".join(found)


def _template(draft: Draft, text: str) -> str:
    """The text as a template: placeholders are inputs, other braces stand for themselves."""
    found, at = "", 0
    for match in PLACEHOLDER.finditer(text):
        name = match[1]
        if not is_plain(name):
            continue
        found += escape_braces(text[at : match.start()], before_tag=True) + f"{{{{ {name} }}}}"
        at = match.end()
        if name not in draft.inputs:
            draft.add_input(Input(name=name, schema={"type": "string"}), None)
            draft.notes.append(f"{{{{ {name} }}}} is taken for an input")
    return found + escape_braces(text[at:])
