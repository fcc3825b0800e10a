from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.models.limit.quota import Allowance, Quota, Told, read_limits

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def read(headers):
    return read_limits(headers, now_utc=lambda: NOW)


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        pytest.param({"content-type": "application/json"}, None, id="nothing"),
        pytest.param(
            {
                "x-ratelimit-limit-requests": "60",
                "x-ratelimit-remaining-requests": "59",
                "x-ratelimit-reset-requests": "1s",
                "x-ratelimit-limit-tokens": "150000",
                "x-ratelimit-remaining-tokens": "149984",
                "x-ratelimit-reset-tokens": "6m0s",
            },
            Told(Allowance(59, 1, 60), Allowance(149_984, 360, 150_000)),
            id="openai",
        ),
        pytest.param(
            {
                "x-ratelimit-remaining-requests": "3",
                "x-ratelimit-renewalperiod-requests": "10",
                "x-ratelimit-limit-requests": "100",
                "x-ratelimit-remaining-tokens": "9000",
            },
            Told(Allowance(3, 10, 100), Allowance(9_000, None, None)),
            id="azure",
        ),
        pytest.param(
            {
                "anthropic-ratelimit-requests-limit": "50",
                "anthropic-ratelimit-requests-remaining": "49",
                "anthropic-ratelimit-requests-reset": "2026-11-22T12:00:02Z",
                "anthropic-ratelimit-input-tokens-limit": "40000",
                "anthropic-ratelimit-input-tokens-remaining": "30000",
                "anthropic-ratelimit-input-tokens-reset": "2026-11-22T12:00:15Z",
                "anthropic-ratelimit-output-tokens-limit": "8000",
                "anthropic-ratelimit-output-tokens-remaining": "100",
                "anthropic-ratelimit-output-tokens-reset": "2026-11-22T12:01:00Z",
            },
            Told(Allowance(49, 2, 50), Allowance(100, 60, 8_000)),
            id="anthropic-the-tightest-counts",
        ),
        pytest.param(
            {
                "x-ratelimit-limit": "20",
                "x-ratelimit-remaining": "0",
                "x-ratelimit-reset": str(int(NOW.timestamp() * 1000) + 4_000),
            },
            Told(Allowance(0, 4, 20), None),
            id="openrouter",
        ),
        pytest.param(
            {"ratelimit-remaining": "5", "ratelimit-reset": "30"}, Told(Allowance(5, 30, None), None), id="draft"
        ),
        pytest.param({"x-ratelimit-remaining-requests": "many"}, None, id="no-number"),
    ],
)
def test_each_spelling_is_read(headers, told):
    assert read(headers) == told


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_nothing_that_a_server_sends_makes_reading_fail(remaining, reset, limit):
    read({"x-ratelimit-remaining": remaining, "x-ratelimit-reset": reset, "x-ratelimit-limit": limit})


def learnt(remaining, reset_s, limit=None, *, begun_since=0.0):
    quota = Quota()
    told = Allowance(remaining, reset_s, limit)
    quota.learn(told, serial=1, begun_since=begun_since, now_s=100.0)
    return quota


def test_what_is_not_told_of_holds_nobody_back():
    assert Quota().wait_s(1, 0.0) == 0
    assert learnt(0, None).wait_s(1, 100.0) == 0


def test_no_more_begin_than_are_left():
    quota = learnt(2, 30)
    waits_s = []
    for _ in range(3):
        waits_s.append(quota.wait_s(1, 100.0))
        quota.take(1)

    assert waits_s == [0, 0, 30]
    assert quota.wait_s(1, 130.0) == 0


def test_a_limit_that_renews_itself_steadily_is_waited_for_no_longer_than_needed():
    quota = learnt(0, 60, 60)

    assert quota.wait_s(1, 100.0) == pytest.approx(1)
    assert quota.wait_s(5, 103.0) == pytest.approx(2)
    assert quota.wait_s(500, 103.0) == pytest.approx(57)


def test_calls_that_began_after_the_one_that_was_answered_are_not_in_what_is_left():
    assert learnt(5, 30, begun_since=5).wait_s(1, 100.0) == 30


def test_what_an_earlier_call_was_told_later_is_passed_over():
    quota = Quota()
    quota.learn(Allowance(0, 30, None), serial=7, begun_since=0, now_s=100.0)
    quota.learn(Allowance(50, 30, None), serial=3, begun_since=4, now_s=101.0)

    assert quota.wait_s(1, 101.0) == 29


def test_the_limit_of_a_day_is_not_waited_for():
    assert learnt(0, 86_000).wait_s(1, 100.0) == 0
