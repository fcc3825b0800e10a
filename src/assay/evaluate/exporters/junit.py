"""Exporter ``junit``: JUnit XML, which CI systems show: a test suite for the gate with a test case for each of its
rules, then one for each variant with a test case for each sample.

Written as a stream: the rows come mixed, by case, so each variant's part waits in a temporary file until
it is its turn. The reply itself is not in it; the reasons of the verdicts are.
"""

import re
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, BinaryIO

from assay.evaluate.exporter import FinishedRun, exporters
from assay.evaluate.gate_told import effect_of, name_of, sentence_of, told
from assay.evaluate.summary import GatePart, Summary, VariantSummary
from assay.evaluate.types import SampleRow

_SPOOLED_BYTES = 1 << 20
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE = _TEXT | str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


@dataclass(slots=True)
class _Part:
    """The test cases of the gate, or of one variant, so far."""

    file: IO[bytes]
    tests: int = 0
    failures: int = 0
    errors: int = 0
    skipped: int = 0
    time_s: float = 0.0

    def skip(self, text: str) -> None:
        self.file.write(text.encode())
        self.tests += 1
        self.skipped += 1

    def rule(self, part: GatePart, summary: Summary) -> None:
        effect = effect_of(part, summary)
        self.file.write(_rule(part, summary, effect).encode())
        self.tests += 1
        self.skipped += effect == "warns"
        self.failures += effect == "fails"

    def add(self, row: SampleRow, text: str) -> None:
        self.file.write(text.encode())
        self.tests += 1
        self.failures += row.status == "failed"
        self.errors += row.status == "error"
        self.time_s += (row.latency_ms or 0.0) / 1000


@exporters.register("junit")
def junit(run: FinishedRun, out: BinaryIO) -> None:
    """Write the run as JUnit XML."""
    dump_junit(run.rows(), run.summary, out)


def dump_junit(rows: Iterable[SampleRow], summary: Summary, out: IO[bytes]) -> None:
    """Write the run.

    Args:
        rows: Its samples, in any order; read once.
        summary: What it came to.
        out: A file that is open for writing.
    """
    with ExitStack() as stack:
        parts = {
            variant.name: _Part(stack.enter_context(tempfile.SpooledTemporaryFile(_SPOOLED_BYTES)))
            for variant in summary.variants
        }
        for row in rows:
            parts[row.variant].add(row, _case(row, summary))
        for variant in summary.variants:
            if variant.missing:
                parts[variant.name].skip(_missing(variant, summary))
        gate = _Part(stack.enter_context(tempfile.SpooledTemporaryFile(_SPOOLED_BYTES)))
        for rule in told(summary):
            gate.rule(rule, summary)
        counts = _counts([gate, *parts.values()])
        out.write(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name={_quoted(summary.suite)}{counts}>\n'.encode()
        )
        if gate.tests:
            name = _quoted(f"{summary.suite}.gate")
            out.write(f'  <testsuite name={name}{_counts([gate])} skipped="{gate.skipped}">\n'.encode())
            _copy(gate, out)
        for variant in summary.variants:
            part = parts[variant.name]
            out.write(_start(variant, part, summary).encode())
            _copy(part, out)
        out.write(b"</testsuites>\n")


def _copy(part: _Part, out: IO[bytes]) -> None:
    part.file.seek(0)
    shutil.copyfileobj(part.file, out)
    out.write(b"  </testsuite>\n")


def _counts(parts: Iterable[_Part]) -> str:
    tests = failures = errors = 0
    time_s = 0.0
    for part in parts:
        tests += part.tests
        failures += part.failures
        errors += part.errors
        time_s += part.time_s
    return f' tests="{tests}" failures="{failures}" errors="{errors}" time="{time_s:.3f}"'


def _start(variant: VariantSummary, part: _Part, summary: Summary) -> str:
    """The opening of a variant's test suite, with its figures as properties."""
    found = {
        "run": summary.run,
        "decision": summary.standing,
        "decision_sentence": summary.sentence,
        "prompt": variant.prompt,
        "version": variant.version or "",
        "digest": variant.digest,
        "model": variant.model,
        "pass_rate": f"{variant.pass_rate:.6g}",
        "pass_rate_low": f"{variant.low:.6g}",
        "pass_rate_high": f"{variant.high:.6g}",
        "pass_rate_level": f"{variant.level:g}",
        "pass_rate_method": variant.method,
    }
    lines = [f"      <property name={_quoted(name)} value={_quoted(value)}/>\n" for name, value in found.items()]
    name = _quoted(f"{summary.suite}.{variant.name}")
    stamp = f" timestamp={_quoted(summary.started_utc.removesuffix('Z'))}" if summary.started_utc else ""
    start = f'  <testsuite name={name}{_counts([part])} skipped="{part.skipped}"{stamp}>\n    <properties>\n'
    return "".join([start, *lines, "    </properties>\n"])


def _rule(part: GatePart, summary: Summary, effect: str) -> str:
    """A rule of the gate as a test case: skipped, with its sentence, where it is told and stops nothing."""
    sentence = sentence_of(part)
    inner = {
        "passes": f"<system-out>{_plain(sentence)}</system-out>",
        "warns": f"<skipped message={_quoted(sentence)}/>",
        "fails": f"<failure message={_quoted(sentence)} type={_quoted(part.decision)}>{_plain(sentence)}</failure>",
    }[effect]
    start = f"    <testcase classname={_quoted(f'{summary.suite}.gate')} name={_quoted(name_of(part))}"
    return f'{start} time="0.000">\n      {inner}\n    </testcase>\n'


def _case(row: SampleRow, summary: Summary) -> str:
    name = row.case if summary.repeats == 1 else f"{row.case} [{row.repeat + 1} of {summary.repeats}]"
    start = (
        f"    <testcase classname={_quoted(f'{summary.suite}.{row.variant}')} name={_quoted(name)}"
        f' time="{(row.latency_ms or 0.0) / 1000:.3f}"'
    )
    if row.status == "passed":
        return start + "/>\n"
    inner = _error(row) if row.status == "error" else _failure(row)
    return f"{start}>\n      {inner}\n    </testcase>\n"


def _missing(variant: VariantSummary, summary: Summary) -> str:
    """One test case that stands for the samples that were not run."""
    name = f"{variant.missing:,} of {variant.n + variant.missing:,} samples that were not run"
    message = f"{variant.missing:,} samples were not run, as {summary.stopped or 'the run was stopped'}"
    start = f"    <testcase classname={_quoted(f'{summary.suite}.{variant.name}')} name={_quoted(name)}"
    return f'{start} time="0.000">\n      <skipped message={_quoted(message)}/>\n    </testcase>\n'


def _failure(row: SampleRow) -> str:
    reasons = [f"{verdict.grader}: {verdict.reason}" for verdict in row.verdicts if not verdict.passed]
    kinds = ",".join(verdict.grader for verdict in row.verdicts if not verdict.passed)
    message = reasons[0] if reasons else "failed"
    return f"<failure message={_quoted(message)} type={_quoted(kinds)}>{_plain(chr(10).join(reasons))}</failure>"


def _error(row: SampleRow) -> str:
    error = row.error or {}
    reasons = [error.get("what", "no verdict"), *filter(None, [error.get("hint")])]
    reasons += [f"{verdict.grader}: {verdict.error}" for verdict in row.verdicts if verdict.error is not None]
    kind = error.get("code", "error")
    return f"<error message={_quoted(reasons[0])} type={_quoted(kind)}>{_plain(chr(10).join(reasons))}</error>"


def _plain(text: str) -> str:
    """Text between tags; what XML cannot hold is written as an escape of Python."""
    return _NOT_XML.sub(_escape, text).translate(_TEXT)


def _quoted(text: str) -> str:
    """An attribute's value with its quotes."""
    return f'"{_NOT_XML.sub(_escape, text).translate(_ATTRIBUTE)}"'


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
