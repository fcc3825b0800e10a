"""Exporter ``github``: workflow commands that make annotations, and the summary of the job's step.

For the standard output of a step: ``--export github=-``. Where ``GITHUB_STEP_SUMMARY`` names a file, the comment of
the exporter ``markdown`` is added to it.
"""

import os
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from assay.core.location import Location
from assay.evaluate.case_place import Places
from assay.evaluate.exporter import FinishedRun, exporters
from assay.evaluate.exporters.markdown import comment
from assay.evaluate.problem import gate_problems, problems, reported
from assay.evaluate.report_text import one_line
from assay.evaluate.types import Decision

MOST = 10
"""GitHub shows ten annotations of a kind for each step, and drops the rest without a word."""

SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"
_COMMANDS: dict[Decision, str] = {"pass": "notice", "fail": "error", "inconclusive": "warning", "invalid": "warning"}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})
_CHARS = 1_000


@exporters.register("github")
def github(run: FinishedRun, out: BinaryIO) -> None:
    """Write the decision, the first rules that did not pass and the first problems; add to the step's summary."""
    summary = run.summary
    total = sum(variant.failed + variant.errors for variant in reported(summary))
    said = f"{summary.sentence} {total:,} did not pass." if total else summary.sentence
    title = f"{summary.suite}: {summary.standing}"
    suite = Places(run.folder, {}).suite()
    out.write(command(_COMMANDS[summary.decision], title, suite, said).encode())
    rules = list(islice(gate_problems(run), MOST // 2))
    first = [*rules, *islice(problems(run), MOST - 1 - len(rules))]
    out.writelines(command(found.level, found.rule, found.where, found.what).encode() for found in first)
    if file := os.environ.get(SUMMARY_VARIABLE):
        with Path(file).open("a", encoding="utf-8") as handle:
            handle.write(comment(run) + "\n")


def command(name: str, title: str, where: Location, message: str) -> str:
    """A workflow command on one line; nothing of what is passed can end it, or begin another command."""
    found = {"title": one_line(title, _CHARS), "file": where.file}
    if where.line is not None:
        found["line"] = str(where.line)
    properties = ",".join(f"{key}={value.translate(_PROPERTY)}" for key, value in found.items())
    line = f"::{name} {properties}::{one_line(message, _CHARS).translate(_DATA)}\n"
    return line.replace("##[", "#\\#[")  # an older form of command, which is known anywhere in a line
