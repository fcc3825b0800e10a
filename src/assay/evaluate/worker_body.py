"""What runs Python that stands in a configuration, in a worker process: an expression, a function's body, a script.

Loaded by its path, not as part of the package; imports nothing of it.
"""

import contextlib
import io
import json
import runpy
import sys
from collections.abc import Callable

MAX_KEPT = 1_000

_functions: dict[tuple[str, tuple[str, ...]], Callable[..., object]] = {}


def run(body: str, names: list[str], arguments: list[object]) -> object:
    """What the code returns: the value of one line, or what several lines return."""
    key = (body, tuple(names))
    if key not in _functions:
        if len(_functions) >= MAX_KEPT:
            _functions.pop(next(iter(_functions)))
        _functions[key] = _compiled(body, names)
    return _functions[key](*arguments)


def _compiled(body: str, names: list[str]) -> Callable[..., object]:
    names_here: dict[str, object] = {"json": json, "__name__": "configuration"}
    code = compile(function_of(body, names), "<configuration>", "exec")
    exec(code, names_here)  # noqa: S102 - the project's own code, which is what this process is for
    return names_here["main"]  # type: ignore[return-value]  # the line above defines it


def function_of(body: str, names: list[str]) -> str:
    """The text of a function ``main`` that has this body: its lines, or the value of its only one."""
    lines = body.split("\n")
    inner = "\n".join("    " + line for line in lines) if len(lines) > 1 else f"    return {body.strip()}"
    return f"def main({', '.join(names)}):\n{inner}\n"


def script(file: str, arguments: list[str]) -> str:
    """What a file prints that is run as a program."""
    printed = io.StringIO()
    before = sys.argv
    sys.argv = [file, *arguments]
    try:
        with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
            runpy.run_path(file, run_name="__main__")
    finally:
        sys.argv = before
    return printed.getvalue()
