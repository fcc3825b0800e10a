"""Whether a tool call is one that the model was offered, with arguments that the tool's schema allows."""

from collections.abc import Mapping, Sequence

import msgspec

from assay.author.picoschema import expand
from assay.author.tool_file import read_tool
from assay.core.errors import BadInput, GraderFailed
from assay.core.fields import describe
from assay.core.location import Location
from assay.core.schema import Validator, compile_schema
from assay.engine.types import Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.talk import turns_of
from assay.evaluate.trajectory.call import Called, last_calls
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing
from assay.models.types import Tool


class Toolbox:
    """The schemas of tools, compiled once.

    Args:
        given: The tools that the suite lists; without any those that the prompt offers.
    """

    def __init__(self, given: Sequence[Tool] = ()) -> None:
        self._given = tuple(given)
        self._compiled: dict[bytes, Validator] = {}

    def of(self, outcome: Outcome) -> dict[str, Tool]:
        """The tools that a reply could call, by name.

        Raises:
            GraderFailed: There are none to hold it against.
        """
        tools = self._given or turns_of(outcome)[-1].tools
        if not tools:
            raise GraderFailed(
                "no tool is known to hold the reply's calls against",
                hint="list them under 'tools' of the prompt, or of the grader",
                code="grader.no_tools",
            )
        return {tool.name: tool for tool in tools}

    def problem(self, call: Called, tools: Mapping[str, Tool]) -> str | None:
        """What is wrong with a call, or None."""
        tool = tools.get(call.name)
        if tool is None:
            return f"there is no tool {call.name!r}"
        if call.problem is not None:
            return f"the arguments of {call.name!r} are {call.problem}"
        findings = self._validator(tool).findings(call.arguments)
        return f"the arguments of {call.name!r} do not fit: {findings[0]}" if findings else None

    def _validator(self, tool: Tool) -> Validator:
        key = msgspec.json.encode(tool.parameters, order="sorted")
        if key not in self._compiled:
            self._compiled[key] = compile_schema(tool.parameters)
        return self._compiled[key]


def read_tools(bench: Bench, given: Sequence[object] | None) -> list[Tool]:
    """Tools as a suite lists them: files, ``{name, parameters}``, or OpenAI's ``{type: function, function: …}``.

    Raises:
        BadInput: One of them is none.
    """
    return [_read_tool(bench, item) for item in given or ()]


def _read_tool(bench: Bench, item: object) -> Tool:
    if isinstance(item, str):
        return read_tool(bench.source, bench.inside(item), where=Location(""))
    inner = item.get("function", item) if isinstance(item, dict) else None
    name = inner.get("name") if isinstance(inner, dict) else None
    if not isinstance(inner, dict) or not isinstance(name, str):
        raise BadInput(
            f"{describe(item)} is no tool", hint="write {name: …, parameters: …}, or a file's path", code="grader.tools"
        )
    parameters = inner.get("parameters") or {"type": "object", "properties": {}}
    try:
        schema = expand(parameters, where=Location(""))
        compile_schema(schema)
    except BadInput as error:
        raise BadInput(f"the tool {name!r}: {error.what}", hint=error.hint, code="grader.tools") from None
    return Tool(name=name, description=str(inner.get("description") or ""), parameters=schema)


def valid_calls(bench: Bench, tools: Sequence[object] | None, *, one: bool) -> Grade:
    """A grader that passes replies whose calls are all valid, and that call something.

    Args:
        bench: Has the project's files.
        tools: The tools that the suite lists.
        one: Whether there has to be exactly one call.
    """
    box = Toolbox(read_tools(bench, tools))

    async def grade(case: Case, outcome: Outcome) -> Verdict:  # noqa: ARG001 - the shape of every grader
        calls = last_calls(outcome)
        if not calls:
            return failing("the reply calls no tool")
        if one and len(calls) > 1:
            return failing(f"the reply makes {len(calls)} calls, and one was wanted")
        known = box.of(outcome)
        problems = [problem for call in calls if (problem := box.problem(call, known)) is not None]
        if problems:
            more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
            return failing(problems[0] + more)
        return passing(f"calls {', '.join(call.name for call in calls)} as the schema allows")

    return grade
