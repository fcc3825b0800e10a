"""From a prompt's text to the messages of a chat: JSON or YAML with roles as it is, anything else from the user."""

from typing import Any, get_args

from assay.core.errors import AssayError
from assay.evaluate.promptfoo.script_text import parse_json
from assay.evaluate.promptfoo.scripting import failed
from assay.evaluate.promptfoo.yaml_file import parse_yaml
from assay.models.types import Message, Role, ToolCall

_ROLES = get_args(Role)


def messages_of(text: str) -> tuple[Message, ...]:
    """The messages that the text stands for.

    Raises:
        GraderFailed: It is a list of messages, and one of them cannot be sent.
    """
    found = _parsed(text)
    if not isinstance(found, list) or not all(isinstance(item, dict) and "role" in item for item in found) or not found:
        return (Message(role="user", content=text),)
    return tuple(_message(item) for item in found)


def _parsed(text: str) -> Any:
    start = text.lstrip()
    if start.startswith("["):
        try:
            return parse_json(text)
        except ValueError:
            return None
    if start.startswith("- role:"):
        try:
            return parse_yaml(text, file="the prompt")
        except AssayError:
            return None
    return None


def _message(item: dict[str, Any]) -> Message:
    role, content = item["role"], item.get("content")
    if role not in _ROLES:
        raise failed(f"the prompt has a message with the role {role!r}", "promptfoo.role")
    if isinstance(content, list):
        parts = [
            part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None for part in content
        ]
        if any(not isinstance(part, str) for part in parts):
            raise failed("the prompt has a message with parts that are not text, which are not sent", "promptfoo.parts")
        content = "".join(part for part in parts if part)
    calls = tuple(
        ToolCall(
            id=str(call.get("id", "")), name=call["function"]["name"], arguments=call["function"].get("arguments", "")
        )
        for call in item.get("tool_calls") or ()
    )
    return Message(
        role=role,
        content="" if content is None else str(content),
        name=item.get("name"),
        tool_calls=calls,
        tool_call_id=item.get("tool_call_id"),
    )
