"""A run over many cases holds no more memory than one over few."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
FEW, MANY = 1_000, 20_000
ALLOWED_MIB = 15

# In the process that is measured: the command, and then the most memory that the process ever held.
MEASURED = """\
import re, sys
from assay.cli.main import run
assert run(sys.argv[1:]) == 0
print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1], file=sys.stderr)
"""


@pytest.fixture
def server() -> Iterator[str]:
    """A model's stand-in that costs next to nothing, in a process of its own; it ends with its standard input."""
    command = [sys.executable, "-c", "from stand_in import run; run()"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=BENCHMARKS, **pipes) as process:
        yield process.stdout.readline().strip()
        process.stdin.close()


def peak_mib(desk, cases: int, server: str) -> float:
    """The most memory that an eval of so many cases held."""
    with (desk.root / "datasets/tickets.jsonl").open("w", encoding="utf-8") as handle:
        for n in range(cases):
            handle.write(
                json.dumps({"id": f"t-{n}", "inputs": {"ticket": f"Ticket {n}"}, "expected": "billing"}) + "\n"
            )
    model = ("--model", "openai-compatible/m", "--base-url", server)
    command = [sys.executable, "-c", MEASURED, "eval", "suites/sort.yaml", "--json", *model]
    done = subprocess.run(command, cwd=desk.root, capture_output=True, text=True, timeout=120, check=False)
    assert re.fullmatch(r"\d+\n", done.stderr), done.stderr
    assert json.loads(done.stdout)["cases"] == cases
    return int(done.stderr) / 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is read from /proc")
def test_memory_does_not_grow_with_the_number_of_cases(small, server):
    text = (small.root / "suites/sort.yaml").read_text("utf-8")
    text = re.sub(r"  - name: candidate\n.*\n|gate:\n.*\n", "", text).replace("concurrency: 8", "concurrency: 64")
    small.write("suites/sort.yaml", text.replace("  - contract\n  - choice\n", "  - {grader: contains, value: a}\n"))

    few, many = peak_mib(small, FEW, server), peak_mib(small, MANY, server)

    assert many - few < ALLOWED_MIB, f"{few:.0f} MiB for {FEW:,} cases, {many:.0f} MiB for {MANY:,}"
