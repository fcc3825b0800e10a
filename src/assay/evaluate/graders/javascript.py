"""Grader ``javascript``: code in the suite or a file gives the verdict, in an engine without access to the machine."""

from typing import Annotated

import msgspec

from assay.core.errors import BadInput
from assay.engine.types import Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.code_answer import file_and_name, function_body, told, verdict_of
from assay.evaluate.grader import graders
from assay.evaluate.script.engine import Code
from assay.evaluate.script.types import UNDEFINED, ScriptFailed
from assay.evaluate.types import Case, Grade, Verdict

_SUFFIXES = (".js", ".cjs", ".mjs")


@graders.register("javascript")
def javascript(
    *,
    bench: Bench,
    value: str,
    timeout_s: Annotated[float, msgspec.Meta(gt=0)] = 5.0,
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None,
    config: dict[str, object] | None = None,
) -> Grade:
    """Evaluates ``value`` with the names ``output`` and ``context``, and reads what comes back.

    Args:
        bench: Has the project's files and runs the code.
        value: Code: one line is an expression, several lines a function's body; or ``file://FILE.js``, whose default
            export is called, or ``file://FILE.js:NAME``.
        timeout_s: The longest that one call may compute.
        threshold: The score from which a reply passes, where the code gives a score; by default any above 0.
        config: What the code finds as ``context.config``.
    """
    file = file_and_name(value)
    if file is not None:
        _check(bench, file[0])
    code = Code(function_body(value), ("output", "context"), what="the JavaScript")
    what = file[0] if file is not None else code.what
    if file is None:
        _check_code(bench, code)

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        arguments = told(case, outcome, config or {})
        if file is not None:
            found = await bench.scripts.call(*file, arguments, time_s=timeout_s)
        else:
            found = await bench.scripts.run(code, arguments, time_s=timeout_s)
        return verdict_of(None if found is UNDEFINED else found, threshold, what)

    return grade


def _check_code(bench: Bench, code: Code) -> None:
    """See that the code can be compiled, without running it."""
    try:
        bench.scripts.engine.check(code)
    except ScriptFailed as error:
        raise BadInput(error.what, hint=error.hint, code="grader.value") from None


def _check(bench: Bench, path: str) -> None:
    """Look for the file without running anything."""
    if path.endswith((".ts", ".mts", ".cts")):
        raise BadInput(f"{path} is TypeScript, which is not run", hint="compile it to JavaScript", code="grader.value")
    if not path.endswith(_SUFFIXES):
        raise BadInput(f"{path} is no JavaScript file", hint=f"name one of {', '.join(_SUFFIXES)}", code="grader.value")
    bench.read(path)
