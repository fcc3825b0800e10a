import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import ConnectionFailed, MalformedReply, ProviderFailed, ProviderRejected, RateLimited
from assay.models.retry import HUNG_UP, NO_RETRY, RetryPolicy, wished_pause_s

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def failed(retry_after_s=None):
    return ProviderFailed("it failed", code="x", retry_after_s=retry_after_s)


def pause(policy, error, attempt=1, elapsed_s=0.0, drawn=1.0):
    return policy.pause_s(error, attempt=attempt, elapsed_s=elapsed_s, random=lambda: drawn)


def test_pauses_double_up_to_the_longest():
    policy = RetryPolicy(max_attempts=99, first_pause_s=0.5, max_pause_s=5.0)

    assert [pause(policy, failed(), attempt=n) for n in range(1, 7)] == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0]


def test_jitter_is_full():
    assert pause(RetryPolicy(), failed(), attempt=3, drawn=0.0) == 0.0
    assert pause(RetryPolicy(), failed(), attempt=3, drawn=0.25) == 0.5


def test_attempts_end():
    assert pause(RetryPolicy(max_attempts=3), failed(), attempt=2) is not None
    assert pause(RetryPolicy(max_attempts=3), failed(), attempt=3) is None
    assert pause(NO_RETRY, failed()) is None


def test_a_connection_that_was_closed_without_an_answer_is_made_anew_at_once():
    hung_up = ConnectionFailed("it hung up", code=HUNG_UP)

    assert pause(RetryPolicy(), hung_up, attempt=1) == 0.0
    assert pause(RetryPolicy(), hung_up, attempt=2) == 1.0
    assert pause(NO_RETRY, hung_up, attempt=1) is None


def test_what_is_refused_for_good_is_not_tried_again():
    assert pause(RetryPolicy(), ProviderRejected("no", code="x")) is None
    assert pause(RetryPolicy(), MalformedReply("?", code="x")) is not None


def test_the_pause_that_the_server_asks_for_is_kept_and_spread_by_no_more_than_a_quarter():
    assert pause(RetryPolicy(), failed(8.0), drawn=0.0) == 8.0
    assert pause(RetryPolicy(), failed(8.0), drawn=1.0) == 8.5
    assert pause(RetryPolicy(), failed(0.02), drawn=1.0) == 0.025


def test_a_pause_of_zero_asked_for_is_a_pause_of_our_own():
    assert pause(RetryPolicy(), failed(0.0), drawn=1.0) == 0.5


def test_a_longer_pause_than_the_limit_ends_the_call_at_once():
    assert pause(RetryPolicy(max_retry_after_s=60), failed(60.0), drawn=0.0) == 60.0
    assert pause(RetryPolicy(max_retry_after_s=60), failed(60.1)) is None


def test_no_attempt_begins_after_the_time_to_give_up():
    policy = RetryPolicy(give_up_after_s=10)

    assert pause(policy, failed(4.0), elapsed_s=6.0, drawn=0.0) == 4.0
    assert pause(policy, failed(4.0), elapsed_s=6.1, drawn=0.0) is None


def test_a_refusal_is_waited_for_however_often_it_comes():
    policy = RetryPolicy(max_attempts=1, give_up_after_s=600)
    refused = RateLimited("wait", code="x", retry_after_s=90.0)

    pauses = [policy.refusal_pause_s(refused, refusals=n, stalled_s=0, random=lambda: 0.0) for n in (1, 5, 500)]
    assert pauses == [90.0, 90.0, 90.0]


def test_a_refusal_is_given_up_when_nothing_has_got_through_for_long():
    policy = RetryPolicy(give_up_after_s=100)
    refused = RateLimited("wait", code="x", retry_after_s=10.0)

    assert policy.refusal_pause_s(refused, refusals=1, stalled_s=90.0, random=lambda: 0.0) == 10.0
    assert policy.refusal_pause_s(refused, refusals=1, stalled_s=90.1, random=lambda: 0.0) is None
    assert NO_RETRY.refusal_pause_s(refused, refusals=1, stalled_s=0.0, random=lambda: 0.0) is None


@given(
    attempt=st.integers(1, 200),
    wish_s=st.none() | st.floats(0, 1e6),
    elapsed_s=st.floats(0, 1e6),
    drawn=st.floats(0, 1, exclude_max=True),
)
def test_a_pause_is_never_shorter_than_asked_nor_longer_than_it_may_be(attempt, wish_s, elapsed_s, drawn):
    policy = RetryPolicy(max_attempts=1000)
    found = pause(policy, RateLimited("wait", code="x", retry_after_s=wish_s), attempt, elapsed_s, drawn)

    if found is not None:
        assert found >= (wish_s or 0)
        assert found <= max(policy.max_pause_s, policy.max_retry_after_s * 1.25)
        assert elapsed_s + found <= policy.give_up_after_s


def test_a_seeded_generator_makes_the_same_pauses_again():
    first, second = random.Random(7).random, random.Random(7).random
    policy = RetryPolicy()

    assert [policy.pause_s(failed(), attempt=n, elapsed_s=0, random=first) for n in (1, 2, 3)] == [
        policy.pause_s(failed(), attempt=n, elapsed_s=0, random=second) for n in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({}, None, id="nothing"),
        pytest.param({"retry-after": "3"}, 3.0, id="seconds"),
        pytest.param({"retry-after": "0.5"}, 0.5, id="part-of-a-second"),
        pytest.param({"retry-after-ms": "250", "retry-after": "1"}, 0.25, id="milliseconds-first"),
        pytest.param({"retry-after": "Sun, 22 Nov 2026 12:00:30 GMT"}, 30.0, id="date"),
        pytest.param({"retry-after": "Sun, 22 Nov 2026 11:00:00 GMT"}, 0.0, id="date-gone-by"),
        pytest.param({"retry-after": "Sun, 22 Nov 2026 13:00:30 +0100"}, 1830.0 - 1800.0, id="date-with-a-zone"),
        pytest.param({"retry-after": "soon"}, None, id="no-time-at-all"),
        pytest.param({"retry-after": "-1"}, None, id="negative"),
        pytest.param({"retry-after": "nan"}, None, id="nan"),
        pytest.param(
            {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s"}, 360.0, id="no-requests-left"
        ),
        pytest.param(
            {
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "12ms",
                "x-ratelimit-remaining-tokens": "0",
                "x-ratelimit-reset-tokens": "1.5s",
            },
            1.5,
            id="the-later-reset-counts",
        ),
        pytest.param(
            {"x-ratelimit-remaining-tokens": "17", "x-ratelimit-reset-tokens": "6m0s"}, None, id="tokens-are-left"
        ),
        pytest.param({"x-ratelimit-remaining-tokens": "0"}, None, id="no-reset-told"),
    ],
)
def test_headers_ask_for_a_pause(headers, seconds):
    assert wished_pause_s(headers, now_utc=NOW) == seconds


@given(st.text(max_size=30))
def test_no_header_makes_reading_fail(text):
    headers = {
        "retry-after": text,
        "retry-after-ms": text,
        "x-ratelimit-remaining-tokens": "0",
        "x-ratelimit-reset-tokens": text,
    }
    found = wished_pause_s(headers, now_utc=NOW)

    assert found is None or found >= 0
