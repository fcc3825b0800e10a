"""One comment for all suites of a CI job: a table of what each came to, and each one's own comment folded away.

A job with one suite has that suite's comment. The marker is the job's, so that its comment is found again whatever
suites there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from assay.evaluate.exporter import FinishedRun
from assay.evaluate.exporters.markdown import MAX_BYTES, SIGNS, comment, marker
from assay.evaluate.markdown_text import code, prose

LEFT_OUT, NO_GATE = "left out", "no gate"
_NAME, _SENTENCE = 120, 300
_LEAST_BYTES = 2_000
"""A comment that has less room than this says too little to be worth folding out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one suite came to; ``run`` is None where it was not run, and the sentence says why."""

    suite: str
    decision: str
    sentence: str
    run: FinishedRun | None


def job_comment(job: str, parts: Sequence[Part]) -> str:
    """The comment, with its marker in the first line.

    Args:
        job: What tells this job's comment from others on the same pull request.
        parts: Its suites.
    """
    mark = marker(job)
    runs = [part.run for part in parts if part.run is not None]
    if len(parts) == len(runs) == 1:
        return f"{mark}\n{comment(runs[0])}"
    lines = [mark, f"### {_heading([part.decision for part in parts if part.decision != LEFT_OUT])}", ""]
    lines += ["| suite | decision | why |", "| --- | --- | --- |", *map(_row, parts), ""]
    text = _bounded("\n".join(lines) + "\n")
    return text + "".join(_folded(parts, MAX_BYTES - len(text.encode())))


def _heading(asked: Sequence[str]) -> str:
    """The sign and the sentence for the decisions of all suites that were run."""
    failing, without = sum(one not in ("pass", NO_GATE) for one in asked), asked.count(NO_GATE)
    if failing:
        return f"❌ {failing} of {len(asked)} suites did not pass"
    if without:
        return f"➖ {without} of {len(asked)} suites {'have' if without > 1 else 'has'} no gate"
    return f"✅ {'Every suite passed' if asked else 'No suite is touched by the change'}"


def _row(part: Part) -> str:
    decision = f"{_sign(part)} {prose(part.decision)}"
    return f"| {code(part.suite, _NAME)} | {decision} | {prose(part.sentence, _SENTENCE)} |"


def _sign(part: Part) -> str:
    signs = {str(decision): sign for decision, sign in SIGNS.items()} | {LEFT_OUT: "➖"}
    return signs.get(part.decision, "⚠️")


def _bounded(text: str) -> str:
    """The text as far as it fits with whole lines, and half of the room left."""
    lines = text.splitlines(keepends=True)
    while sum(len(line.encode()) for line in lines) > MAX_BYTES // 2:
        lines.pop()
    return "".join(chain(lines, "\n"))


def _folded(parts: Sequence[Part], bytes_left: int) -> list[str]:
    """Each suite's comment, those that did not pass first, as many as there is room for."""
    found: list[str] = []
    for part in sorted(parts, key=lambda part: part.decision == "pass"):
        if part.run is None:
            continue
        head = f"<details><summary>{_sign(part)} {code(part.suite, _NAME)}</summary>\n\n"
        room = bytes_left - len(head.encode()) - len("\n</details>\n\n")
        if room < _LEAST_BYTES:
            break
        text = f"{head}{comment(part.run, room)}\n</details>\n\n"
        bytes_left -= len(text.encode())
        found.append(text)
    return found
