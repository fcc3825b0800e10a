"""Exporter ``gitlab``: GitLab's Code Quality report, which a merge request shows beside the lines.

Test results go to GitLab as JUnit XML, which is the exporter ``junit``'s.
"""

from itertools import chain
from typing import BinaryIO

import msgspec

from assay.evaluate.exporter import FinishedRun, exporters
from assay.evaluate.problem import Problem, gate_problems, problems

_SEVERITIES = {"error": "major", "warning": "minor"}

_encode = msgspec.json.Encoder().encode


@exporters.register("gitlab")
def gitlab(run: FinishedRun, out: BinaryIO) -> None:
    """Write the gate's rules that did not pass, and the problems of the samples, as a list of issues, one a line."""
    found = chain(gate_problems(run), problems(run))
    out.write(b"[")
    out.writelines((b",\n" if i else b"\n") + _encode(_issue(problem)) for i, problem in enumerate(found))
    out.write(b"\n]\n")


def _issue(problem: Problem) -> dict[str, object]:
    where = problem.where
    return {
        "type": "issue",
        "check_name": problem.rule,
        "description": problem.what,
        "severity": _SEVERITIES[problem.level],
        "fingerprint": problem.fingerprint,
        "location": {
            "path": where.file,
            "lines": {"begin": where.line or 1},
        },
    }
