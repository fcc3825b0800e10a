"""Progress for machines: lines with documented keys, seldom, and in a fixed order."""

import json
import re
from decimal import Decimal
from pathlib import Path

from assay.cli.progress_json import ProgressLines
from assay.evaluate.runner import Progress
from assay.testing.example_run import example_view

PAGE = Path(__file__).parents[2] / "docs/reference/progress-json.md"


class HandClock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at_s = 100.0

    def now_utc(self):
        raise NotImplementedError

    def monotonic_s(self) -> float:
        return self.at_s


def lines(capsys, *, steps, finish=True):
    clock = HandClock()
    with ProgressLines("desk.sort", 264, clock=clock) as view:
        for at_s, done in steps:
            clock.at_s = 100.0 + at_s
            view.update(Progress(done=done, made=done, tokens=10 * done, cost_usd=Decimal("0.5")))
        view.say("the key env:A is left out")
        if finish:
            view.finish(example_view().summary, ".assay/runs/x")
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_lines_come_in_order_and_at_most_once_a_second(capsys):
    found = lines(capsys, steps=[(n / 100, n) for n in range(264)])

    assert [line["event"] for line in found] == ["started", "progress", "progress", "notice", "finished"]
    assert found[1] == {
        "event": "progress",
        "suite": "desk.sort",
        "total": 264,
        "done": 100,
        "errors": 0,
        "calls_made": 100,
        "calls_reused": 0,
        "tokens": 1_000,
        "cost_usd": 0.5,
        "per_s": 100.0,
        "left_s": 1.64,
    }
    assert found[-1]["done"] == 263


def test_a_run_that_does_not_come_to_its_end_has_no_last_line(capsys):
    assert [line["event"] for line in lines(capsys, steps=[], finish=False)] == ["started", "notice"]


def test_the_page_names_every_key(capsys):
    page = PAGE.read_text(encoding="utf-8")
    keys = {key for line in lines(capsys, steps=[(5, 1)]) for key in line}

    assert {key for key in keys if not re.search(rf"`{key}`", page)} == set()
