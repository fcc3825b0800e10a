"""What a budget lets through, and what it says when it does not."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import BadInput
from assay.evaluate.budget import Budget, Estimate, check_price
from assay.evaluate.types import BudgetSpec
from assay.models.target import parse_target
from assay.models.types import Usage

MINI = parse_target("openai/gpt-4o-mini")
OWN = parse_target("openai-compatible/m", base_url="http://127.0.0.1:1/v1")


def call(tokens=10, cost_usd="0"):
    return Estimate(0, tokens, Decimal(cost_usd))


def spent(budget, estimate, input_tokens, output_tokens, cost_usd=None):
    budget.begin(estimate)
    budget.end(estimate)
    budget.spend(OWN, estimate, Usage(input=input_tokens, output=output_tokens), cost_usd)


def test_calls_at_once_do_not_overspend_together():
    budget = Budget(BudgetSpec(tokens=25))
    budget.begin(call(10))
    budget.begin(call(10))

    assert not budget.fits(call(10))
    budget.end(call(10))
    assert budget.fits(call(10))


def test_what_was_used_takes_the_place_of_what_was_set_aside():
    budget = Budget(BudgetSpec(tokens=100))
    spent(budget, call(60), 10, 5)

    assert (budget.tokens, budget.under_way) == (15, 0)
    assert budget.fits(call(85))
    assert not budget.fits(call(86))


def test_where_the_usage_is_unknown_the_estimate_counts():
    budget = Budget(BudgetSpec(tokens=100, cost_usd=Decimal(1)))
    spent(budget, call(60, "0.4"), None, None)

    assert (budget.tokens, budget.cost_usd) == (60, Decimal("0.4"))


def test_the_estimate_follows_what_replies_had():
    budget = Budget(BudgetSpec(tokens=10_000))
    before = budget.estimate(OWN, input_tokens=100, most_output=None)
    for _ in range(30):
        spent(budget, before, 150, 20)
    after = budget.estimate(OWN, input_tokens=100, most_output=None)

    assert (before.tokens, after.tokens) == (356, 170)
    assert budget.estimate(OWN, input_tokens=100, most_output=5).tokens == 155


def test_money_is_estimated_by_the_price_list():
    budget = Budget(BudgetSpec(cost_usd=Decimal(1)))

    assert budget.estimate(MINI, input_tokens=1_000_000, most_output=0).cost_usd == Decimal("0.15")


def test_the_sentences_say_the_limit_and_what_was_used():
    tokens, money, time = (
        Budget(BudgetSpec(tokens=9)),
        Budget(BudgetSpec(cost_usd=Decimal("2.5"))),
        Budget(BudgetSpec(time_s=90)),
    )
    spent(tokens, call(8), 4, 4)
    spent(money, call(1, "2.49"), 1, 1, Decimal("2.49"))

    said = [found.replace("\u00a0", " ") for found in (tokens.why(call(8)), money.why(call(1, "0.1")), time.why_time())]
    assert said == [
        "the budget of 9 tokens has no room for another call (8 tokens were used)",
        "the budget of $2.50 has no room for another call ($2.49 were used)",
        "the time of 1 min 30 s is over",
    ]


def test_what_is_left_is_for_the_next_run():
    budget = Budget(BudgetSpec(tokens=100, cost_usd=Decimal(3), time_s=60), began_s=1_000)
    spent(budget, call(10), 20, 5, Decimal("0.5"))

    assert budget.left(now_s=1_045) == BudgetSpec(tokens=75, cost_usd=Decimal("2.5"), time_s=15)


def test_a_price_that_is_not_known_is_refused():
    check_price(MINI)
    check_price(parse_target("embedded"))
    with pytest.raises(
        BadInput, match=r"the price of openai-compatible/m is unknown: no price list knows 127\.0\.0\.1:1"
    ):
        check_price(OWN)


@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(0, 50), st.integers(0, 50)), max_size=60), st.integers(0, 500)
)
def test_where_estimates_are_not_too_low_the_limit_is_never_passed(calls, limit):
    budget, under_way = Budget(BudgetSpec(tokens=limit)), []
    for estimate, sent, written in calls:
        if budget.fits(call(estimate)):
            budget.begin(call(estimate))
            under_way.append((estimate, min(sent, estimate), min(written, max(0, estimate - sent))))
        elif under_way:
            first, used_in, used_out = under_way.pop(0)
            budget.end(call(first))
            budget.spend(OWN, call(first), Usage(input=used_in, output=used_out), None)
    for first, used_in, used_out in under_way:
        budget.end(call(first))
        budget.spend(OWN, call(first), Usage(input=used_in, output=used_out), None)

    assert budget.tokens <= limit
    assert budget.under_way == 0
