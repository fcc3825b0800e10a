"""Exporter ``sarif``: SARIF 2.1.0, in which code hosts show problems beside the lines of a change.

Written as a stream. Rules are those of the gate, the suite's graders and the codes
of errors; a result stands at its case's line, one of the gate at the suite.
"""

import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import BinaryIO

import msgspec

from assay import __version__
from assay.author.lint.sarif import BASE, SCHEMA, location_of
from assay.core.location import Location
from assay.evaluate.exporter import FinishedRun, exporters
from assay.evaluate.gate_told import name_of, sentence_of, told
from assay.evaluate.problem import Problem, gate_problems, problems, rules
from assay.evaluate.report_text import visible
from assay.evaluate.summary import Summary

MAX_RESULTS = 25_000
"""What GitHub takes of one run."""

_PLACEHOLDER = re.compile(r"\{(\d+)\}")

_encode = msgspec.json.Encoder().encode


@exporters.register("sarif")
def sarif(run: FinishedRun, out: BinaryIO) -> None:
    """Write the problems of the run as one SARIF log."""
    index = {rule: i for i, rule in enumerate(rules(run.summary))}
    found = chain(gate_problems(run), problems(run))
    out.write(b'{"$schema":%s,"version":"2.1.0","runs":[{"tool":%s,' % (_encode(SCHEMA), _encode(_tool(index))))
    out.write(_encode(_about(run.summary))[1:-1] + b',"results":[')
    shown = enumerate(islice(found, MAX_RESULTS))
    out.writelines((b",\n" if i else b"\n") + _encode(_result(problem, index)) for i, problem in shown)
    out.write(b'\n],"invocations":[%s]}]}\n' % _encode(_invocation(run.summary, found)))


def _tool(index: dict[str, int]) -> dict[str, object]:
    return {"driver": {"name": "Assay", "semanticVersion": __version__, "rules": [_rule(rule) for rule in index]}}


def _rule(rule: str) -> dict[str, object]:
    kind, _, name = rule.partition(":")
    text = {"grader": f"The grader {name!r} failed a reply.", "gate": f"The gate's rule {name!r} did not pass."}.get(
        kind, f"A sample ended in the error {name}."
    )
    return {
        "id": rule,
        "shortDescription": {"text": _text(text)},
        "help": {"text": _text(f"{text} The run's report shows the case and the reply.")},
        "defaultConfiguration": {"level": "error"},
    }


def _about(summary: Summary) -> dict[str, object]:
    """What the log says of the run itself; the id keeps several suites of one change apart."""
    parts = [{"rule": name_of(p), "decision": p.decision, "sentence": visible(sentence_of(p))} for p in told(summary)]
    return {
        "automationDetails": {"id": f"assay/{summary.suite}/{summary.run}"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {BASE: {"description": {"text": "The folder from which the suite was run."}}},
        "properties": {
            "decision": summary.decision,
            "gated": summary.gated,
            "sentence": summary.sentence,
            "gate": parts,
        },
    }


def _result(problem: Problem, index: dict[str, int]) -> dict[str, object]:
    # A grader that gave no verdict on any sample has no figures, and so no rule; GitHub wants the name all the same.
    found: dict[str, object] = {"ruleId": problem.rule}
    if problem.rule in index:
        found["ruleIndex"] = index[problem.rule]
    found |= {
        "level": problem.level,
        "message": {"text": _text(problem.what)},
        "locations": [location_of(problem.where)],
        "partialFingerprints": {"assaySample/v1": problem.fingerprint},
    }
    if problem.case:
        found["properties"] = {
            "variant": visible(problem.variant), "case": visible(problem.case), "repeat": problem.repeat,
        }  # fmt: skip
    if problem.prompt is not None:
        found["relatedLocations"] = [location_of(Location(problem.prompt))]
    return found


def _invocation(summary: Summary, rest: Iterator[Problem]) -> dict[str, object]:
    found: dict[str, object] = {
        "executionSuccessful": summary.decision != "invalid",
        "startTimeUtc": summary.started_utc,
        "endTimeUtc": summary.finished_utc,
    }
    if left_out := sum(1 for _ in rest):
        text = f"{left_out:,} more results are left out; the run's samples.jsonl has them."
        found["toolExecutionNotifications"] = [{"level": "note", "message": {"text": text}}]
    return found


def _text(text: str) -> str:
    """Text in which SARIF finds neither a placeholder nor a link."""
    plain = _PLACEHOLDER.sub(r"{{\1}}", visible(text))
    return plain.replace("[", "\\[") if "](" in plain else plain
