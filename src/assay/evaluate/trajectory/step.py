"""The steps of a trajectory: those of the trace that a reply brings along, or else its tool calls. Pure.

A trace is ``{spans: [{name, startTime, endTime, attributes, statusCode, statusMessage}]}`` with times in milliseconds,
under ``trace`` in the reply's metadata. Names with underscores (``start_time``) are understood too. What kind of step a
span is follows from its attributes, by the names that agents' instrumentations give them.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from assay.core.errors import GraderFailed
from assay.engine.types import Outcome
from assay.evaluate.talk import turns_of
from assay.evaluate.trajectory.call import calls_of
from assay.evaluate.trajectory.match import fits

Kind = Literal["tool", "command", "search", "reasoning", "message", "span"]

_FAMILIES = {
    "tool": ((".name", "_name", ""), (".args", ".arguments", ".input", "_args", "_arguments", "_input")),
    "function": ((".name", "_name"), (".args", ".arguments", ".input", "_args", "_arguments")),
    "ai.toolCall": ((".name",), (".args", ".arguments", ".input")),
    "gen_ai.tool": ((".name",), (".args", ".arguments", ".input", ".call.args", ".call.arguments")),
    "agent.tool": (("_name", "", "Name"), (".args", ".arguments", ".input")),
    "codex.mcp": ((".tool",), (".args", ".arguments", ".input")),
}
_NAME_KEYS = tuple(family + suffix for family, (names, _) in _FAMILIES.items() for suffix in names)
_ARGUMENT_KEYS = (*(f + s for f, (_, arguments) in _FAMILIES.items() for s in arguments), "args", "arguments", "input")
_COMMAND_KEYS = ("codex.command", "command", "command.name", "command_name")
_SEARCH_KEYS = ("codex.search.query", "search.query", "search_query")
_SHELLS = ("exec_command", "local_shell", "shell")
_REASONING = re.compile(r"reasoning([_\s].*)?", re.IGNORECASE | re.DOTALL)
_SEARCHING = re.compile(r"(^|[\s._:/-])(search|find|lookup|retriev(e|al))($|[\s._:/-])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """One span of a trace; times are in milliseconds, None where they are not told."""

    name: str
    start_ms: float | None = None
    end_ms: float | None = None
    attributes: Mapping[str, object] = field(default_factory=dict)
    status_code: int | None = None
    status_message: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what kind, its name, the other names that it answers to, and a tool's arguments."""

    kind: Kind
    name: str
    aliases: tuple[str, ...] = ()
    arguments: object = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    def answers(self, pattern: str) -> bool:
        """Whether one of its names fits the pattern."""
        return any(fits(name, pattern) for name in (self.name, *self.aliases))


def metadata_of(outcome: Outcome) -> dict[str, object]:
    """What the provider told beside the last reply."""
    replies = turns_of(outcome)[-1].replies
    return (replies[-1].metadata or {}) if replies else {}


def spans_of(outcome: Outcome) -> list[Span] | None:
    """The spans of the reply's trace; None when it brings none."""
    trace = metadata_of(outcome).get("trace")
    spans = trace.get("spans") if isinstance(trace, dict) else None
    return [_span(item) for item in spans if isinstance(item, dict)] if isinstance(spans, list) else None


def need_spans(outcome: Outcome, grader: str) -> list[Span]:
    """The spans of the reply's trace.

    Raises:
        GraderFailed: It brings none.
    """
    spans = spans_of(outcome)
    if spans is None:
        raise GraderFailed(
            f"the reply brings no trace for {grader!r}",
            hint="have the agent answer with 'metadata: {trace: {spans: […]}}' beside its choices",
            code="grader.no_trace",
        )
    return spans


def steps_of(outcome: Outcome) -> list[Step]:
    """The steps to the outcome: of its trace in order of time, or of the tools that were called."""
    spans = spans_of(outcome)
    if spans is None:
        return [Step("tool", call.name, (), call.arguments) for call in calls_of(outcome)]
    placed = sorted(enumerate(spans), key=lambda one: (one[1].start_ms or 0, one[1].end_ms or 0, one[0]))
    return [_step(span) for _, span in placed]


def tool_steps(outcome: Outcome) -> list[Step]:
    """The steps that call tools."""
    return [step for step in steps_of(outcome) if step.kind == "tool"]


def listed(steps: list[Step]) -> str:
    """Steps as reasons name them."""
    shown = ", ".join(str(step) for step in steps[:12])
    return (shown or "none") + (f" and {len(steps) - 12} more" if len(steps) > 12 else "")


def _step(span: Span) -> Step:
    tool, command = _tool(span), _command(span)
    shell = tool is not None and tool.strip().lower() in _SHELLS
    if command is not None and (tool is None or shell):
        names = (span.name, *([tool] if tool else []), command.split()[0])
        return Step("command", command, names, _arguments(span))
    if tool is not None:
        return Step("tool", tool, (span.name,), _arguments(span))
    if (query := _search(span)) is not None:
        return Step("search", query, (span.name,))
    kind = span.attributes.get("codex.item.type")
    if kind == "reasoning" or _REASONING.fullmatch(span.name):
        return Step("reasoning", span.name, ("reasoning",))
    if kind == "agent_message" or span.name in ("agent response", "send input"):
        return Step("message", span.name, ("message",))
    return Step("span", span.name)


def _tool(span: Span) -> str | None:
    if (name := _first_text(span, _NAME_KEYS)) is not None:
        return name
    for key, value in span.attributes.items():
        text = value.strip() if isinstance(value, str) else ""
        if not text or text[0] in "[{":  # a list of the tools on offer is no call of one
            continue
        named = re.search(r"tool.?name|function.?name", key, re.IGNORECASE)
        part = re.search(r"(^|[._])tool($|[._])", key, re.IGNORECASE)
        if named or (part and not re.search(r"result|output|definition", key, re.IGNORECASE)):
            return text
    server, _, tool = span.name.rpartition("/")
    return tool.strip() or None if server.startswith("mcp ") else None


def _command(span: Span) -> str | None:
    if (command := _first_text(span, _COMMAND_KEYS)) is not None:
        return command
    for key, value in span.attributes.items():
        odd = re.search(r"output|result", key, re.IGNORECASE)
        if "command" in key.lower() and not odd and isinstance(value, str) and value.strip():
            return value.strip()
    tool, arguments = _tool(span), _arguments(span)
    if tool is not None and tool.strip().lower() in _SHELLS and isinstance(arguments, dict):
        given = next((arguments[key] for key in ("cmd", "command", "commands") if key in arguments), None)
        text = " ".join(str(part).strip() for part in given) if isinstance(given, list) else given
        if isinstance(text, str) and text.strip():
            return text.strip()
    return span.name[5:].strip() or None if span.name.startswith("exec ") else None


def _search(span: Span) -> str | None:
    if (query := _first_text(span, _SEARCH_KEYS)) is not None:
        return query
    if (query := _first_text(span, ("query",))) is not None and _SEARCHING.search(span.name):
        return query
    return span.name[7:].strip().strip('"') or None if span.name.startswith("search ") else None


def _arguments(span: Span) -> object:
    for key in _ARGUMENT_KEYS:
        if (found := _value(span.attributes.get(key))) is not None:
            return found
    for key, value in span.attributes.items():
        wanted = re.search(r"(^|[._])(arguments|args|input)($|[._])", key, re.IGNORECASE)
        odd = re.search(r"result|output|error|status", key, re.IGNORECASE)
        if wanted and not odd and (found := _value(value)) is not None:
            return found
    return None


def _first_text(span: Span, keys: tuple[str, ...]) -> str | None:
    found = (span.attributes.get(key) for key in keys)
    return next((value.strip() for value in found if isinstance(value, str) and value.strip()), None)


def _value(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        found: object = json.loads(value)
    except (ValueError, RecursionError):
        return value.strip() or None
    return found


def _span(item: Mapping[str, object]) -> Span:
    attributes = item.get("attributes")
    code = item.get("statusCode", item.get("status_code"))
    message = item.get("statusMessage", item.get("status_message"))
    return Span(
        str(item.get("name", "")),
        _time(item.get("startTime", item.get("start_time"))),
        _time(item.get("endTime", item.get("end_time"))),
        attributes if isinstance(attributes, dict) else {},
        code if isinstance(code, int) else None,
        message if isinstance(message, str) else "",
    )


def _time(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
