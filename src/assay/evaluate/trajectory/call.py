"""The tool calls of a reply, as its provider tells them or as they stand in its text. Pure.

The forms that a text may have: OpenAI's chat completions (``{tool_calls: [{function: {name, arguments}}]}``, also its
list alone, and ``{function_call: …}``), its responses (``{type: function_call}``), Anthropic's (``{type: tool_use}``),
Gemini's (``{functionCall}``, ``{toolCall: {functionCalls}}``), and a plain ``{name, arguments}``.
"""

import json
from collections.abc import Iterator
from typing import NamedTuple

from assay.engine.types import Outcome
from assay.evaluate.talk import turns_of

MAX_CHARS = 200_000
MAX_FAILED = 100
"""Blocks that look like JSON and are none, after which no further one is tried."""

_ARGUMENTS = ("arguments", "args", "input", "parameters")
_decoder = json.JSONDecoder()


class Called(NamedTuple):
    """One call: the tool, its arguments, and what is wrong with these where they are no JSON."""

    name: str
    arguments: object
    problem: str | None = None

    def __str__(self) -> str:
        text = json.dumps(self.arguments, ensure_ascii=False, default=str)
        return f"{self.name}({text if len(text) <= 120 else text[:119] + '…'})"


def calls_of(outcome: Outcome) -> list[Called]:
    """All calls on the way to the outcome, in order; of a reply that calls none, those in its text."""
    return [call for turn in turns_of(outcome) for call in _of_turn(turn)]


def last_calls(outcome: Outcome) -> list[Called]:
    """The calls of the last reply."""
    return _of_turn(turns_of(outcome)[-1])


def _of_turn(outcome: Outcome) -> list[Called]:
    told = outcome.replies[-1].tool_calls if outcome.replies else ()
    return [_call(call.name, call.arguments) for call in told] or calls_in(outcome.text)


def calls_in(text: str) -> list[Called]:
    """The calls that stand in a text: the whole of it is JSON, or blocks of JSON begin lines in it."""
    text = text[:MAX_CHARS].strip()
    if "{" not in text:
        return []
    try:
        return _in_value(json.loads(text))
    except (ValueError, RecursionError):
        return [call for value in _blocks(text) for call in _in_value(value)]


def _blocks(text: str) -> Iterator[object]:
    place = failed = 0
    while place < len(text) and failed < MAX_FAILED:
        end = text.find("\n", place)
        line_end = len(text) if end < 0 else end
        start = place + len(text[place:line_end]) - len(text[place:line_end].lstrip())
        if text[start : start + 1] in ("{", "["):
            try:
                value, stop = _decoder.raw_decode(text, start)
            except (ValueError, RecursionError):
                failed += 1
            else:
                yield value
                end = text.find("\n", stop)
                line_end = len(text) if end < 0 else end
        place = line_end + 1


def _in_value(value: object, *, listed: bool = False) -> list[Called]:
    """The calls in a JSON value; a mere name is one in a list alone, since any object may have a name."""
    if isinstance(value, list):
        return [call for item in value for call in _in_value(item, listed=True)]
    if not isinstance(value, dict):
        return []
    for key in ("tool_calls", "functionCalls"):
        if isinstance(value.get(key), list):
            return _in_value(value[key])
    for key in ("function", "function_call", "functionCall", "toolCall"):
        if isinstance(value.get(key), dict):
            return _in_value(value[key], listed=True)
    name, kind = value.get("name"), value.get("type")
    if not isinstance(name, str) or kind not in (None, "function", "function_call", "tool_use", "tool_call"):
        return []
    arguments = next((key for key in _ARGUMENTS if key in value), None)
    if arguments is None and kind is None and not listed:
        return []
    return [_call(name, value[arguments] if arguments is not None else None)]


def _call(name: str, arguments: object) -> Called:
    if not isinstance(arguments, str):
        return Called(name, {} if arguments is None else arguments)
    if not arguments.strip():
        return Called(name, {})
    try:
        return Called(name, json.loads(arguments))
    except (ValueError, RecursionError) as error:
        return Called(name, arguments, f"not JSON: {error}")
