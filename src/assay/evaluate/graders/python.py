"""Grader ``python``: a function of the project gives the verdict, in a process of its own."""

import ast
from typing import Annotated

import msgspec

from assay.author.types import MISSING
from assay.core.errors import BadInput, GraderFailed, unknown_name
from assay.core.fields import describe
from assay.core.location import Location
from assay.engine.types import Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.code_answer import file_and_name, told, verdict_of
from assay.evaluate.grader import graders
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import one_line
from assay.evaluate.worker_body import function_of

_EXPECTED = "a bool, a number in [0, 1], (score, reason), or {'score': …, 'passed': …, 'reason': …}"


@graders.register("python")
def python(
    *,
    bench: Bench,
    function: Annotated[str, msgspec.Meta(extra_json_schema={"pattern": r"\.py:[^:]+$"})] | None = None,
    value: str | None = None,
    timeout_s: Annotated[float, msgspec.Meta(gt=0)] = 5.0,
    threshold: Annotated[float, msgspec.Meta(gt=0, le=1)] | None = None,
    config: dict[str, object] | None = None,
) -> Grade:
    """Calls a function of the project or code in the suite, and reads what it returns.

    Args:
        bench: Has the project's files and the worker processes.
        function: ``FILE.py:NAME``, relative to the suite's folder: ``def NAME(case, reply)``, both plain dictionaries.
        value: Instead, code with the names ``output`` and ``context``: one line is an expression, several lines a
            function's body; or ``file://FILE.py``, whose ``get_assert(output, context)`` is called, or
            ``file://FILE.py:NAME``.
        timeout_s: The longest that one call may take.
        threshold: The score from which a reply passes, where the code does not say so itself: by default 0.5 with
            ``function``, any above 0 with ``value``.
        config: What code under ``value`` finds as ``context["config"]``.
    """
    if (function is None) == (value is None):
        raise BadInput(
            "the grader 'python' needs " + ("a function or a value" if value is None else "one of function and value"),
            hint="write 'function: FILE.py:NAME', or 'value: …' with code or file://FILE.py",
            code="grader.function",
        )
    if value is not None:
        return _of_value(bench, value, timeout_s, threshold, config or {})
    return _of_function(bench, function or "", timeout_s, 0.5 if threshold is None else threshold)


def _of_function(bench: Bench, function: str, timeout_s: float, threshold: float) -> Grade:
    path, _, name = function.rpartition(":")
    if not path.endswith(".py") or not name.isidentifier():
        raise BadInput(f"{function!r} names no function", hint="write FILE.py:FUNCTION", code="grader.function")
    _check_function(bench, path, name, "case, reply")
    workers = bench.workers(bench.locate(path))

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        found = await workers.call(name, case_data(case), reply_data(outcome), timeout_s=timeout_s)
        return _verdict(found, threshold, function)

    return grade


def _of_value(bench: Bench, value: str, timeout_s: float, threshold: float | None, config: dict[str, object]) -> Grade:
    file = file_and_name(value)
    if file is None:
        what = "the Python"
        _check_body(value.rstrip())

        async def grade(case: Case, outcome: Outcome) -> Verdict:
            output, context = told(case, outcome, config)
            given = {"output": output, "context": context}
            found = await bench.python.run_body(value.rstrip(), given, timeout_s=timeout_s, what=what)
            return verdict_of(found, threshold, what)

        return grade
    path, name = file[0], file[1] or "get_assert"
    _check_function(bench, path, name, "output, context")
    workers = bench.workers(bench.locate(path))

    async def grade_by_file(case: Case, outcome: Outcome) -> Verdict:
        found = await workers.call(name, *told(case, outcome, config), timeout_s=timeout_s)
        return verdict_of(found, threshold, f"{path}:{name}")

    return grade_by_file


def _check_body(body: str) -> None:
    """See that the code can be compiled, without running it."""
    try:
        compile(function_of(body, ["output", "context"]), "<value>", "exec")
    except (SyntaxError, ValueError, RecursionError) as error:
        line = (getattr(error, "lineno", None) or 1) - 1  # less the line of the function's head
        place = f" on its line {line}" if "\n" in body and line > 0 else ""
        raise BadInput(
            f"the Python cannot be read{place}: {error.msg if isinstance(error, SyntaxError) else error}",
            hint="one line is an expression, several lines are a function's body with its 'return'",
            code="grader.value",
        ) from None


def case_data(case: Case) -> dict[str, object]:
    """The case as the function sees it; ``expected`` is there only when the case has it."""
    found: dict[str, object] = {"id": case.id, "inputs": case.inputs, "cluster": case.cluster, "tags": case.tags}
    return found if case.expected is MISSING else found | {"expected": case.expected}


def reply_data(outcome: Outcome) -> dict[str, object]:
    """The reply as the function sees it."""
    last = outcome.replies[-1]
    return {
        "text": outcome.text,
        "value": outcome.checked.value,
        "valid": outcome.checked.valid,
        "violations": [str(violation) for violation in outcome.checked.violations],
        "exit": outcome.checked.exit,
        "fallback": outcome.fallback,
        "model": last.model,
        "finish": last.finish,
        "latency_ms": outcome.latency_ms,
        "usage": msgspec.structs.asdict(outcome.usage),
        "messages": [{"role": message.role, "content": message.content} for message in outcome.messages],
    }


def _check_function(bench: Bench, path: str, name: str, taken: str) -> None:
    """Look for the function without running anything."""
    file = bench.name(path)
    try:
        tree = ast.parse(bench.read(path))
    except (SyntaxError, ValueError, RecursionError) as error:
        raise BadInput(
            f"the file is not Python: {error.msg if isinstance(error, SyntaxError) else error}",
            hint="mend it; 'python -m py_compile' says the same",
            code="grader.function",
            where=Location(file, getattr(error, "lineno", None)),
        ) from None
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    if name in functions:
        _check_arguments(functions[name], file, taken)
    elif name not in _bound(tree):
        raise unknown_name(f"function of {file}", name, functions, code="grader.function")


def _check_arguments(function: ast.FunctionDef | ast.AsyncFunctionDef, file: str, taken: str) -> None:
    names = function.args
    count = len(names.posonlyargs) + len(names.args)
    if (count - len(names.defaults) > 2) or (count < 2 and names.vararg is None):
        raise BadInput(
            f"the function {function.name!r} does not take two arguments",
            hint=f"write 'def {function.name}({taken}):'",
            code="grader.function",
            where=Location(file, function.lineno),
        )


def _bound(tree: ast.Module) -> set[str]:
    """Names that the file binds otherwise than by ``def``: by import or assignment."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


def _verdict(found: object, threshold: float, function: str) -> Verdict:
    """What the function returned, as a verdict."""
    passed, reason = None, ""
    score = found
    if isinstance(found, list) and len(found) == 2:
        score, reason = found
    elif isinstance(found, dict) and found and found.keys() <= {"score", "passed", "reason"}:
        passed, reason = found.get("passed"), found.get("reason", "")
        score = found.get("score", passed)
    if isinstance(score, bool):
        passed = score if passed is None else passed
        score = float(score)
    if not isinstance(score, (int, float)) or not isinstance(passed, bool | None) or not isinstance(reason, str | None):
        raise _no_verdict(f"returned {describe(found)}", function)
    if not 0 <= score <= 1:
        raise _no_verdict(f"returned the score {score:g}", function)
    passed = score >= threshold if passed is None else passed
    return Verdict(float(score), passed, one_line(reason or "") or f"the function's score is {score:g}")


def _no_verdict(what: str, function: str) -> GraderFailed:
    return GraderFailed(f"{function} {what}", hint=f"return {_EXPECTED}", code="grader.result")
