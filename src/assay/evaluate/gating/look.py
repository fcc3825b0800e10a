"""The ledger of looks: which attempt at the same pair of versions a decision is, and what it may spend.

Each look at the same candidate and baseline with other data is another chance to pass by luck. So every look is
written down, in the project's folder, under the pair and the suite's instrument (its graders and judge; not its
cases). The same draw of samples looked at again is the same look. A further look counts only where the suite's plan has
room for it, or a named person approved it. The rules are docs/explanation/gates.md; how alpha is spent is
``spending.py``.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from assay.evaluate.gate_spec import GateSpec
from assay.evaluate.gating.spending import alpha_at
from assay.evaluate.summary import Look
from assay.storage.sqlite import open_database, storage_failed

LOOKS = "looks.db"

_MIGRATIONS = (
    """CREATE TABLE looks (
        pair TEXT NOT NULL, draw TEXT NOT NULL, number INTEGER NOT NULL, run TEXT NOT NULL, look BLOB NOT NULL,
        PRIMARY KEY (pair, draw)
    ) WITHOUT ROWID""",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A look that is about to be taken.

    Attributes:
        pair: The digest of candidate, baseline and instrument.
        draw: The digest of which samples were drawn.
        cases: How many cases there are.
        run: The run's name.
        approved: ``NAME: reason`` of whoever approved a look beyond the plan.
    """

    pair: str
    draw: str
    cases: int
    run: str
    approved: str | None = None


class LookLedger:
    """The looks of a project, in a file that each call opens and closes."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def take(self, spec: GateSpec, attempt: Attempt) -> Look:
        """Write the look down, and say what it may spend; the same data is the same look.

        Raises:
            StorageFailed: The ledger cannot be used.
        """
        connection = open_database(self._file, _MIGRATIONS)
        try:
            connection.execute("BEGIN IMMEDIATE")
            look = self._take(connection, spec, attempt)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise storage_failed(self._file, error) from None
        finally:
            connection.close()
        return look

    def _take(self, connection: sqlite3.Connection, spec: GateSpec, attempt: Attempt) -> Look:
        rows = connection.execute(
            "SELECT draw, look FROM looks WHERE pair = ? ORDER BY number", (attempt.pair,)
        ).fetchall()
        known = {draw: msgspec.json.decode(look, type=Look) for draw, look in rows}
        mine = known.pop(attempt.draw, None)
        earlier = [look for look in known.values() if mine is None or look.number < mine.number]
        number = mine.number if mine is not None else len(rows) + 1
        approved = attempt.approved or (mine.approved if mine is not None else None)
        look = place(spec, earlier, number=number, cases=attempt.cases, approved=approved)
        if look.stage or mine is not None:  # before the first planned size nothing is decided, so it is no look
            connection.execute(
                "INSERT OR REPLACE INTO looks VALUES (?, ?, ?, ?, ?)",
                (attempt.pair, attempt.draw, number, attempt.run, msgspec.json.encode(look)),
            )
        return look


def place(spec: GateSpec, earlier: Sequence[Look], *, number: int, cases: int, approved: str | None) -> Look:
    """Where a look stands in the suite's plan, and what it may spend.

    Args:
        spec: The gate.
        earlier: The looks before it, with other data.
        number: Its number.
        cases: How many cases there are now.
        approved: Who approved a look beyond the plan, and why.
    """
    rule = spec.looks
    if rule is None or rule.plan == "every-run":
        planned = rule is not None or number == 1
        return Look(
            number=number,
            plan="one" if rule is None else rule.plan,
            cases=cases,
            alpha=spec.alpha,
            planned=planned,
            approved=None if planned else approved,
        )
    stage = sum(cases >= size for size in rule.at)
    planned = stage > 0 and all(look.stage < stage for look in earlier)
    return Look(
        number=number,
        plan=rule.plan,
        stage=stage,
        stages=len(rule.at),
        cases=cases,
        alpha=alpha_at(rule, max(stage, 1), alpha=spec.alpha),
        planned=planned,
        approved=None if planned else approved,
    )
