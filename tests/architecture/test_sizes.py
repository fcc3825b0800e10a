"""Functions and files stay small enough to be read: the limits that the linter does not check."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))

FUNCTION_LINES = 60
FILE_LINES = 800
POSITIONAL = 5

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[tuple[str, Function]]:
    """Every function of a file, with its name as it is written in an allow-list."""

    def walk(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, Function | ast.ClassDef):
                inner = f"{prefix}{child.name}"
                if isinstance(child, Function):
                    yield f"{name_of(path)}:{inner}", child
                yield from walk(child, f"{inner}.")
            else:
                yield from walk(child, prefix)

    yield from walk(ast.parse(path.read_text(encoding="utf-8")), "")


def lines_of(function: Function) -> int:
    """Lines from ``def`` to the end, without the docstring: a long explanation is no long function."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    if ast.get_docstring(function) is not None:
        docstring = function.body[0]
        lines -= (docstring.end_lineno or 0) - docstring.lineno + 1
    return lines


def positional(function: Function) -> int:
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def test_no_function_is_longer_than_60_lines(only_allowed):
    found = {
        name: f"{lines_of(function)} lines, the limit is {FUNCTION_LINES}"
        for path in SOURCES
        for name, function in functions(path)
        if lines_of(function) > FUNCTION_LINES
    }

    only_allowed("long-functions", found)


def test_no_file_is_longer_than_800_lines(only_allowed):
    sizes = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}

    only_allowed("long-files", {n: f"{k} lines, the limit is {FILE_LINES}" for n, k in sizes.items() if k > FILE_LINES})


def test_no_function_takes_more_than_5_parameters_by_position(only_allowed):
    found = {
        name: f"{positional(function)} parameters by position, the limit is {POSITIONAL}"
        for path in SOURCES
        for name, function in functions(path)
        if "cli" not in path.parts and positional(function) > POSITIONAL  # a command's options come by name
    }

    only_allowed("many-parameters", found)
