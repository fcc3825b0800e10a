"""CPU of one assertion in code: a thousand in JavaScript, a thousand in Python, Assay against promptfoo.

The same configuration for both: the provider ``echo``, one prompt, a row for each test, and no assertion, ten in
JavaScript, or one in Python. Every run is a whole command in a fresh folder, and its CPU is that of all its processes.
What an assertion costs is the difference to the run without any, divided by their number; ten in JavaScript, since one
drowns in what the rest of a run varies by. The tools take turns::

    python benchmarks/assertions.py                      Assay alone
    python benchmarks/assertions.py --peers              and promptfoo, if harness.py --install has put it there
    python benchmarks/assertions.py --tests 1000 --rounds 3
"""

import argparse
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from harness import MAIN, PEERS, PROMPTFOO

# What is asserted -> the entry in the configuration, and how often it stands in each test.
KINDS = {
    "none": ("", 0),
    "javascript": ('{type: javascript, value: "output.length > 10 && output.includes(context.vars.order)"}', 10),
    "python": ("{type: python, value: \"len(output) > 10 and context['vars']['order'] in output\"}", 1),
    "python, a file": ("{type: python, value: 'file://check.py'}", 1),
}
CHECK = "def get_assert(output, context):\n    return len(output) > 10 and context['vars']['order'] in output\n"


@dataclass
class Runs:
    """CPU seconds and seconds on the clock of the runs of one tool and kind."""

    cpu_s: list[float] = field(default_factory=list)
    wall_s: list[float] = field(default_factory=list)

    @property
    def cpu(self) -> float:
        return statistics.median(self.cpu_s)

    @property
    def wall(self) -> float:
        return statistics.median(self.wall_s)


def configure(folder: Path, kind: str, tests: int) -> None:
    entry, times = KINDS[kind]
    asserted = f"defaultTest: {{assert: [{', '.join([entry] * times)}]}}\n" if entry else ""
    text = f"prompts: ['The order is {{{{order}}}}']\nproviders: [echo]\n{asserted}tests: orders.csv\n"
    (folder / "promptfooconfig.yaml").write_text(text)
    (folder / "check.py").write_text(CHECK)
    (folder / "orders.csv").write_text("order\n" + "".join(f"A-{n:07}\n" for n in range(tests)))


def assay() -> list[str]:
    return [sys.executable, "-m", "assay", "eval", "promptfooconfig.yaml", "--quiet"]


def promptfoo() -> list[str]:
    flags = ["--no-cache", "--no-progress-bar", "--no-table", "--no-write", "-o", "out.json"]
    return [str(PEERS / "inspect/bin/node"), str(MAIN), "eval", "-c", "promptfooconfig.yaml", *flags]


TOOLS: dict[str, Callable[[], list[str]]] = {"assay": assay, "promptfoo": promptfoo}


def measure(tool: str, kind: str, tests: int, into: Runs) -> None:
    """One run from start to end; all of its processes have ended then."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        configure(folder, kind, tests)
        quiet = {f"PROMPTFOO_DISABLE_{what}": "1" for what in ("TELEMETRY", "UPDATE", "SHARING")}
        around = (
            os.environ
            | quiet
            | {"PROMPTFOO_CONFIG_DIR": str(folder / ".promptfoo"), "PROMPTFOO_PYTHON": sys.executable}
        )
        before = os.times()
        done = subprocess.run(TOOLS[tool](), cwd=folder, env=around, capture_output=True, text=True, check=False)
        after = os.times()
    if done.returncode != 0:
        raise SystemExit(f"{tool} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    into.cpu_s.append(after.children_user + after.children_system - before.children_user - before.children_system)
    into.wall_s.append(after.elapsed - before.elapsed)


def print_table(found: dict[tuple[str, str], Runs], tools: list[str], tests: int) -> None:
    print(f"{tests:,} tests; medians")
    print(f"{'assertion':<16}{'tool':<12}{'CPU s a run':>12}{'seconds':>9}{'ms an assertion':>17}{'ratio':>8}")
    for kind in KINDS:
        ours, number = None, tests * max(KINDS[kind][1], 1)
        for tool in tools:
            runs = found[tool, kind]
            each = (runs.cpu - found[tool, "none"].cpu) * 1000 / number
            shown = f"{each:>17.3f}" if kind != "none" else f"{'':>17}"
            ratio = f"{each / ours:>8.0f}" if ours and kind != "none" else ""
            ours = ours or max(each, 0.001)
            print(f"{kind:<16}{tool:<12}{runs.cpu:>12.2f}{runs.wall:>9.1f}{shown}{ratio}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", action="store_true", help=f"measure promptfoo {PROMPTFOO} too")
    parser.add_argument("--tests", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if options.peers and not MAIN.exists():
        raise SystemExit("promptfoo is not there: python benchmarks/harness.py --install")
    tools = list(TOOLS) if options.peers else ["assay"]
    found = {(tool, kind): Runs() for tool in tools for kind in KINDS}
    for number in range(options.rounds):
        for kind in KINDS:
            for tool in tools:
                measure(tool, kind, options.tests, found[tool, kind])
                print(f"round {number + 1}: {tool}, {kind}", file=sys.stderr, flush=True)
    print_table(found, tools, options.tests)


if __name__ == "__main__":
    main()
