"""The report as a person meets it: wide and narrow, light and dark, on paper, by keyboard, with hostile text in it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Page

from assay.evaluate.report_html import write_report
from assay.evaluate.summary import GatePart
from assay.testing.example_run import ExampleRun, example_view

pytestmark = pytest.mark.browser

CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")
OPEN_ALL = "for (const one of document.querySelectorAll('details')) one.open = true"
OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"


def write(view: ExampleRun, path: Path) -> None:
    write_report(view.summary, view.lines, path, rows=50_000)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "report.html"
    write(example_view(48), path)
    return path


@pytest.fixture
def page(opened, report: Path) -> Iterator[Page]:
    with opened(report) as found:
        yield found


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_no_page_scrolls_sideways(opened, report, width):
    with opened(report, viewport={"width": width, "height": 800}) as page:
        closed = page.evaluate(OVERFLOW)
        page.evaluate(OPEN_ALL)
        opened_up = page.evaluate(OVERFLOW)

    assert (closed, opened_up) == (0, 0)


@pytest.mark.parametrize("width", [320, 1280])
def test_figures_stay_on_one_line_and_inside_the_page(opened, report, width):
    with opened(report, viewport={"width": width, "height": 800}) as page:
        page.evaluate(OPEN_ALL)
        broken = page.evaluate(
            """() => [...document.querySelectorAll('.nb')]
            .filter((e) => e.checkVisibility() && e.textContent.includes('\u00a0to\u00a0'))
            .filter((e) => e.getClientRects().length > 1 || e.getBoundingClientRect().right > innerWidth)
            .map((e) => e.textContent)"""
        )

    assert broken == []


def test_the_first_stop_of_the_keyboard_skips_to_the_result_and_can_be_seen(page):
    page.keyboard.press("Tab")
    focused = page.evaluate(
        "[document.activeElement.textContent, getComputedStyle(document.activeElement).outlineStyle]"
    )

    assert focused == ["Skip to the result", "solid"]


def test_text_of_a_model_is_inert(page):
    page.evaluate(OPEN_ALL)
    page.wait_for_timeout(50)

    assert page.evaluate("typeof window.hacked") == "undefined"
    assert page.title() == "support.triage: pass"
    assert page.locator("img, main style, main script").count() == 0
    assert page.locator(".flip").get_by_text("<script>window.hacked = true").first.is_visible()
    assert page.locator("#provenance").is_visible()


def test_a_script_that_got_in_would_not_run(page, report, browser, tmp_path):
    injected = tmp_path / "report.html"
    source = report.read_text(encoding="utf-8")
    injected.write_text(source.replace("<main", "<script>window.hacked = 1</script><main", 1), encoding="utf-8")
    context = browser.new_context()
    other = context.new_page()
    other.goto(injected.as_uri())

    assert other.evaluate("typeof window.hacked") == "undefined"
    context.close()


def test_without_scripts_the_figures_and_the_first_failures_can_be_read(opened, report):
    with opened(report, java_script_enabled=False) as page:
        page.get_by_role("heading", name="The first that did not pass").wait_for()
        assert page.locator(".sample:visible").count() == 20
        assert page.get_by_role("grid").count() == 0
        assert page.get_by_text("With scripts allowed, all 96 samples").is_visible()
        page.locator(".sample summary").first.click()
        assert page.locator(".sample .body").first.is_visible()
        assert page.get_by_role("table", name="Pass rate by slice").is_visible()


def test_the_dark_has_dark_colours(opened, report):
    colours = {}
    for scheme in ("light", "dark"):
        with opened(report, color_scheme=scheme) as page:
            colours[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert colours == {"light": "rgb(252, 252, 250)", "dark": "rgb(21, 24, 28)"}


def decided(view: ExampleRun, decision: str) -> ExampleRun:
    gate = [GatePart(rule="compare", decision=decision, sentence="Said in a sentence.")]
    summary = msgspec.structs.replace(view.summary, decision=decision, gate=gate)
    return replace(view, summary=summary)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_told_from_its_ground(opened, tmp_path, scheme):
    for decision in ("pass", "fail", "inconclusive", "invalid"):
        path = tmp_path / f"{decision}.html"
        write(decided(example_view(10 if decision == "pass" else 2), decision), path)
        with opened(path, "#sample-4", color_scheme=scheme) as page:
            page.get_by_role("region", name="The selected sample").wait_for()
            page.evaluate(OPEN_ALL)
            found = page.evaluate(CONTRAST)

        assert found["checked"] > 150
        assert found["poor"] == []


def test_paper_has_no_controls_and_nothing_cut_off(opened, report):
    with opened(report, color_scheme="dark") as page:
        page.emulate_media(media="print")

        assert page.locator("#explorer, nav, .skip, .plot summary").filter(visible=True).count() == 0
        assert page.locator("#decision").is_visible()
        assert page.locator(".sample > summary").first.is_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.evaluate(
            "[...document.querySelectorAll('.text')].every((e) => e.scrollHeight <= e.clientHeight + 1)"
        )
