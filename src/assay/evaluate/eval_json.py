"""The object that ``assay eval --json`` prints: what other programs build on (``docs/reference/eval-json.md``)."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from assay.evaluate.gate import worst
from assay.evaluate.summary import Summary
from assay.evaluate.types import Decision

FORMAT = 1


def eval_json(summary: Summary, folder: Path) -> dict[str, object]:
    """The summary, with the run's folder under ``run``; ``cost_usd`` is a number, or null when unknown."""
    found: dict[str, object] = msgspec.to_builtins(summary)
    found["run"] = str(folder)
    found["format"] = FORMAT
    variants = found["variants"]
    assert isinstance(variants, list)
    for variant in variants:
        cost = variant["cost_usd"]
        variant["cost_usd"] = None if cost is None else float(cost)
    return found


def many_json(
    runs: Sequence[dict[str, object]], left_out: Mapping[str, str], decisions: Sequence[Decision]
) -> dict[str, object]:
    """What several suites came to: the worst decision, each run, and which suites were left out and why."""
    return {
        "format": FORMAT,
        "decision": worst(decisions),
        "runs": list(runs),
        "left_out": [{"suite": suite, "why": why} for suite, why in left_out.items()],
    }
