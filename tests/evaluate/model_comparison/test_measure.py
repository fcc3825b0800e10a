"""Which models are on the Pareto front: as the definition says, and never by a cost that nobody knows."""

import msgspec
import pytest

from assay.evaluate.model_comparison.measure import Model, measure
from assay.testing.example_run import example_view

ROW = example_view(1).rows[0]
CASES = 40


def front(fails: dict[str, int], costs: dict[str, str | None]) -> dict[str, Model]:
    """Models by name, each failing so many of the cases and costing so much for each."""
    rows = [
        msgspec.structs.replace(
            ROW,
            case=f"c-{n}",
            cluster=None,
            variant=name,
            status="failed" if n < failed else "passed",
            output="x",
            cost_usd=costs[name],
            latency_ms=10.0,
        )
        for n in range(CASES)
        for name, failed in fails.items()
    ]
    return {model.name: model for model in measure(rows, list(fails), reference="good")}


@pytest.mark.parametrize(
    ("good", "poor", "dominated_by"),
    [
        pytest.param("0.001", "0.001", "good", id="as-cheap"),
        pytest.param("0.002", "0.001", None, id="dearer"),
        pytest.param(None, "0.001", None, id="the-better-one-unknown"),
        pytest.param("0.001", None, None, id="the-worse-one-unknown"),
        pytest.param(None, None, None, id="both-unknown"),
    ],
)
def test_a_model_is_off_the_front_when_another_is_shown_to_pass_more_and_is_as_cheap(good, poor, dominated_by):
    found = front({"good": 0, "poor": 20}, {"good": good, "poor": poor})

    assert (found["poor"].on_front, found["poor"].dominated_by) == (dominated_by is None, dominated_by)
    assert found["good"].on_front


def test_a_model_that_cannot_be_told_apart_from_the_reference_is_on_the_front():
    found = front({"good": 0, "near": 3}, {"good": "0.001", "near": "0.001"})

    moved = found["near"].moved
    assert moved is not None
    assert moved.difference.high >= 0
    assert found["near"].on_front
