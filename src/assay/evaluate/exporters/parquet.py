"""Exporter ``parquet``: the samples as one Parquet file, for DuckDB, Polars, pandas and whatever else reads it.

The columns are the same for every run, so that files of several runs are read as one table. Written batch by batch.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from assay.core.errors import Unavailable
from assay.evaluate.exporter import FinishedRun, exporters
from assay.evaluate.types import SampleRow

if TYPE_CHECKING:
    import pyarrow

_BATCH_ROWS = 4096
_COST_DIGITS, _COST_PLACES = 24, 12
_COST_UNIT = Decimal(1).scaleb(-_COST_PLACES)

_json = msgspec.json.Encoder(enc_hook=str).encode


@exporters.register("parquet")
def parquet(run: FinishedRun, out: BinaryIO) -> None:
    """Write the samples of the run as Parquet.

    Raises:
        Unavailable: pyarrow is not installed.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra
        import pyarrow.parquet as pq  # noqa: PLC0415 - an extra
    except ImportError:
        raise Unavailable(
            "the exporter 'parquet' needs pyarrow, which is not installed",
            hint="pip install 'assay[data]'",
            code="extra.missing",
        ) from None
    rows = run.rows()
    with pq.ParquetWriter(out, schema(), compression="zstd") as writer:
        while batch := [_record(run, row) for row in islice(rows, _BATCH_ROWS)]:
            writer.write_table(pa.Table.from_pylist(batch, schema=schema()))


@cache
def schema() -> "pyarrow.Schema":
    """The columns and their types."""
    import pyarrow as pa  # noqa: PLC0415 - an extra

    text, number, whole = pa.string(), pa.float64(), pa.int64()
    cost = pa.decimal128(_COST_DIGITS, _COST_PLACES)
    verdict = {"grader": text, "score": number, "passed": pa.bool_(), "reason": text, "error": text}
    spent = {"calls": whole, "input_tokens": whole, "output_tokens": whole, "cost_usd": cost}
    return pa.schema(
        {
            **dict.fromkeys(("run", "suite", "sample", "case", "variant"), text),
            "repeat": pa.int32(),
            "status": text,
            "score": number,
            "output": text,
            "inputs": text,
            "expected": text,
            "cluster": text,
            "tags": pa.map_(text, text),
            "verdicts": pa.list_(pa.struct(verdict)),
            "valid_first": pa.bool_(),
            "valid": pa.bool_(),
            "violations": pa.list_(text),
            "exit": text,
            "fallback": pa.bool_(),
            **dict.fromkeys(("error_code", "error", "model", "finish"), text),
            **dict.fromkeys(("input_tokens", "output_tokens", "cached_tokens"), whole),
            "cost_usd": cost,
            "latency_ms": number,
            "first_token_ms": number,
            "attempts": pa.int32(),
            "at_utc": pa.timestamp("us", tz="UTC"),
            "named": pa.map_(text, number),
            "tool_calls": pa.list_(pa.struct({"name": text, "arguments": text})),
            "grading": pa.struct(spent),
            "detail": text,
            "fingerprint": text,
        }
    )


_SAME = (
    "sample", "case", "variant", "repeat", "status", "score", "output", "cluster", "valid_first", "valid", "violations",
    "exit", "fallback", "model", "finish", "input_tokens", "output_tokens", "cached_tokens", "latency_ms",
    "first_token_ms", "attempts", "fingerprint",
)  # fmt: skip


def _record(run: FinishedRun, row: SampleRow) -> dict[str, object]:
    """A row under the names of the columns; what has no fixed shape is JSON text."""
    error = row.error or {}
    return {
        "run": run.summary.run,
        "suite": run.summary.suite,
        **{name: getattr(row, name) for name in _SAME},
        "inputs": _json(row.inputs).decode(),
        "expected": None if row.expected is None else _json(row.expected).decode(),
        "tags": list(row.tags.items()),
        "verdicts": [dict(_verdict(verdict)) for verdict in row.verdicts],
        "error_code": error.get("code"),
        "error": error.get("what"),
        "cost_usd": _cost(row.cost_usd),
        "at_utc": None if row.at_utc is None else datetime.fromisoformat(row.at_utc),
        "named": list(row.named.items()),
        "tool_calls": [{"name": call.name, "arguments": call.arguments} for call in row.tool_calls],
        "grading": None
        if row.grading is None
        else {**msgspec.structs.asdict(row.grading), "cost_usd": _cost(row.grading.cost_usd)},
        "detail": None if row.detail is None else _json(row.detail).decode(),
    }


def _verdict(verdict: msgspec.Struct) -> Iterator[tuple[str, object]]:
    return ((name, getattr(verdict, name)) for name in ("grader", "score", "passed", "reason", "error"))


def _cost(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text).quantize(_COST_UNIT)
