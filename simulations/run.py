"""Every simulation, and the page of its tables: python simulations/run.py [--quick]."""

import argparse
import sys
import time
from pathlib import Path

import coverage
import early
import further
import gates
import judges
from table import Table

PAGE = Path(__file__).parents[1] / "docs/reference/simulations.md"
SEED = 20_261_126
HEAD = """\
# Simulations

How often the intervals and the gate are right, on data whose truth is known. Made by `make sim` ({rounds:,} rounds, seed {seed}), which calls
the same functions as a run does; nothing here is written by hand. A share of {rounds:,} rounds is itself unsure by up to
{unsure:.1f} points (two standard errors). What the methods are, and when each is used, [the statistics](../explanation/statistics.md) explain.

"""


def tables(rounds: int) -> list[Table]:
    few = max(20, rounds // 2)
    return [
        coverage.proportions(),
        *coverage.clusters(rounds, SEED),
        coverage.latencies(rounds, SEED + 10),
        further.ratios(few, SEED + 60),
        further.reliability(few, SEED + 70),
        further.agreement(few, SEED + 80),
        gates.operating(),
        gates.clustered(rounds, SEED + 20),
        gates.promises(rounds, SEED + 30),
        gates.pilots(few // 10, SEED + 100),
        early.watched(few, SEED + 40),
        further.sequences(few // 2, SEED + 90),
        judges.corrected(few, SEED + 50),
        judges.compared(few, SEED + 110),
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="a twentieth of the rounds; nothing is written")
    rounds = 100 if parser.parse_args().quick else 2_000
    began = time.perf_counter()
    found = tables(rounds)
    unsure = 200 * (0.25 / rounds) ** 0.5
    page = HEAD.format(rounds=rounds, seed=SEED, unsure=unsure) + "\n".join(table.markdown() for table in found)
    sys.stdout.write(page)
    if rounds == 2_000:
        PAGE.write_text(page, encoding="utf-8")
    sys.stderr.write(f"{time.perf_counter() - began:.0f} s\n")


if __name__ == "__main__":
    main()
