import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.errors import ProviderRejected
from assay.models.limit.account import LONGEST_HEEDED_S, Account, Caps, Size
from assay.models.limit.quota import Allowance, Told
from assay.models.limit.window import START

SMALL = Size(input=10.0, most_output=10)


def begun(account, count=1, now_s=0.0):
    return [account.begin("m", SMALL, now_s) for _ in range(count)]


def answer(account, permit, now_s=0.0, output_tokens=10):
    account.succeed(permit, input_tokens=10, output_tokens=output_tokens, now_s=now_s)


def wait_s(account, now_s=0.0, model="m"):
    return account.wait_s(model, SMALL, now_s)


def test_the_window_is_full_until_a_call_ends():
    account = Account("a")
    permits = begun(account, START)

    assert wait_s(account) == math.inf
    account.end(permits[0], now_s=0.0)
    assert wait_s(account) == 0


def test_the_configured_concurrency_is_the_ceiling():
    account = Account("a", caps=Caps(concurrency=40))
    for _ in range(10):
        for permit in begun(account, account.free):
            answer(account, permit)

    assert account.window == 40


def test_one_refusal_alone_concerns_its_call():
    account = Account("a")
    first, _ = begun(account, 2)
    account.refuse(first, wish_s=5.0, now_s=1.0)

    assert wait_s(account, 1.0) == 0


def test_refusals_in_succession_are_the_accounts_and_nobody_begins_before_the_pause_is_over():
    account = Account("a")
    first, second = begun(account, 2)
    account.refuse(first, wish_s=5.0, now_s=1.0)
    account.refuse(second, wish_s=5.0, now_s=2.0)

    assert wait_s(account, 3.0) == 4.0
    assert wait_s(account, 7.0) == 0


def test_without_a_wish_the_pause_doubles_with_each_that_follows():
    account, now_s, pauses = Account("a"), 0.0, []
    for _ in range(9):
        for permit in begun(account, 2, now_s):
            account.refuse(permit, wish_s=None, now_s=now_s)
        pauses.append(wait_s(account, now_s))
        now_s += pauses[-1]

    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_a_whole_round_that_is_refused_is_one_reason_to_pause_and_not_thirty():
    account = Account("a")
    for permit in begun(account, START):
        account.refuse(permit, wish_s=None, now_s=1.0)

    assert wait_s(account, 1.0) == 0.5
    assert account.window == START // 2


def test_a_success_ends_the_succession():
    account = Account("a")
    for permit in begun(account, 20):
        account.refuse(permit, wish_s=9.0, now_s=0.0)
        answer(account, account.begin("m", SMALL, 0.0))

    assert wait_s(account, 0.0) == 0


def test_a_pause_of_hours_is_not_kept_for_the_account():
    account = Account("a")
    for permit in begun(account, 2):
        account.refuse(permit, wish_s=LONGEST_HEEDED_S + 1, now_s=0.0)

    assert wait_s(account) == 0


def test_time_outs_take_from_the_window_and_pause_nothing():
    account = Account("a")
    for permit in begun(account, START):
        account.slow_down(permit, now_s=0.0)

    assert (account.window, wait_s(account)) == (START // 2, 0)


def test_what_successful_answers_tell_is_heeded_for_the_model_that_told_it():
    account = Account("a")
    (permit,) = begun(account)
    permit.told = Told(Allowance(0, 20, None), None)
    answer(account, permit, now_s=5.0)

    assert wait_s(account, 5.0) == 20
    assert wait_s(account, 5.0, "another") == 0
    assert wait_s(account, 25.0) == 0


def test_tokens_are_estimated_by_what_replies_had_so_far_and_put_right_afterwards():
    account = Account("a", caps=Caps(tokens_per_minute=6_000))
    size = Size(input=100.0, most_output=None)
    guessed = account.tokens_of(size)
    for n in range(60):
        answer(account, account.begin("m", size, n * 60.0), now_s=n * 60.0, output_tokens=20)

    assert guessed == 356
    assert 120 <= account.tokens_of(size) < 122
    assert account.tokens_of(Size(input=100.0, most_output=5)) == 105


def test_an_account_that_is_left_out_lets_nobody_in():
    account = Account("a")
    account.leave_out(ProviderRejected("no", code="model.rejected"))

    assert wait_s(account) == math.inf


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["begin", "begin", "begin", "succeed", "refuse", "slow_down", "end"]),
        st.floats(0, 3),
        st.none() | st.floats(0, 20),
    ),
    max_size=200,
)


class Watched:
    """An account, and beside it what must hold, kept in the plainest way."""

    def __init__(self, caps):
        self.account, self.caps = Account("a", caps=caps), caps
        self.permits, self.times, self.cool_until_s, self.refused = [], [], 0.0, 0

    def play(self, kind, now_s, wish_s):
        if kind == "begin":
            self.begin(now_s)
        elif self.permits:
            getattr(self, kind)(self.permits.pop(0), now_s, wish_s)

    def begin(self, now_s):
        if wait_s(self.account, now_s) == 0:
            self.permits += begun(self.account, 1, now_s)
            self.times.append(now_s)
            assert self.account.under_way <= self.account.window
            assert now_s >= self.cool_until_s

    def succeed(self, permit, now_s, _):
        self.refused = 0
        answer(self.account, permit, now_s)

    def refuse(self, permit, now_s, wish_s):
        self.refused += 1
        self.account.refuse(permit, wish_s=wish_s, now_s=now_s)
        if self.refused > 1 and wish_s:
            self.cool_until_s = max(self.cool_until_s, now_s + wish_s - 1e-9)

    def slow_down(self, permit, now_s, _):
        self.account.slow_down(permit, now_s=now_s)

    def end(self, permit, now_s, _):
        self.account.end(permit, now_s=now_s)


@settings(max_examples=60)
@given(events=EVENTS, requests=st.none() | st.integers(1, 100), ceiling=st.none() | st.integers(1, 50))
def test_whatever_happens_no_call_begins_that_may_not(events, requests, ceiling):
    watched, now_s = Watched(Caps(requests_per_minute=requests, concurrency=ceiling)), 0.0
    for kind, later_s, wish_s in events:
        now_s += later_s
        watched.play(kind, now_s, wish_s)
        assert watched.account.under_way == len(watched.permits)
        assert 1 <= watched.account.window <= (ceiling or 10_000)

    times = watched.times
    if requests is not None:
        assert all(later >= at_s + 60 - 1e-6 for at_s, later in zip(times, times[requests:], strict=False))


@pytest.mark.parametrize("steps", [1, 5])
def test_waiting_as_long_as_told_is_long_enough(steps):
    account, now_s = Account("a", caps=Caps(requests_per_minute=30)), 0.0
    for _ in range(steps):
        now_s += wait_s(account, now_s)
        assert wait_s(account, now_s) == 0
        answer(account, *begun(account, 1, now_s), now_s=now_s)
