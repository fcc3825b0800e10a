"""CPU time from the start of the command to its end, where the command itself has next to nothing to do.

Each line is a process of its own, started several times, the kinds in turns; what is measured is the CPU
time, user and system, that the process used. ``python -c pass`` is what no program in Python can go below::

    python benchmarks/start_up.py [--rounds 7]
"""

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

PROMPT = """\
---
prompt: desk.sort
inputs:
  ticket: string, the customer's message
---
system:
Sort the ticket.

user:
{{ ticket }}
"""
ASSAY = ("-m", "assay")
KINDS: dict[str, tuple[str, ...]] = {
    "python -c pass": ("-c", "pass"),
    "import assay": ("-c", "import assay"),
    "assay --version": (*ASSAY, "--version"),
    "assay --help": (*ASSAY, "--help"),
    "assay render": (*ASSAY, "render", "desk.prompt.md", "-i", "ticket=Hello"),
    "assay render --json": (*ASSAY, "render", "desk.prompt.md", "-i", "ticket=Hello", "--json"),
    "assay show": (*ASSAY, "show", "desk.prompt.md"),
    "assay eval --help": (*ASSAY, "eval", "--help"),
}


def cpu_s(arguments: tuple[str, ...], folder: Path) -> float:
    """Seconds of CPU time that one run of Python with these arguments uses."""
    # Not subprocess's own wait, which does not tell what the process used.
    process = subprocess.Popen([sys.executable, *arguments], cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    found: dict[str, list[float]] = {kind: [] for kind in KINDS}
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "assay.yaml").write_text("project: desk\n", "utf-8")
        (folder / "desk.prompt.md").write_text(PROMPT, "utf-8")
        for turn in range(options.rounds + 1):
            for kind, arguments in KINDS.items():
                figure = cpu_s(arguments, folder)
                if turn:  # the first fills the caches of byte code and files
                    found[kind].append(figure)
    print(f"CPU s a start, median of {options.rounds} (Python {sys.version.split()[0]})")
    print(f"{'':<22}{'median':>9}{'lowest':>9}")
    for kind, figures in found.items():
        print(f"{kind:<22}{statistics.median(figures):>9.3f}{min(figures):>9.3f}")


if __name__ == "__main__":
    main()
