"""CPU time and memory of an eval, a sample: the whole command ``assay eval``, against a stand-in for the model.

The stand-in (``stand_in.py``, in a process of its own) answers after 20 ms; 64 calls are under way at once. Each
run is a process of its own in an empty project, with a contract in JSON, two graders and three tags a case. CPU
is that of the whole process, from its start to the report; memory is the most that it ever held::

    python benchmarks/eval_run.py               1,000 and 20,000 samples, each three times
    python benchmarks/eval_run.py --full        2,000 and 200,000 samples, once
    python benchmarks/eval_run.py --profile     where the time of 20,000 samples goes
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from stand_in import StandIn, served

LATENCY_S = 0.02
CONCURRENCY = 64
PROMPT = """\
---
prompt: desk.sort
inputs:
  ticket: string, the customer's message
contract:
  format: json
  schema:
    category(enum): [billing, bug, other]
    urgency: string
    summary: string
---
system:
You sort tickets of a shop. Answer with JSON: category, urgency and a summary of one sentence.

user:
{{ ticket }}
"""
SUITE = f"""\
suite: desk.sort
datasets: [../datasets/tickets.jsonl]
variants:
  - name: only
    prompt: ../prompts/sort.prompt.md
graders:
  - contract
  - grader: contains
    target: expected
concurrency: {CONCURRENCY}
gate:
  at_least: {{only: 0.5}}
"""
# Run in the process that is measured: the command, and then what the system knows of it.
MEASURED = """\
import json, re, sys, time
from assay.cli.main import run
status = run(sys.argv[2:])
held = re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]
open(sys.argv[1], "w").write(json.dumps({"status": status, "cpu_s": time.process_time(), "peak_kib": int(held)}))
"""
PROFILED = """\
import cProfile, pstats, sys
from assay.cli.main import run
profile = cProfile.Profile()
profile.runcall(run, sys.argv[2:])
pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(45)
"""


@dataclass(frozen=True)
class Figures:
    """What one run took."""

    samples: int
    cpu_s: float
    wall_s: float
    peak_mib: float

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of CPU time a sample."""
        return self.cpu_s * 1000 / self.samples


class Late:
    """A transport whose writes leave after the latency."""

    def __init__(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()

    def write(self, data: bytes) -> None:
        self._loop.call_later(LATENCY_S, self._transport.write, data)


class LateStandIn(StandIn):
    """The stand-in, with a latency."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(Late(transport))


SERVE = "from eval_run import LateStandIn; from stand_in import run; run(LateStandIn)"


def make_project(folder: Path, cases: int) -> None:
    """The project, with so many cases; written a line at a time, as there may be many."""
    for path, text in (("assay.yaml", "project: desk\n"), ("prompts/sort.prompt.md", PROMPT), ("suites/s.yaml", SUITE)):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    (folder / "datasets").mkdir()
    with (folder / "datasets/tickets.jsonl").open("w", encoding="utf-8") as handle:
        for n in range(cases):
            ticket = f"Order {n}: I ordered a lamp on Monday and was charged twice, please give me the money back."
            tags = {"register": ("plain", "formal")[n % 2], "length": ("short", "long", "middle")[n % 3], "day": "Mon"}
            row = {"id": f"t-{n:07}", "inputs": {"ticket": ticket}, "expected": "billing", "tags": tags}
            handle.write(json.dumps(row) + "\n")


def evaluate(program: str, cases: int, base_url: str) -> tuple[dict[str, float], dict[str, object], str]:
    """One run in a process of its own: what it took, what it printed as JSON, and its output."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        make_project(folder, cases)
        model = ["--model", "openai-compatible/stand-in", "--base-url", base_url]
        command = [sys.executable, "-c", program, "taken.json", "eval", "suites/s.yaml", "--json", *model]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        taken = folder / "taken.json"
        if not taken.exists():
            return {}, {}, done.stdout + done.stderr
        return json.loads(taken.read_bytes()), json.loads(done.stdout), done.stderr


def figures(cases: int, base_url: str) -> Figures:
    """The figures of one run, which must have come to its end."""
    taken, found, said = evaluate(MEASURED, cases, base_url)
    if not taken or taken["status"] != 0 or found["variants"][0]["passed"] != cases:
        raise SystemExit(f"the run of {cases} samples did not pass: {said}")
    return Figures(cases, taken["cpu_s"], found["duration_s"], taken["peak_kib"] / 1024)


def report(runs: dict[int, list[Figures]]) -> None:
    """A table, and what one more sample costs: the difference of the two sizes."""
    print(f"{'samples':>9}{'runs':>6}{'CPU ms a sample':>17}{'CPU s':>9}{'seconds':>9}{'peak MiB':>10}")
    for samples, taken in runs.items():
        middle = [
            statistics.median(getattr(f, name) for f in taken) for name in ("cpu_ms", "cpu_s", "wall_s", "peak_mib")
        ]
        print(f"{samples:>9,}{len(taken):>6}{middle[0]:>17.3f}{middle[1]:>9.2f}{middle[2]:>9.1f}{middle[3]:>10.1f}")
    (few, small), (many, large) = ((n, taken) for n, taken in runs.items())
    cpu_s = statistics.median(f.cpu_s for f in large) - statistics.median(f.cpu_s for f in small)
    peak_mib = statistics.median(f.peak_mib for f in large) - statistics.median(f.peak_mib for f in small)
    more = many - few
    print(f"each sample more: {cpu_s * 1000 / more:.3f} ms of CPU, {peak_mib * 1024 * 1024 / more:.0f} bytes")
    print(f"{many:,} samples hold {peak_mib:.1f} MiB more than {few:,}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--full", action="store_true", help="2,000 and 200,000 samples")
    kind.add_argument("--profile", action="store_true", help="profile 20,000 samples")
    options = parser.parse_args()
    with served(SERVE) as base_url:
        if options.profile:
            print(evaluate(PROFILED, 20_000, base_url)[2])
            return
        sizes, rounds = ((2_000, 200_000), 1) if options.full else ((1_000, 20_000), 3)
        runs: dict[int, list[Figures]] = {size: [] for size in sizes}
        for _ in range(rounds):
            for size in sizes:
                runs[size].append(figures(size, base_url))
        report(runs)


if __name__ == "__main__":
    main()
