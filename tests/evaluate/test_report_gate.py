"""The gate's figures in the report: where things lie, what is said beside them, and what is left out."""

import pytest

from assay.evaluate.gating.spread import assumed
from assay.evaluate.report_gate import gate_view
from assay.evaluate.summary import Comparison, GatePart, Look, Policy, Rate, Summary, VariantSummary

NOTHING = Rate(value=0, low=0, high=1, of=0)


def variant(name: str, passed: int, n: int = 100) -> VariantSummary:
    return VariantSummary(
        name=name, prompt="p", version=None, digest="d", model="m", n=n, passed=passed, failed=n - passed, errors=0,
        pass_rate=passed / n, low=0, high=1, level=0.95, method="wilson", mean_score=None, valid_first=NOTHING,
        valid=NOTHING, input_tokens=None, output_tokens=None, cached_tokens=None, cost_usd=None, latency_p50_ms=None,
        latency_p95_ms=None, graders=[], slices=[], error_codes={},
    )  # fmt: skip


def run(*parts: GatePart, repeats: int = 1, **more: object) -> Summary:
    compared = Comparison(
        candidate="new", baseline="old", n=100, clusters=100, diff=0.02, low=-0.03, high=0.07, level=0.9,
        method="tango", p_value=None, gained=5, lost=3, flips=[], smallest_visible=0.05, margin=0.05,
    )  # fmt: skip
    return Summary(
        format=1, run="r", suite="s", description="", started_utc="", finished_utc="", duration_s=0, decision="pass",
        sentence="", gate=list(parts), variants=[variant("old", 80), variant("new", 82)], comparison=compared,
        datasets={}, cases=100, repeats=repeats, calls_made=0, calls_reused=0, assay="0", **more,
    )  # fmt: skip


COMPARE = GatePart(
    rule="compare", decision="pass", sentence="said", metric="pass", method="tango", value=0.02, low=-0.03, high=0.07,
    level=0.9, n=100, clusters=100, bound=-0.05, visible=0.06,
)  # fmt: skip


def part_of(rule: str, decision: str = "pass", **figures: object) -> GatePart:
    return GatePart(rule=rule, decision=decision, sentence="s", **figures)


def at(text: str) -> float:
    return float(text.removesuffix("%"))


def test_interval_bound_and_zero_lie_in_order_on_one_axis():
    (plot,) = gate_view(run(COMPARE)).parts

    assert at(plot.bound) < at(plot.bar.low) < at(plot.zero) < at(plot.bar.value) < at(plot.bar.high)
    assert plot.beyond == ("0%", plot.bound)
    assert "A loss of 5.0\u00a0points (the dashed mark) is ruled out" in plot.reading
    assert "100\u00a0cases; can see a difference of 6\u00a0points or more" in plot.facts
    assert plot.title == "Pass rate: new less old"


def test_a_limit_is_broken_to_the_right_and_a_least_rate_to_the_left():
    never = part_of(rule="never", metric="grader:leak", value=0.0, low=0.0, high=0.02, bound=0.05)
    least = part_of(rule="at_least new", metric="pass", value=0.8, low=0.75, high=0.85, bound=0.7, variant="new")
    limit, rate = gate_view(run(never, least)).parts

    assert limit.beyond[0] == limit.bound
    assert rate.beyond[0] == "0%"
    assert limit.zero is None
    assert rate.title == "Pass rate of new"


def test_a_ratio_is_held_against_the_same():
    part = part_of(
        rule="metric ratio", decision="fail", metric="cost_usd", value=1.3, low=1.2, high=1.4, bound=1.1, unit="ratio"
    )
    (plot,) = gate_view(run(part)).parts

    assert plot.value == "1.3\u00a0×"
    assert at(plot.zero) < at(plot.bound) < at(plot.bar.low)


def test_the_four_kinds_of_cases_add_up():
    paired = gate_view(run(COMPARE)).paired

    assert [piece.count for piece in paired.pieces] == ["77", "3", "5", "15"]
    assert sum(at(piece.width) for piece in paired.pieces) == pytest.approx(100)
    assert "8 of 100\u00a0cases came out otherwise" in paired.sentence


def test_with_repeats_a_case_may_be_of_several_kinds_so_there_is_no_strip():
    assert gate_view(run(COMPARE, repeats=3)).paired is None


def test_a_slice_that_is_too_small_is_never_green():
    part = part_of(
        rule="slices",
        decision="inconclusive",
        metric="pass",
        slice="topic=bug",
        value=0.1,
        low=-0.2,
        high=0.4,
        n=9,
        bound=-0.1,
        remark="not-powered",
    )
    (plot,) = gate_view(run(part)).slices

    assert (plot.word, plot.colour, plot.powered) == ("Not powered", "unpowered", False)


def test_the_planning_table_scales_what_this_run_saw():
    table = gate_view(run(COMPARE)).planning

    assert [(row.cases, row.is_now) for row in table.rows] == [
        ("50", False), ("100", True), ("200", False), ("248", False), ("400", False)
    ]  # fmt: skip
    assert table.rows[3].visible == "5\u00a0points"
    assert "takes about 248 cases, 148 more" in table.sentence
    assert assumed("pass", (5 + 3 + 1) / 102).needed(1, 0.05, alpha=0.05) == 248  # as assay plan has it


def test_a_further_look_and_the_risk_are_told():
    view = gate_view(
        run(
            COMPARE,
            look=Look(number=2, plan="pocock", stage=2, stages=3, alpha=0.02),
            policy=Policy(risk="high", inconclusive="block", alpha=0.05, max_missing=0.01, missing={}),
        )
    )

    assert "look number 2" in view.notes[0]
    assert "look 2 of 3 by the plan pocock" in view.notes[0]
    assert "blocks the change" in view.notes[1]


def test_an_old_run_without_figures_has_no_plots():
    view = gate_view(run(GatePart(rule="compare", decision="pass", sentence="said")))

    assert (view.parts, view.slices, view.planning) == ([], [], None)
