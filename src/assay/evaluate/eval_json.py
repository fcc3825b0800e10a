"""The object that ``assay eval --json`` prints: what other programs build on (``docs/reference/eval-json.md``)."""

from pathlib import Path

import msgspec

from assay.evaluate.summary import Summary

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
