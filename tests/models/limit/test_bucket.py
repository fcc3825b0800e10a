import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.models.limit.bucket import Bucket


def starts(bucket, amounts, *, until_s, step_s=0.01):
    """The times at which the amounts go, each as soon as it may."""
    now_s, found = 100.0, []
    for amount in amounts:
        while (wait_s := bucket.wait_s(amount, now_s)) > 0:
            now_s += max(wait_s, step_s * 1e-6)
        if now_s - 100.0 > until_s:
            break
        bucket.take(amount, now_s)
        found.append((now_s, amount))
    return found


@given(per_minute=st.integers(1, 2_000), burst=st.floats(0, 50))
def test_no_minute_sees_more_than_the_cap(per_minute, burst):
    found = starts(Bucket(per_minute, burst=burst), [1.0] * (3 * per_minute), until_s=150)

    times = [at_s for at_s, _ in found]
    for place, at_s in enumerate(times):
        later = place + per_minute
        assert later >= len(times) or times[later] >= at_s + 60 - 1e-6


@given(amounts=st.lists(st.floats(1, 400), min_size=1, max_size=200), per_minute=st.integers(400, 5_000))
def test_tokens_of_a_minute_are_the_cap_and_at_most_one_call_more(amounts, per_minute):
    found = starts(Bucket(per_minute, burst=per_minute / 10), amounts, until_s=200)

    for place, (at_s, _) in enumerate(found):
        inside = [amount for t, amount in found[place:] if t < at_s + 60 - 1e-6]
        assert sum(inside) <= per_minute + max(inside) + 1


def test_nearly_all_of_the_cap_can_be_used():
    found = starts(Bucket(600, burst=1), [1.0] * 2_000, until_s=120)

    assert len(found) >= 1_200


def test_the_first_goes_at_once_even_when_it_is_larger_than_the_cap():
    bucket = Bucket(100, burst=10)

    assert bucket.wait_s(5_000, 0.0) == 0
    bucket.take(5_000, 0.0)
    assert bucket.wait_s(1, 0.0) > 60


def test_what_was_estimated_too_high_is_given_back():
    bucket = Bucket(6_000, burst=600)
    bucket.take(600, 0.0)
    waits_s = bucket.wait_s(300, 0.0)
    bucket.correct(-500)

    assert waits_s == pytest.approx(3.3, rel=0.02)
    assert bucket.wait_s(300, 0.0) == 0
    bucket.correct(900)
    assert bucket.wait_s(300, 0.0) > 5
