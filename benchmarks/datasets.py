"""CPU and memory of the commands that look after datasets, for few and for many cases.

Each command runs in a process of its own, on a dataset of made-up tickets of 25 words with two tags, three to a
cluster, of which one in a hundred is a near copy of an earlier one::

    python benchmarks/datasets.py [--few 10000] [--many 100000]
    python benchmarks/datasets.py --full              10,000 against 1,000,000

The start of the process is a part of each figure, so the CPU of one case more is told as well.
"""

import argparse
import json
import os
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

WORDS = [
    a + b + c for a in "bdfklmnprstv" for b in ("a", "e", "in", "o", "ur") for c in ("k", "len", "ta", "so", "mi", "da")
]
COMMANDS = {
    "show a.jsonl": ("show", "a.jsonl"),
    "convert a.jsonl a.csv": ("convert", "a.jsonl", "a.csv"),
    "convert a.csv a.parquet": ("convert", "a.csv", "a.parquet"),
    "convert a.parquet b.jsonl": ("convert", "a.parquet", "b.jsonl"),
    "diff a.jsonl b.jsonl": ("diff", "a.jsonl", "b.jsonl"),
    "coverage a.jsonl": ("coverage", "a.jsonl"),
    "split a.jsonl": ("split", "a.jsonl", "--into", "dev=0.3,test=0.7"),
    "check a.jsonl": ("check", "a.jsonl"),
    "convert a.jsonl m.jsonl --mask": ("convert", "a.jsonl", "m.jsonl", "--mask"),
}


@dataclass(frozen=True)
class Used:
    """What one command took."""

    cpu_s: float
    peak_mib: float


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--few", type=int, default=10_000, help="cases of the small dataset")
    options.add_argument("--many", type=int, default=100_000, help="cases of the large one")
    options.add_argument("--full", action="store_true", help="10,000 against 1,000,000 cases")
    options.add_argument("--only", nargs="+", metavar="WORD", help="only the commands that begin with one of these")
    given = options.parse_args()
    chosen = {n: w for n, w in COMMANDS.items() if not given.only or n.split()[0] in given.only}
    few, many = (10_000, 1_000_000) if given.full else (given.few, given.many)
    small, large = measure(few, chosen), measure(many, chosen)
    print(f"| command | {few:,} cases | {many:,} cases | one case more |")
    print("|---|---|---|---|")
    for name in chosen:
        one, other = small[name], large[name]
        more_us = (other.cpu_s - one.cpu_s) / (many - few) * 1e6
        print(
            f"| `{name}` | {one.cpu_s:.1f} s, {one.peak_mib:.0f} MiB | {other.cpu_s:.1f} s, {other.peak_mib:.0f} MiB "
            f"| {more_us:.0f} µs, {(other.peak_mib - one.peak_mib) * 2**20 / (many - few):.0f} bytes |"
        )


def measure(cases: int, commands: dict[str, tuple[str, ...]]) -> dict[str, Used]:
    found: dict[str, Used] = {}
    with TemporaryDirectory() as folder:
        write(Path(folder) / "a.jsonl", cases)
        for name, words in commands.items():
            found[name] = run(words, folder)
            print(f"{cases:,} cases: {name}: {found[name]}", file=sys.stderr, flush=True)
    return found


def write(path: Path, cases: int) -> None:
    chance = random.Random(20261126)
    earlier = [""] * 100
    with path.open("w", encoding="utf-8") as handle:
        for i in range(cases):
            words = chance.choices(WORDS, k=25)
            if i % 100 == 99:
                words = earlier[chance.randrange(99)].split()
                words[chance.randrange(25)] = "other"
            earlier[i % 100] = " ".join(words)
            tags = {"intent": chance.choice("pqrst"), "language": chance.choice(("de", "en"))}
            row = {"id": f"c-{i}", "inputs": {"ticket": earlier[i % 100]}, "expected": chance.choice("abc")}
            handle.write(json.dumps(row | {"cluster": f"k-{i // 3}", "tags": tags}) + "\n")


def run(words: tuple[str, ...], folder: str) -> Used:
    command = [sys.executable, "-m", "assay", "dataset", *words]
    with (Path(folder) / "out.txt").open("wb") as out:
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.PIPE)
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 1), said.decode()
    return Used(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


if __name__ == "__main__":
    main()
