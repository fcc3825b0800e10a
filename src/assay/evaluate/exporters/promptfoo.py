"""Exporter ``promptfoo``: the JSON that promptfoo writes (version 3), of its configurations' runs and of native ones.

Written as a stream, in two passes over the rows: the first sums up what each prompt came to, the second writes them.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

from assay.evaluate.exporter import FinishedRun, exporters
from assay.evaluate.promptfoo.derive import make_engine
from assay.evaluate.promptfoo.native_row import native_row
from assay.evaluate.promptfoo.totals import PromptTotals, Stats
from assay.evaluate.run_folder import PLAN

_encode = msgspec.json.Encoder(enc_hook=str).encode


@exporters.register("promptfoo")
def promptfoo(run: FinishedRun, out: BinaryIO) -> None:
    """Write the run as promptfoo's JSON."""
    own = _kept(run)
    columns = own.get("prompts") or [
        {"raw": v.prompt, "label": v.prompt, "provider": v.model} for v in run.summary.variants
    ]
    totals = PromptTotals(columns, own.get("derivedMetrics") or [], make_engine(run.folder))
    stats = Stats()
    for row in _rows(run):
        totals.add(row)
        stats.add(row)
    out.write(b'{"evalId":' + _encode(run.summary.run) + b',"results":{"version":3,"timestamp":')
    out.write(_encode(run.summary.started_utc) + b',"prompts":' + _encode(totals.prompts()) + b',"results":[')
    for i, row in enumerate(_rows(run)):
        out.write((b",\n" if i else b"\n") + _encode(row))
    out.write(b'\n],"stats":' + _encode(stats.as_json(run.summary.duration_s)) + b'},"config":')
    config = own.get("config") or {"description": run.summary.description, "suite": run.summary.suite}
    out.write(_encode(config) + b',"shareableUrl":null,"metadata":' + _encode(_metadata(run)) + b"}\n")


def _kept(run: FinishedRun) -> dict[str, Any]:
    """What the run's plan says of a promptfoo configuration; nothing for a native suite."""
    try:
        plan: dict[str, Any] = msgspec.json.decode((run.folder / PLAN).read_bytes())
    except OSError:
        return {}
    return plan.get("promptfoo") or {}


def _metadata(run: FinishedRun) -> dict[str, object]:
    return {
        "assayVersion": run.summary.assay,
        "exportedAt": run.summary.finished_utc,
        "evaluationCreatedAt": run.summary.started_utc,
    }


def _rows(run: FinishedRun) -> Iterator[dict[str, Any]]:
    """The rows in promptfoo's form: those of its own runs as they were kept, others made from what they are."""
    variants = {variant.name: i for i, variant in enumerate(run.summary.variants)}
    number, last = -1, None
    for row in run.rows():
        if row.detail is not None and "promptIdx" in row.detail:
            yield row.detail
            continue
        if (row.case, row.repeat) != last:
            number, last = number + 1, (row.case, row.repeat)
        yield native_row(row, number, variants[row.variant])
