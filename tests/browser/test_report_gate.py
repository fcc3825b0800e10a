"""The gate's figures as a person meets them: each by its name, on a narrow screen, in the dark, no word cut in two."""

from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import expect

from assay.evaluate.report_html import write_report
from assay.evaluate.summary import GatePart
from assay.testing.example_run import example_view

pytestmark = pytest.mark.browser

CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")
OPEN_ALL = "for (const one of document.querySelectorAll('details')) one.open = true"
OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"
SLICES = ("language=portuguese-of-brazil", "topic=cancellation", "topic=billing")


def part(rule: str, **figures: object) -> GatePart:
    usual = {
        "decision": "pass", "sentence": "So it is.", "metric": "pass", "value": 0.1, "low": 0.02, "high": 0.18,
        "level": 0.9, "n": 120, "clusters": 80, "bound": -0.05, "visible": 0.06, "method": "clustered-tango",
    }  # fmt: skip
    return GatePart(rule=rule, **(usual | figures))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    view = example_view(24)
    slices = [
        part("slices", slice=name, decision="inconclusive", remark="not-powered", cases_needed=90) for name in SLICES
    ]
    parts = [
        part("validity", metric=None, value=None, low=None, high=None, bound=None),
        part("compare"),
        part("metric ratio", metric="latency_ms", unit="ratio", value=1.3, low=1.1, high=1.5, bound=1.2),
        part("never", metric="grader:contract", variant="candidate", value=0.0, low=0.0, high=0.03, bound=0.05),
        *slices,
    ]
    path = tmp_path_factory.mktemp("run") / "report.html"
    write_report(msgspec.structs.replace(view.summary, gate=parts, decision="fail"), view.lines, path, rows=50_000)
    return path


def test_each_rule_is_a_picture_with_a_name_that_says_its_figures(opened, report):
    with opened(report) as page:
        said = "Pass rate: candidate less baseline: +10.0 points, interval +2.0 to +18.0"
        compared = page.get_by_role("img", name=said)
        expect(compared).to_be_visible()
        expect(page.get_by_role("img", name="Latency (ms): candidate over baseline: 1.3 ×")).to_be_visible()
        expect(page.get_by_role("heading", name="The gate, rule by rule")).to_be_visible()


def test_slices_are_a_table_whose_rows_say_what_they_are(opened, report):
    with opened(report) as page:
        table = page.get_by_role("region", name="Slices that the gate judges")
        for name in SLICES:
            row = table.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name))
            expect(row).to_contain_text("Not powered")
            expect(row).to_contain_text("about 90 more would let it be judged")
        expect(page.get_by_text("3 of 3 slices are too small to be judged")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_sticks_out_and_no_name_is_cut_in_two(opened, report, width):
    with opened(report, viewport={"width": width, "height": 844}) as page:
        page.evaluate(OPEN_ALL)
        lines = page.evaluate(
            """() => [...document.querySelectorAll('th[scope=row] bdi')]
            .filter((e) => e.textContent.startsWith('topic=') && e.checkVisibility())
            .map((e) => e.getClientRects().length)"""
        )

        assert page.evaluate(OVERFLOW) == 0
        assert lines
        assert set(lines) == {1}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_figures_can_be_read_in_light_and_in_the_dark(opened, report, scheme):
    with opened(report, color_scheme=scheme) as page:
        page.evaluate(OPEN_ALL)

        assert page.evaluate(CONTRAST)["poor"] == []


def test_what_is_not_powered_has_not_the_colour_of_a_link(opened, report):
    with opened(report) as page:
        link, word = page.evaluate(
            """() => [document.querySelector('a'), document.querySelector('.decision.unpowered')]
            .map((e) => getComputedStyle(e).color)"""
        )

        assert link != word
