"""Grader ``trajectory-tool-args-match``: a tool was used with certain arguments on the way to the reply."""

from dataclasses import dataclass
from typing import cast

from assay.author.types import MISSING, Missing
from assay.engine.types import Outcome
from assay.evaluate.grader import answers_absence, graders
from assay.evaluate.judging.fence import as_prompt_text
from assay.evaluate.trajectory.match import holds, same, without, without_defaults
from assay.evaluate.trajectory.step import listed, tool_steps
from assay.evaluate.trajectory.wanted import Matcher, Unwanted, matcher, reader
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing, quote


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tool, with which arguments, compared how."""

    tool: Matcher
    arguments: object
    exact: bool
    defaults: dict[str, object]
    ignore: tuple[str, ...]

    def met(self, given: object) -> bool:
        """Whether these arguments are the wanted ones."""
        actual = without_defaults(without(given, self.ignore), self.defaults)
        wanted = without(self.arguments, self.ignore)
        return same(actual, wanted) if self.exact else holds(actual, wanted)


@graders.register("trajectory-tool-args-match")
@answers_absence
def trajectory_tool_args_match(*, target: str = "expected", value: dict[str, object] | Missing = MISSING) -> Grade:
    """Looks for one use of the tool whose arguments are the wanted ones.

    Args:
        target: Where in the case to find what is wanted.
        value: The same for all cases, instead: ``{name | pattern, args, mode, defaults, ignore}``.
    """
    wanted_of = reader("trajectory-tool-args-match", target, value, _wanted)

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        wanted, steps = wanted_of(case), tool_steps(outcome)
        uses = [step for step in steps if wanted.tool.meets(step)]
        if not uses:
            return failing(f"{wanted.tool.pattern} was not used; used were {listed(steps)}")
        given = [step for step in uses if step.arguments is not None]
        if any(wanted.met(step.arguments) for step in given):
            return passing(f"{wanted.tool.pattern} was used with the wanted arguments")
        shown = "; ".join(quote(as_prompt_text(step.arguments), 120) for step in given[:3]) or "none that are told"
        return failing(f"{wanted.tool.pattern} was used with other arguments: {shown}")

    return grade


def _wanted(value: object) -> Wanted:
    if not isinstance(value, dict) or not ("args" in value or "arguments" in value):
        raise Unwanted("a mapping with 'name' and 'args'")
    mode = value.get("mode", "partial")
    if mode not in ("partial", "exact"):
        raise Unwanted("a 'mode' of partial or exact")
    defaults = value.get("defaults") or {}
    if not isinstance(defaults, dict):
        raise Unwanted("'defaults' as a mapping of arguments to values")
    given = value.get("ignore") or []
    ignore = [given] if isinstance(given, str) else given
    if not isinstance(ignore, list) or not all(isinstance(item, str) and item.strip() for item in ignore):
        raise Unwanted("'ignore' as a name or a list of names")
    return Wanted(
        matcher(value, ("tool",)),
        value.get("args", value.get("arguments")),
        mode == "exact",
        cast("dict[str, object]", defaults),
        tuple(ignore),
    )
