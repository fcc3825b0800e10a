"""A model of Inspect whose calls are ours: kept in the store, paid for once, paced like all others.

Inspect is imported when ``inspect_model`` is called, and by nothing else here.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

from assay.evaluate.adapters.borrowed import borrow
from assay.models.types import Message, Parameters, Reply, Role, Tool, ToolCall

EXTRA = "inspect"

Ask = Callable[[list[Message], Parameters, tuple[Tool, ...]], Reply]
"""Makes a call; it is called in a thread, so it may block."""

_ROLES: dict[str, Role] = {"system": "system", "user": "user", "assistant": "assistant", "tool": "tool"}
_STOPS = {"stop": "stop", "length": "max_tokens", "tool_calls": "tool_calls", "content_filter": "content_filter"}


def inspect_model(name: str, ask: Ask) -> Any:
    """An ``inspect_ai.model.Model`` that asks through ``ask``.

    Args:
        name: How it is called in Inspect's logs, behind ``assay/``.
        ask: Makes the calls.

    Raises:
        Unavailable: Inspect is not installed.
    """
    models = borrow("inspect_ai.model", EXTRA)

    @models.modelapi(name="assay")
    class Ours(models.ModelAPI):  # type: ignore[misc, name-defined]  # another tool's, known when it is there
        async def generate(self, input: Any, tools: Any, tool_choice: Any, config: Any) -> object:  # noqa: A002, ARG002 - Inspect's names
            messages = [_message(one) for one in input]
            offered = tuple(_tool(one) for one in tools)
            reply = await asyncio.to_thread(ask, messages, _parameters(config), offered)
            return _output(models, reply)

        def max_connections(self) -> int:
            return 1_000  # our client paces the calls

    return models.get_model(f"assay/{name}", memoize=False)


def _message(said: Any) -> Message:
    calls = tuple(
        ToolCall(id=call.id, name=call.function, arguments=msgspec.json.encode(call.arguments).decode())
        for call in getattr(said, "tool_calls", None) or ()
    )
    return Message(
        role=_ROLES.get(said.role, "user"),
        content=said.text,
        tool_calls=calls,
        tool_call_id=getattr(said, "tool_call_id", None),
    )


def _tool(offered: Any) -> Tool:
    schema = offered.parameters.model_dump(exclude_none=True)
    return Tool(name=offered.name, description=offered.description, parameters=schema)


def _parameters(config: Any) -> Parameters:
    return Parameters(
        temperature=config.temperature,
        top_p=config.top_p,
        max_tokens=config.max_tokens,
        seed=config.seed,
        stop=tuple(config.stop_seqs or ()),
        frequency_penalty=config.frequency_penalty,
        presence_penalty=config.presence_penalty,
    )


def _output(models: Any, reply: Reply) -> object:
    calls = [_called(call) for call in reply.tool_calls]
    message = models.ChatMessageAssistant(
        content=reply.text or reply.refusal or "", tool_calls=calls or None, model=reply.model, source="generate"
    )
    usage = reply.usage
    return models.ModelOutput(
        model=reply.model,
        choices=[models.ChatCompletionChoice(message=message, stop_reason=_STOPS.get(reply.finish, "unknown"))],
        usage=models.ModelUsage(
            input_tokens=usage.input or 0,
            output_tokens=usage.output or 0,
            total_tokens=(usage.input or 0) + (usage.output or 0),
        ),
    )


def _called(call: ToolCall) -> object:
    tools = borrow("inspect_ai.tool", EXTRA)
    try:
        arguments, problem = msgspec.json.decode(call.arguments, type=dict[str, Any]), None
    except msgspec.DecodeError as error:
        arguments, problem = {}, f"the arguments are not a JSON object: {error}"
    made: object = tools.ToolCall(id=call.id, function=call.name, arguments=arguments, parse_error=problem)
    return made
