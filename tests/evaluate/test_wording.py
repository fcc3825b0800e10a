"""Figures as people read them."""

from decimal import Decimal

import pytest

from assay.evaluate import wording
from assay.testing.example_run import rate


def spaced(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param(wording.percent(0.6136), "61.4 %", id="percent"),
        pytest.param(wording.percent(1.0), "100.0 %", id="percent-keeps-its-decimal"),
        pytest.param(wording.level(0.9), "90 %", id="level"),
        pytest.param(wording.level(0.975), "97.5 %", id="level-with-a-decimal"),
        pytest.param(wording.interval(0.614, 0.529, 0.692), "61.4 % (52.9 to 69.2)", id="interval"),
        pytest.param(wording.points(0.208), "+20.8 points", id="gain"),
        pytest.param(wording.points(-0.03), "−3.0 points", id="loss"),
        pytest.param(wording.points(-0.0001), "0.0 points", id="no-signed-zero"),
        pytest.param(wording.rate(rate(0, 0)), "–", id="rate-out-of-nothing"),
        pytest.param(wording.count(None), "unknown", id="unknown-is-not-zero"),
        pytest.param(wording.count(12345), "12,345", id="count"),
        pytest.param(wording.plural(1, "case"), "1 case", id="one"),
        pytest.param(wording.plural(0, "case"), "0 cases", id="none"),
        pytest.param(wording.latency(None), "unknown", id="no-latency"),
        pytest.param(wording.latency(3.21), "3.2 ms", id="fast"),
        pytest.param(wording.latency(84.4), "84 ms", id="milliseconds"),
        pytest.param(wording.latency(999.7), "1.00 s", id="never-1000-ms"),
        pytest.param(wording.duration(59.7), "1 min 0 s", id="never-60-s"),
        pytest.param(wording.duration(9.97), "10 s", id="ten-seconds"),
        pytest.param(wording.duration(192), "3 min 12 s", id="minutes"),
        pytest.param(wording.duration(7512), "2 h 5 min", id="hours"),
        pytest.param(wording.cost("0"), "$0", id="free"),
        pytest.param(wording.cost("0.000"), "$0", id="free-in-any-form"),
        pytest.param(wording.cost("0.0123456"), "$0.0123", id="small"),
        pytest.param(wording.cost("0.00000123"), "$0.00000123", id="tiny-is-not-rounded-away"),
        pytest.param(wording.cost(Decimal("1234.5")), "$1,234.50", id="large"),
        pytest.param(wording.cost(None), "unknown", id="unknown-cost"),
        pytest.param(wording.short_digest("sha256:" + "ab" * 32), "abababababab", id="digest"),
        pytest.param(wording.moment("2026-03-01T14:05:09Z"), "2026-03-01 14:05:09 UTC", id="moment"),
        pytest.param(wording.shown("as it is"), "as it is", id="text"),
        pytest.param(wording.shown({"a": [1]}), '{\n  "a": [\n    1\n  ]\n}', id="json"),
        pytest.param(wording.shown("é"), "é", id="text-is-not-escaped"),
    ],
)
def test_reads_as(text, wanted):
    assert spaced(text) == wanted


def test_nothing_breaks_inside_an_interval():
    assert " " not in wording.interval(0.614, 0.529, 0.692)


def test_repeats_of_a_case_do_not_make_a_slice_larger():
    assert wording.powered(10, 1)
    assert not wording.powered(21, 3)
    assert wording.powered(30, 3)
