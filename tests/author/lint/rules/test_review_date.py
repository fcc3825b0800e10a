"""Rule ``review-date``: a review has a date."""

import pytest


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("review_by: 2027-01-14", "user:\nHello.", id="past"),
        pytest.param("risk: high", "user:\nHello.", id="high-and-none"),
        pytest.param("risk: critical", "user:\nHello.", id="critical-and-none"),
    ],
)
def test_a_hit(lint, front, body):
    (found,) = lint("review-date", front, body)

    assert found.rule == "review-date"
    assert found.level == "warning"
    assert "review" in found.what


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("review_by: 2027-01-15", "user:\nHello.", id="today"),
        pytest.param("risk: high\nreview_by: 2027-01-16", "user:\nHello.", id="later"),
        pytest.param("risk: medium", "user:\nHello.", id="low-and-none"),
    ],
)
def test_a_near_miss(lint, front, body):
    assert lint("review-date", front, body) == []


def test_a_day_that_no_calendar_has_is_an_error(lint):
    (found,) = lint("review-date", "review_by: 2027-02-30")

    assert found.level == "error"
    assert "no day 2027-02-30" in found.what
