"""The system's clock."""

from datetime import UTC, datetime

from assay.core.clock import SystemClock


def test_the_wall_clock_knows_its_zone():
    before = datetime.now(UTC)
    now = SystemClock().now_utc()

    assert now.tzinfo is UTC
    assert before <= now <= datetime.now(UTC)


def test_the_monotonic_clock_never_goes_back():
    clock = SystemClock()
    times = [clock.monotonic_s() for _ in range(1000)]

    assert times == sorted(times)
