"""What a suite's code is told of a reply, and what its answer means, in the spelling that promptfoo's users know.

For the graders ``javascript`` and ``python``. Takes an answer that has come back as JSON values; runs nothing.
"""

import json
import math
import re
from typing import NoReturn

from assay.author.types import MISSING
from assay.core.errors import BadInput, GraderFailed
from assay.core.fields import describe
from assay.engine.types import Outcome
from assay.evaluate.types import Case, Verdict
from assay.evaluate.verdict import one_line

_EXPECTED = "return a bool, a number in [0, 1], or {pass, score, reason}"
_DECLARES = re.compile(r"(?:const|let|var)\s")
_ENDS = re.compile(r"[;\s]+$")


def told(case: Case, outcome: Outcome, config: dict[str, object]) -> tuple[object, dict[str, object]]:
    """The two arguments of such code: the output, and its context."""
    last = outcome.replies[-1]
    used = outcome.usage
    total = None if used.input is None or used.output is None else used.input + used.output
    context: dict[str, object] = {
        "vars": case.inputs,
        "prompt": outcome.messages[-1].content if len(outcome.messages) == 1 else _messages(outcome),
        "test": {"description": case.id, "vars": case.inputs, "metadata": case.tags},
        "config": config,
        "metadata": last.metadata or {},
        "logProbs": None,
        "provider": {"id": last.model},
        "providerResponse": {
            "output": outcome.text,
            "tokenUsage": {"prompt": used.input, "completion": used.output, "total": total},
            "cost": None if outcome.cost_usd is None else float(outcome.cost_usd),
            "latencyMs": outcome.latency_ms,
            "finishReason": last.finish,
        },
    }
    if case.expected is not MISSING:
        context["expected"] = case.expected
    return outcome.checked.value, context


def _messages(outcome: Outcome) -> str:
    messages = [{"role": message.role, "content": message.content} for message in outcome.messages]
    return json.dumps(messages, ensure_ascii=False)


def function_body(code: str) -> str:
    """JavaScript as the body of a function: of one line the value counts, of several lines what they return.

    A line that begins with a declaration has its value after the last semicolon outside of brackets and quotes.
    """
    code = code.rstrip()
    if "\n" in code:
        return code
    line = _ENDS.sub("", code.strip())
    if not _DECLARES.match(line):
        return f"return {line}"
    end = _last_semicolon(line)
    value = line[end + 1 :].strip() if end >= 0 else ""
    return f"{line[: end + 1]} return {value}" if value else line


def _last_semicolon(line: str) -> int:
    depth, quote, last, i = 0, "", -1, 0
    while i < len(line):
        mark = line[i]
        if quote:
            i += mark == "\\"
            quote = "" if mark == quote else quote
        elif mark in "'\"`":
            quote = mark
        else:
            depth += (mark in "([{") - (mark in ")]}")
            last = i if mark == ";" and depth == 0 else last
        i += 1
    return last


def file_and_name(value: str) -> tuple[str, str | None] | None:
    """The file and function of ``file://FILE:NAME``; None for code.

    Raises:
        BadInput: No file is named.
    """
    if not value.startswith("file://"):
        return None
    path, colon, name = value.removeprefix("file://").partition(":")
    if not path or (colon and not name):
        raise BadInput(f"{value!r} names no function", hint="write file://FILE:FUNCTION", code="grader.value")
    return path, name or None


def verdict_of(answer: object, threshold: float | None, what: str) -> Verdict:
    """What the code's answer means.

    Args:
        answer: The answer, as JSON values.
        threshold: The score from which a reply passes; None for any above 0.
        what: What answered, for messages.

    Raises:
        GraderFailed: It is no verdict.
    """
    answer = _untexted(answer, what)
    if isinstance(answer, dict):
        return _of_mapping({_camel(str(key)): value for key, value in answer.items()}, threshold, what)
    if isinstance(answer, bool):
        return Verdict(float(answer), answer, f"{what} says {'yes' if answer else 'no'}")
    score = _score(answer, what)
    passed = score > 0 if threshold is None else score >= threshold
    return Verdict(score, passed, f"{what} gives the score {score:g}")


def _untexted(answer: object, what: str) -> object:
    """A bool, number or mapping that came as text, which Python code may print or return."""
    if not isinstance(answer, str):
        return answer
    text = answer.strip()
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    try:
        return json.loads(text) if text.startswith("{") else float(text)
    except ValueError:
        _refuse(answer, what)


def _of_mapping(answer: dict[str, object], threshold: float | None, what: str) -> Verdict:
    passed = answer.get("pass")
    if not isinstance(passed, bool | None) or (passed is None and "score" not in answer):
        _refuse(answer, what)
    score = _score(answer["score"], what) if answer.get("score") is not None else float(bool(passed))
    enough = score > 0 if threshold is None else score >= threshold
    passed = enough if passed is None else passed and (threshold is None or enough)
    reason = answer.get("reason")
    shown = one_line(str(reason)) if reason else f"{what} gives the score {score:g}"
    return Verdict(score, passed, shown, named=_named(answer.get("namedScores")), detail=_detail(answer))


def _named(scores: object) -> dict[str, float]:
    if not isinstance(scores, dict):
        return {}
    return {str(k): float(v) for k, v in scores.items() if isinstance(v, int | float) and not isinstance(v, bool)}


def _detail(answer: dict[str, object]) -> dict[str, object] | None:
    """What the mapping says beyond a verdict, kept for who exports the run."""
    known = {"pass", "score", "reason", "namedScores"}
    rest = {key: value for key, value in answer.items() if key not in known}
    return rest or None


def _score(score: object, what: str) -> float:
    if isinstance(score, bool) or not isinstance(score, int | float) or not math.isfinite(score):
        _refuse(score, what)
    if not 0 <= score <= 1:
        raise GraderFailed(f"{what} returned the score {score:g}", hint=_EXPECTED, code="grader.result")
    return float(score)


def _refuse(answer: object, what: str) -> NoReturn:
    shown = str(answer) if isinstance(answer, float) else describe(answer)
    raise GraderFailed(f"{what} returned {shown}", hint=_EXPECTED, code="grader.result")


def _camel(key: str) -> str:
    return re.sub(r"_+([a-z0-9])", lambda match: match[1].upper(), key)
