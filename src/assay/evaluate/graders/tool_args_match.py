"""Grader ``tool-args-match``: a tool is called with the arguments that were wanted, each compared in its own way."""

from typing import Annotated, Literal, NamedTuple

import msgspec

from assay.author.types import MISSING, Missing
from assay.core.errors import BadInput
from assay.core.schema import Validator, compile_schema
from assay.engine.types import Outcome
from assay.evaluate.grader import answers_absence, graders
from assay.evaluate.trajectory.call import Called, calls_of
from assay.evaluate.trajectory.match import Comparison, agrees, fits
from assay.evaluate.trajectory.wanted import Unwanted, reader
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing

Mode = Literal["exact", "subset", "schema"]


class Likeness(NamedTuple):
    """How much of a call is as it was wanted, and the first thing that is not."""

    score: float
    problem: str | None


@graders.register("tool-args-match")
@answers_absence
def tool_args_match(
    *,
    tool: str = "*",
    target: str = "expected",
    value: dict[str, object] | Missing = MISSING,
    mode: Mode = "subset",
    compare: dict[str, Comparison] | None = None,
    threshold: Annotated[float, msgspec.Meta(gt=0, le=1)] = 1.0,
) -> Grade:
    """Takes the call that is most like the wanted one, of all calls of the tool.

    Args:
        tool: Which tool, a name or a pattern with ``*`` and ``?``.
        target: Where in the case to find the arguments.
        value: The same for all cases, instead.
        mode: ``subset`` lets a call have further arguments, ``exact`` does not; ``schema`` takes the wanted arguments
            for a JSON Schema of theirs.
        compare: How single arguments are compared, by name: ``exact``, ``text``, ``number``, ``present``, ``ignore``.
        threshold: The lowest share of right arguments that passes.
    """
    ways = compare or {}
    if mode == "schema" and ways:
        raise BadInput(
            "the grader 'tool-args-match' has 'compare' with 'mode: schema'",
            hint="a schema says by itself how each argument is compared; take one of the two out",
            code="grader.compare",
        )
    wanted_of = reader("tool-args-match", target, value, _schema if mode == "schema" else _arguments)

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        wanted = wanted_of(case)
        calls = [call for call in calls_of(outcome) if fits(call.name, tool)]
        if not calls:
            return failing(f"no tool {tool!r} is called")
        found = [_like(call, wanted, mode, ways) for call in calls]
        best = max(found, key=lambda one: one.score)
        call = calls[found.index(best)]
        reason = f"{call}" if best.problem is None else f"{call}: {best.problem}"
        return Verdict(best.score, best.score >= threshold, reason)

    return grade


def _arguments(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise Unwanted("a mapping of arguments to values")
    return value


def _schema(value: object) -> Validator:
    if not isinstance(value, dict):
        raise Unwanted("a JSON Schema")
    try:
        return compile_schema(value)
    except BadInput as error:
        raise Unwanted(f"a JSON Schema ({error.what})") from None


def _like(call: Called, wanted: object, mode: Mode, ways: dict[str, Comparison]) -> Likeness:
    if call.problem is not None:
        return Likeness(0.0, call.problem)
    if not isinstance(wanted, dict):
        findings = wanted.findings(call.arguments)  # type: ignore[attr-defined]  # it is a schema where it is no mapping
        return Likeness(float(not findings), str(findings[0]) if findings else None)
    given = call.arguments if isinstance(call.arguments, dict) else {}
    counted = [name for name in wanted if ways.get(name) != "ignore"]
    if mode == "exact":
        counted += [name for name in given if name not in wanted and ways.get(name) != "ignore"]
    wrong = [name for name in counted if not _right(name, given, wanted, ways)]
    if not wrong:
        return Likeness(1.0, None)
    return Likeness(1 - len(wrong) / len(counted), _told(wrong[0], given, wanted))


def _right(name: str, given: dict[str, object], wanted: dict[str, object], ways: dict[str, Comparison]) -> bool:
    if name not in given or name not in wanted:
        return False
    return agrees(given[name], wanted[name], ways.get(name, "exact"))


def _told(name: str, given: dict[str, object], wanted: dict[str, object]) -> str:
    if name not in given:
        return f"{name!r} is missing"
    return f"{name!r} is not {wanted[name]!r}" if name in wanted else f"{name!r} was not wanted"
