"""How much of each text a report carries, so that a run of very long texts still makes a file that opens.

A limit on each text, which falls as the report grows. It does not touch a line that is short anyway, so most lines
are never read here.
"""

import msgspec

from assay.evaluate.wording import shown

STEPS = ((64 << 20, 20_000), (128 << 20, 4_000), (192 << 20, 1_000))
"""Bytes carried so far -> the most characters of a text from there on."""

LAST_LIMIT = 250
_SLACK = 40  # what would leave out less than a line is carried whole


class Budget:
    """Cuts the texts of rows as they come."""

    def __init__(self) -> None:
        self._carried_bytes = 0

    def fit(self, line: bytes) -> bytes:
        """The line, its texts within the limit; ``cut`` in it says by how many characters each was shortened."""
        limit = next((chars for upto, chars in STEPS if self._carried_bytes < upto), LAST_LIMIT)
        if len(line) > limit:
            line = _cut(line, limit)
        self._carried_bytes += len(line)
        return line


def _cut(line: bytes, limit: int) -> bytes:
    row: dict[str, object] = msgspec.json.decode(line)
    cut: dict[str, int] = {}

    def clip(name: str, value: object) -> object:
        text = value if isinstance(value, str) else None if value is None else shown(value)
        if text is None or len(text) <= limit + _SLACK:
            return value
        cut[name] = len(text) - limit
        return text[:limit]

    row["output"] = clip("output", row.get("output"))
    row["expected"] = clip("expected", row.get("expected"))
    inputs = row.get("inputs")
    if isinstance(inputs, dict):
        row["inputs"] = {name: clip(f"inputs.{name}", value) for name, value in inputs.items()}
    for name in ("tool_calls", "detail"):
        value = row.get(name)
        if isinstance(value, dict) and "conversation" in value:
            row[name] = _short(value, limit)
        elif value is not None:
            row[name] = clip(name, value)
    row["violations"] = _short(row.get("violations"), limit)
    row["verdicts"] = _short(row.get("verdicts"), limit)
    return msgspec.json.encode({**row, "cut": cut} if cut else row)


def _short(value: object, limit: int) -> object:
    """The value with its long texts cut, at any depth."""
    if isinstance(value, str):
        return value if len(value) <= limit + _SLACK else value[:limit] + "…"
    if isinstance(value, list):
        return [_short(one, limit) for one in value]
    if isinstance(value, dict):
        return {name: _short(one, limit) for name, one in value.items()}
    return value
