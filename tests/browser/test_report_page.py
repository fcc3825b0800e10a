"""The report as a person meets it: wide and narrow, light and dark, on paper, by keyboard, with hostile text in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect

from assay.evaluate.report_html import write_report
from assay.evaluate.summary import GatePart, RunView
from assay.testing.example_run import example_view

pytestmark = pytest.mark.browser

CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")
OPEN_ALL = "for (const one of document.querySelectorAll('details')) one.open = true"
OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "report.html"
    write_report(example_view(48), path)
    return path


@contextmanager
def opened(browser: Browser, path: Path, **options: object) -> Iterator[Page]:
    """The page, watched: it may say nothing on the console and ask for nothing."""
    context = browser.new_context(**options)
    page = context.new_page()
    page.set_default_timeout(5_000)
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    yield page
    context.close()

    assert said == []
    assert [url for url in asked if url.partition("#")[0] != path.as_uri()] == []


@pytest.fixture
def page(browser: Browser, report: Path) -> Iterator[Page]:
    with opened(browser, report) as found:
        yield found


def shown(page: Page) -> int:
    return page.locator(".sample:visible").count()


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_no_page_scrolls_sideways(browser, report, width):
    with opened(browser, report, viewport={"width": width, "height": 800}) as page:
        closed = page.evaluate(OVERFLOW)
        page.evaluate(OPEN_ALL)
        opened_up = page.evaluate(OVERFLOW)

    assert (closed, opened_up) == (0, 0)


@pytest.mark.parametrize("width", [320, 1280])
def test_figures_stay_on_one_line_and_inside_the_page(browser, report, width):
    with opened(browser, report, viewport={"width": width, "height": 800}) as page:
        page.evaluate(OPEN_ALL)
        broken = page.evaluate(
            """() => [...document.querySelectorAll('.nb')]
            .filter((e) => e.checkVisibility() && e.textContent.includes('\u00a0to\u00a0'))
            .filter((e) => e.getClientRects().length > 1 || e.getBoundingClientRect().right > innerWidth)
            .map((e) => e.textContent)"""
        )

    assert broken == []


def test_the_filter_works_by_keyboard(page):
    page.get_by_role("combobox", name="Variant").focus()
    page.keyboard.press("ArrowDown")

    assert shown(page) == 48

    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    failed = page.locator('.sample[data-variant="baseline"][data-status="failed"]').count()

    assert shown(page) == failed > 0

    page.keyboard.press("Tab")
    page.keyboard.type("DELIVERY-006")

    assert shown(page) == 1
    expect(page.get_by_role("status")).to_have_text("1 of 96 shown")


def test_a_filter_that_nothing_matches_says_so(page):
    page.get_by_role("searchbox", name="Text").fill("no such text anywhere")

    assert shown(page) == 0
    expect(page.get_by_role("status")).to_have_text("0 of 96 shown")


def test_return_in_the_filter_leaves_the_page_where_it_is(page):
    page.get_by_role("searchbox", name="Text").fill("billing")
    page.keyboard.press("Enter")

    assert "?" not in page.url
    assert 0 < shown(page) < 96


def test_a_sample_opens_by_keyboard(page):
    sample = page.locator("#sample-8")
    sample.locator("summary").focus()
    page.keyboard.press("Enter")

    expect(sample.get_by_text("violations of the contract")).to_be_visible()


def test_a_flip_leads_to_its_sample_even_when_that_is_filtered_out(page):
    page.get_by_role("combobox", name="Status").select_option("error")
    page.locator(".flip .more a[href='#sample-8']").click()

    expect(page.locator("#sample-8 .body")).to_be_visible()


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
    assert page.locator("#sample-8").get_by_text("<script>window.hacked = true").last.is_visible()
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


def test_without_scripts_everything_can_be_read(browser, report):
    with opened(browser, report, java_script_enabled=False) as page:
        assert shown(page) == 96
        assert page.locator(".controls").is_hidden()
        page.locator("#sample-1 summary").click()
        assert page.locator("#sample-1 .body").is_visible()


def test_the_dark_has_dark_colours(browser, report):
    colours = {}
    for scheme in ("light", "dark"):
        with opened(browser, report, color_scheme=scheme) as page:
            colours[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert colours == {"light": "rgb(252, 252, 250)", "dark": "rgb(21, 24, 28)"}


def decided(view: RunView, decision: str) -> RunView:
    gate = [GatePart(rule="compare", decision=decision, sentence="Said in a sentence.")]
    summary = msgspec.structs.replace(view.summary, decision=decision, gate=gate)
    return msgspec.structs.replace(view, summary=summary)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_told_from_its_ground(browser, tmp_path, scheme):
    for decision in ("pass", "fail", "inconclusive", "invalid"):
        path = tmp_path / f"{decision}.html"
        write_report(decided(example_view(10 if decision == "pass" else 2), decision), path)
        with opened(browser, path, color_scheme=scheme) as page:
            page.evaluate(OPEN_ALL)
            found = page.evaluate(CONTRAST)

        assert found["checked"] > 150
        assert found["poor"] == []


def test_paper_has_no_controls_and_nothing_cut_off(browser, report):
    with opened(browser, report, color_scheme="dark") as page:
        page.emulate_media(media="print")

        assert page.locator(".controls, nav, .skip, .plot summary").filter(visible=True).count() == 0
        assert page.locator("#decision").is_visible()
        assert page.locator(".sample > summary").first.is_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.evaluate(
            "[...document.querySelectorAll('.text')].every((e) => e.scrollHeight <= e.clientHeight + 1)"
        )


def test_a_thousand_samples_are_there_at_once(browser, tmp_path):
    path = tmp_path / "report.html"
    write_report(example_view(500), path)
    with opened(browser, path) as page:
        took_ms = page.evaluate("performance.getEntriesByType('navigation')[0].domComplete")
        page.get_by_role("searchbox", name="Text").fill("critical")
        filtered = shown(page)

    assert took_ms < 3_000
    assert 0 < filtered < 1_000
