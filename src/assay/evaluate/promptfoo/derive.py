"""Derived metrics: arithmetic over a prompt's summed scores, in mathjs, as promptfoo has it.

What cannot be worked out leaves the metric as it was, as in promptfoo.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from assay.author.source import WorkingTree
from assay.core.errors import AssayError, BadInput
from assay.core.location import Location
from assay.evaluate.script.engine import Engine


class Calculates(Protocol):
    """What works out an expression."""

    def calculate(self, expression: str, scope: Mapping[str, object]) -> object:
        """The value of an expression of mathjs."""
        ...


class Derived:
    """The derived metrics of one prompt, brought up to date after each of its rows."""

    def __init__(self, metrics: Sequence[tuple[str, str]], engine: Calculates) -> None:
        self._metrics = metrics
        self._engine = engine

    def update(self, named: dict[str, float], count: int) -> None:
        """Work them out anew from the summed scores, in order; each sees those before it."""
        values: dict[str, object] = {**named, "__count": count}
        for name, expression in self._metrics:
            named.setdefault(name, 0.0)
            try:
                found = self._engine.calculate(expression, values)
            except AssayError:
                continue
            if isinstance(found, int | float) and math.isfinite(found):
                named[name] = values[name] = float(found)


def make_engine(folder: Path) -> Engine:
    """What works out expressions; nothing is loaded before the first one."""
    return Engine(WorkingTree(folder))


def read_metrics(value: Any, where: Location) -> list[tuple[str, str]]:
    """Name and expression of a configuration's derived metrics.

    Raises:
        BadInput: One without a name, or whose value is no expression.
    """
    found = []
    for item in value if isinstance(value, list) else [value] if value else []:
        name, expression = (item.get("name"), item.get("value")) if isinstance(item, dict) else (None, None)
        if not isinstance(name, str) or not isinstance(expression, str):
            raise BadInput(
                "a derived metric has no name or no expression",
                hint="write {name: NAME, value: EXPRESSION}; functions in JavaScript are not run here",
                code="promptfoo.derived",
                where=where,
            )
        found.append((name, expression))
    return found
