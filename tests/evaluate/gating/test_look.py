"""The ledger of looks: what is the same look, what a further one may spend, and that no order gets around it."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.evaluate.gate_spec import GateSpec, LookRule
from assay.evaluate.gating.look import Attempt, LookLedger
from assay.stats.distribution import normal_quantile
from assay.stats.look import crossing_chance, look_alphas


def attempt(draw: str, *, cases: int = 50, pair: str = "p", approved: str | None = None) -> Attempt:
    return Attempt(pair=pair, draw=draw, cases=cases, run="r", approved=approved)


def test_the_same_draw_is_the_same_look_and_another_one_is_not(tmp_path):
    ledger, spec = LookLedger(tmp_path / "looks.db"), GateSpec()
    first, again = ledger.take(spec, attempt("a")), ledger.take(spec, attempt("a"))
    second = ledger.take(spec, attempt("b"))
    other = ledger.take(spec, attempt("b", pair="q"))

    assert first == again
    assert (first.number, first.counts) == (1, True)
    assert (second.number, second.counts) == (2, False)
    assert (other.number, other.counts) == (1, True)


def test_an_approval_makes_a_further_look_count_and_is_kept(tmp_path):
    ledger, spec = LookLedger(tmp_path / "looks.db"), GateSpec()
    ledger.take(spec, attempt("a"))
    approved = ledger.take(spec, attempt("b", approved="Ada: the judge was wrong"))
    later = ledger.take(spec, attempt("b"))

    assert approved.counts
    assert later == approved
    assert ledger.take(spec, attempt("a", approved="Ada: needs none")).approved is None


def test_a_suite_that_judges_every_run_by_itself_says_so(tmp_path):
    ledger, spec = LookLedger(tmp_path / "looks.db"), GateSpec(looks=LookRule(plan="every-run"))
    looks = [ledger.take(spec, attempt(str(n))) for n in range(3)]

    assert [(look.number, look.plan, look.counts, look.alpha) for look in looks] == [
        (n, "every-run", True, 0.05) for n in (1, 2, 3)
    ]


def test_a_plan_has_room_for_each_of_its_looks_once(tmp_path):
    rule = LookRule(plan="obrien-fleming", at=(100, 200, 400))
    ledger, spec = LookLedger(tmp_path / "looks.db"), GateSpec(looks=rule)
    early = ledger.take(spec, attempt("few", cases=60))
    first = ledger.take(spec, attempt("100", cases=100))
    twice = ledger.take(spec, attempt("100 again", cases=120))
    last = ledger.take(spec, attempt("400", cases=450))
    beyond = ledger.take(spec, attempt("500", cases=500))

    assert (early.stage, early.counts) == (0, False)
    assert (first.number, first.stage, first.counts) == (1, 1, True)
    assert (twice.stage, twice.counts) == (1, False)
    assert (last.stage, last.counts) == (3, True)
    assert (beyond.stage, beyond.counts) == (3, False)
    assert first.alpha < 0.01 < last.alpha < 0.05


@pytest.mark.parametrize("plan", ["bonferroni", "pocock", "obrien-fleming"])
def test_all_looks_of_a_plan_together_spend_no_more_than_alpha(plan, tmp_path):
    rule = LookRule(plan=plan, at=(50, 100, 300))
    ledger, spec = LookLedger(tmp_path / "looks.db"), GateSpec(looks=rule, alpha=0.05)
    looks = [ledger.take(spec, attempt(str(size), cases=size)) for size in rule.at]
    fractions = [size / 300 for size in rule.at]

    assert [look.alpha for look in looks] == pytest.approx(look_alphas(plan, fractions, alpha=0.05))
    assert crossing_chance([normal_quantile(1 - look.alpha) for look in looks], fractions) <= 0.05 + 1e-6


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 500)), min_size=1, max_size=12))
@settings(deadline=None, max_examples=40)
def test_however_it_is_run_no_stage_of_a_plan_is_passed_by_two_draws(steps):
    rule = LookRule(plan="pocock", at=(100, 200))
    sizes: dict[str, int] = {}
    with TemporaryDirectory() as folder:
        ledger, counted = LookLedger(Path(folder) / "looks.db"), dict[int, set[str]]()
        for draw, cases in steps:
            size = sizes.setdefault(draw, cases)  # a draw has its cases
            look = ledger.take(GateSpec(looks=rule), attempt(draw, cases=size))
            if look.counts:
                counted.setdefault(look.stage, set()).add(draw)

        assert all(len(draws) == 1 for draws in counted.values())
        assert 0 not in counted
