"""Grader ``regex``: the reply matches a regular expression, of Python or of JavaScript, within a time limit."""

import re
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from assay.author.types import MISSING, Missing
from assay.core.errors import BadInput, GraderFailed
from assay.engine.types import Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.grader import graders
from assay.evaluate.measures.pattern_cost import pattern_cost
from assay.evaluate.script.engine import Code
from assay.evaluate.script.types import ScriptFailed
from assay.evaluate.target import pick_text
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing, quote

MAX_PATTERN_CHARS = 2_000

MAX_STEPS = 2_000_000
"""A search that cannot take more is made at once: some 10 ms at the worst, and microseconds as a rule."""

_MATCHER = Path(__file__).parent.with_name("matching.py")


@graders.register("regex")
def regex(
    *,
    bench: Bench,
    target: str = "expected",
    value: str | Missing = MISSING,
    full: bool = False,
    ignore_case: bool = False,
    timeout_s: Annotated[float, msgspec.Meta(gt=0)] = 1.0,
    dialect: Literal["python", "javascript"] = "python",
) -> Grade:
    """Searches the reply; in a worker process where the pattern, such as ``(a+)+b``, might run for years.

    Args:
        bench: Has the worker processes, and runs JavaScript.
        target: Where in the case to find the pattern.
        value: The same for all cases, instead.
        full: The pattern must match the whole reply, white space around it left out.
        ignore_case: Take upper and lower case as the same.
        timeout_s: The longest that one search may take; one in JavaScript has the limit of all scripts instead.
        dialect: Whose syntax the pattern is in.
    """
    if dialect == "javascript":
        return _in_javascript(bench, target, value, full=full, ignore_case=ignore_case)
    workers = bench.workers(_MATCHER)
    if isinstance(value, str) and (problem := _problem(value)):
        raise BadInput(
            f"{quote(value)} is not a regular expression: {problem}",
            hint="write one in Python's syntax, in single quotes, so that YAML leaves backslashes alone",
            code="grader.value",
        )

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        pattern = pick_text(case, target, value)
        reply = outcome.text.strip() if full else outcome.text
        found = _search_at_once(pattern, reply, full=full, ignore_case=ignore_case)
        if found is None:
            try:
                found = await workers.call("search", pattern, reply, full, ignore_case, timeout_s=timeout_s)
            except GraderFailed as error:
                raise _too_slow(pattern, timeout_s, error) from None
        if isinstance(found, str):
            raise _unreadable(case, pattern, found)
        return _verdict(pattern, reply, found=bool(found))

    return grade


def _verdict(pattern: str, reply: str, *, found: bool) -> Verdict:
    shown = f"the pattern {quote(pattern, 60)}"
    return passing(f"matches {shown}") if found else failing(f"{quote(reply)} does not match {shown}")


_IN_JAVASCRIPT = Code(
    "return new RegExp(pattern, flags).test(text);", ("pattern", "flags", "text"), what="the regular expression"
)


def _in_javascript(bench: Bench, target: str, value: str | Missing, *, full: bool, ignore_case: bool) -> Grade:
    async def grade(case: Case, outcome: Outcome) -> Verdict:
        pattern = pick_text(case, target, value)
        reply = outcome.text.strip() if full else outcome.text
        searched = f"^(?:{pattern})$" if full else pattern
        try:
            found = await bench.scripts.run(_IN_JAVASCRIPT, (searched, "i" if ignore_case else "", reply))
        except ScriptFailed as error:
            if error.code not in {"script.thrown", "script.syntax"}:
                raise
            raise _unreadable(case, pattern, error.message, "JavaScript's") from None
        return _verdict(pattern, reply, found=found is True)

    return grade


def _search_at_once(pattern: str, reply: str, *, full: bool, ignore_case: bool) -> object:
    """What the search finds, where it is certain to end soon; None where it is not."""
    flags = re.IGNORECASE if ignore_case else 0
    cost = pattern_cost(pattern, flags)
    if cost is None or cost.steps(len(reply)) > MAX_STEPS:
        return None
    compiled = _compiled(pattern, flags)
    return (compiled.fullmatch(reply) if full else compiled.search(reply)) is not None


@lru_cache(maxsize=4_096)
def _compiled(pattern: str, flags: int) -> re.Pattern[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return re.compile(pattern, flags)


@lru_cache(maxsize=4_096)
def _problem(pattern: str) -> str | None:
    """Why the text is no pattern, or None."""
    if len(pattern) > MAX_PATTERN_CHARS:
        return f"it is longer than {MAX_PATTERN_CHARS:,} characters"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of patterns that a later Python may read otherwise
            re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        return str(error)
    return None


def _too_slow(pattern: str, timeout_s: float, error: GraderFailed) -> GraderFailed:
    if error.code != "grader.timeout":
        return error
    return GraderFailed(
        f"the pattern {quote(pattern, 60)} took longer than {timeout_s:g} s on this reply",
        hint="avoid a repeat inside a repeat, such as (a+)+, and two repeats of the same in a row",
        code="grader.timeout",
    )


def _unreadable(case: Case, pattern: str, problem: str, whose: str = "Python's") -> GraderFailed:
    return GraderFailed(
        f"the target of the case {case.id!r}, {quote(pattern, 60)}, is not a regular expression: {problem}",
        hint=f"write one in {whose} syntax",
        code="grader.pattern",
        where=case.where,
    )
