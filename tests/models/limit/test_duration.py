from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.models.limit.duration import parse_duration_s, seconds_until

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("6m0s", 360),
        ("12ms", 0.012),
        ("1s", 1),
        ("1h2m3.5s", 3723.5),
        ("2m", 120),
        ("1d", 86400),
        ("20", 20),
        ("1m30s500ms", 90.5),
    ],
)
def test_durations_are_read(text, seconds):
    assert parse_duration_s(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "s", "1x", "-1s", "1s1m", "one", "1e9"])
def test_what_is_no_duration_is_none(text):
    assert parse_duration_s(text) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param("30", 30, id="seconds"),
        pytest.param("1m30s", 90, id="duration"),
        pytest.param("2026-11-22T12:00:45Z", 45, id="iso"),
        pytest.param("2026-11-22T11:59:00Z", 0, id="gone-by"),
        pytest.param("Sun, 22 Nov 2026 12:01:00 GMT", 60, id="mail-date"),
        pytest.param(str(int(NOW.timestamp()) + 7), 7, id="since-1970"),
        pytest.param(str(int(NOW.timestamp() * 1000) + 1500), 1.5, id="milliseconds-since-1970"),
        pytest.param("soon", None, id="nothing"),
    ],
)
def test_a_point_in_time_is_so_many_seconds_away(text, seconds):
    found = seconds_until(text, NOW)

    assert found == (None if seconds is None else pytest.approx(seconds))


@given(st.text(max_size=40))
def test_nothing_that_a_header_says_makes_reading_fail(text):
    found = seconds_until(text, NOW)

    assert found is None or found >= 0
