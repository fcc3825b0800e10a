"""The report's list of samples: filtered, sorted, searched and read by keyboard, however many there are."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Locator, Page, expect

from assay.cli.main import run
from assay.evaluate.report_html import write_report
from assay.testing import Desk, FakeProvider
from assay.testing.example_run import HOSTILE, ExampleRun, example_view, summarise

pytestmark = pytest.mark.browser


VIEW = example_view(48)
BELOW = "(e) => e.getBoundingClientRect().bottom - e.closest('#grid').getBoundingClientRect().bottom"


def number_of(**wanted: object) -> int:
    return sum(all(getattr(row, name) == value for name, value in wanted.items()) for row in VIEW.rows)


def write(view: ExampleRun, path: Path) -> Path:
    write_report(view.summary, view.lines, path, rows=50_000)
    return path


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(VIEW, tmp_path_factory.mktemp("run") / "report.html")


@pytest.fixture
def page(opened, report: Path) -> Iterator[Page]:
    with opened(report) as found:
        grid(found).wait_for()
        yield found


def grid(page: Page) -> Locator:
    return page.get_by_role("grid", name="Samples")


def counted(page: Page) -> str:
    """How many are shown, as the page says it."""
    return re.sub(r"\s+", " ", page.get_by_role("status").inner_text())


def cases(page: Page) -> list[str]:
    """The cases in the order of the list, as far as its window goes."""
    rows = [
        (int(row.get_attribute("aria-rowindex")), row.get_by_role("gridcell").nth(1).inner_text())
        for row in grid(page).locator(".lines .line:not([hidden])").all()
    ]
    return [case for _, case in sorted(rows)]


def panel(page: Page) -> Locator:
    return page.get_by_role("region", name="The selected sample")


def test_the_list_says_how_many_rows_it_has_though_it_draws_a_few(page):
    expect(grid(page)).to_have_attribute("aria-rowcount", "97")
    assert counted(page) == f"96 of 96 shown: {number_of(status='passed')} ✓ {number_of(status='failed')} ✗ 0 !"
    assert 10 < grid(page).get_by_role("row").count() < 50


FLIPS = Counter(flip.change for flip in VIEW.summary.comparison.flips)


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [
        ("Outcome", "failed", number_of(status="failed")),
        ("Variant", "candidate", 48),
        ("Flip", "lost", FLIPS["lost"]),
        ("Flip", "gained", FLIPS["gained"]),
        ("Grader", "contract:failed", sum(not row.verdicts[0].passed for row in VIEW.rows)),
        ("Slice", "severity:critical", sum(row.tags["severity"] == "critical" for row in VIEW.rows)),
    ],
)
def test_a_filter_shows_what_its_choice_promised(page, name, value, number):
    choice = page.get_by_role("combobox", name=name)
    promised = choice.locator(f'option[value="{value}"]').inner_text()
    choice.select_option(value)

    assert promised.endswith(f"({number})")
    assert counted(page).startswith(f"{number} of 96 shown")
    expect(grid(page)).to_have_attribute("aria-rowcount", str(number + 1))


def test_filters_add_up_and_each_counts_under_the_others(page):
    page.get_by_role("combobox", name="Variant").select_option("candidate")
    page.get_by_role("combobox", name="Outcome").select_option("failed")
    shown = counted(page)
    flips = page.get_by_role("combobox", name="Flip").locator("option").all_inner_texts()
    page.get_by_role("combobox", name="Flip").select_option("lost")

    failed, lost = number_of(status="failed", variant="candidate"), FLIPS["lost"]
    assert shown == f"{failed} of 96 shown: 0 ✓ {failed} ✗ 0 !"
    assert flips == ["all", f"✗ lost ({lost})", "✓ gained (0)"]
    assert counted(page) == f"{lost} of 96 shown: 0 ✓ {lost} ✗ 0 !"
    page.get_by_role("button", name="Show all").first.click()
    assert counted(page).startswith("96 of 96 shown")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        pytest.param("DELIVERY-006", 2, id="case-in-any-case"),
        pytest.param("shop in Lyon", 18, id="input"),
        pytest.param("\"is not 'account'", 0, id="nothing"),
        pytest.param("is not 'account'", 8, id="reason-of-a-verdict"),
        pytest.param('onerror="window', 3, id="quotes"),
        pytest.param("violations", 0, id="name-of-a-key"),
        pytest.param("bulb.", 18, id="behind-a-line-break"),
        pytest.param("配送チーム", 1, id="signs"),
    ],
)
def test_the_search_looks_through_the_whole_text_of_each_sample(page, text, number):
    page.get_by_role("searchbox", name="Text").fill(text)

    expect(page.get_by_role("status")).not_to_contain_text("searching")
    assert counted(page).startswith(f"{number} of 96 shown")


def test_what_was_searched_for_is_marked_in_the_open_sample(page):
    page.get_by_role("searchbox", name="Text").fill("shop in LYON")
    grid(page).get_by_role("row").nth(1).click()
    expect(panel(page).get_by_text("Do you have a shop in Lyon?")).to_be_visible()

    marked = page.evaluate("[...CSS.highlights.get('found')].map(String)")

    assert marked == ["shop in Lyon"]


def test_a_search_that_nothing_matches_says_so_and_offers_a_way_back(page):
    page.get_by_role("searchbox", name="Text").fill("no such text anywhere")
    page.get_by_text("No sample matches.").wait_for()
    page.get_by_role("button", name="Show all").nth(1).click()

    assert counted(page).startswith("96 of 96 shown")
    expect(page.get_by_role("searchbox", name="Text")).to_have_value("")


def test_return_in_the_search_leaves_the_page_where_it_is(page):
    page.get_by_role("searchbox", name="Text").fill("billing")
    page.keyboard.press("Enter")

    assert "?" not in page.url.partition("#")[0]


def test_sorts_by_a_head_up_and_down_and_back(page):
    head = grid(page).get_by_role("columnheader", name="Case")
    before = cases(page)
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    up = cases(page)
    expect(head).to_have_attribute("aria-sort", "ascending")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    down = cases(page)
    head.get_by_role("button").click()

    assert up[:3] == ["account-003", "account-003", "account-008"]
    assert down[:2] == ["other-044", "other-044"]
    assert cases(page) == before
    expect(head).to_have_attribute("aria-sort", "none")


def test_the_slowest_stand_first(page):
    grid(page).get_by_role("columnheader", name="Latency").get_by_role("button").click()
    times = [int(text.split()[0]) for text in grid(page).locator(".lines .latency").all_inner_texts() if text]

    assert times == sorted(times, reverse=True)


def test_keys_move_open_and_close(page):
    grid(page).focus()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("k")
    selected = grid(page).get_by_role("row", selected=True)
    assert selected.get_attribute("aria-rowindex") == "3"
    expect(grid(page)).to_have_attribute("aria-activedescendant", selected.get_attribute("id"))
    page.keyboard.press("Enter")
    expect(panel(page).get_by_role("heading", level=3)).to_have_text("billing-000")
    page.keyboard.press("j")
    expect(panel(page).get_by_role("heading", level=3)).to_have_text("delivery-001")
    page.keyboard.press("Escape")

    assert panel(page).is_hidden()
    expect(grid(page)).to_be_focused()
    page.keyboard.press("End")
    assert grid(page).get_by_role("row", selected=True).get_attribute("aria-rowindex") == "97"


def test_n_and_p_go_from_flip_to_flip(page):
    found = []
    for key in "nnnp":
        page.keyboard.press(key)
        found.append(grid(page).get_by_role("row", selected=True).inner_text().split("\n"))

    assert [(row[1], "gained" in row or "lost" in row) for row in found] == [
        ("delivery-001", True), ("account-003", True), ("delivery-<b>bold</b>-&amp;-005", True), ("account-003", True),
    ]  # fmt: skip


def test_a_slash_searches_escape_leaves_and_a_question_mark_helps(page):
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Text")).to_be_focused()
    page.keyboard.type("j?/")
    expect(page.get_by_role("searchbox", name="Text")).to_have_value("j?/")
    page.keyboard.press("Escape")
    expect(grid(page)).to_be_focused()
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").wait_for()
    page.keyboard.press("Escape")

    assert page.get_by_role("dialog", name="Keys").is_hidden()


def test_replies_stand_side_by_side_with_the_words_that_differ(page):
    grid(page).get_by_role("row").filter(has_text="candidate").filter(has_text="delivery-001").click()
    replies = panel(page).get_by_role("group", name="Replies")
    headings = replies.get_by_role("heading", level=4).all_inner_texts()

    assert [re.sub(r"\s+", " ", text) for text in headings] == ["baseline ✗ failed", "candidate ✓ passed"]
    assert replies.locator("del").all_inner_texts() == ["account"]
    assert replies.locator("ins").all_inner_texts() == ["delivery"]
    panel(page).get_by_role("checkbox", name="mark words that differ from").uncheck()
    expect(replies.locator("ins")).to_have_count(0)
    assert panel(page).get_by_text("it is 'delivery'").is_visible()


@pytest.mark.parametrize(
    ("left", "right", "changed"),
    [
        pytest.param("the red fox runs", "the brown fox runs off", (["red"], ["brown", " off"]), id="words"),
        pytest.param("a b c d e f", "a b c d e f", ([], []), id="equal"),
        pytest.param("one, two", "one; two", ([","], [";"]), id="marks"),
        pytest.param("x\n\ny z", "x\ny z", (["\n\n"], ["\n"]), id="breaks"),
        pytest.param("é ü", "é ö", (["ü"], ["ö"]), id="letters"),
        pytest.param("all of this", "nothing alike", None, id="too-different"),
        pytest.param("word " * 400 + "end", "word " * 400 + "finish", (["end"], ["finish"]), id="long"),
    ],
)
def test_words_that_differ_are_found_and_no_text_is_changed(page, left, right, changed):
    found = page.evaluate("([left, right]) => wordDiff(left, right)", [left, right])

    if changed is None:
        assert found is None
        return
    for pieces, text, marked in zip(found, (left, right), changed, strict=True):
        assert "".join(piece for piece, _ in pieces) == text
        assert [piece for piece, differs in pieces if differs] == marked


def test_the_panel_compares_with_the_variant_that_is_chosen(page):
    grid(page).get_by_role("row").filter(has_text="baseline").filter(has_text="delivery-001").click()
    panel(page).get_by_role("combobox", name="Compare with").select_option("candidate")
    replies = panel(page).get_by_role("group", name="Replies")

    expect(replies.locator("del")).to_have_text("delivery")
    expect(replies.locator("ins")).to_have_text("account")


def test_the_address_holds_the_filters_and_the_open_sample(opened, report, page):
    page.get_by_role("combobox", name="Outcome").select_option("failed")
    page.get_by_role("combobox", name="Slice").select_option("severity:critical")
    grid(page).get_by_role("columnheader", name="Case").get_by_role("button").click()
    grid(page).get_by_role("row").nth(1).click()
    heading = panel(page).get_by_role("heading", level=3).inner_text()
    page.wait_for_url("**/report.html#*sample=*")
    fragment = page.url.partition("#")[2]

    with opened(report, f"#{fragment}") as again:
        expect(panel(again).get_by_role("heading", level=3)).to_have_text(heading)
        assert counted(again) == counted(page)
        assert cases(again) == cases(page)


def test_a_flip_leads_to_its_sample_even_when_that_is_filtered_out(page):
    page.get_by_role("combobox", name="Outcome").select_option("error")
    page.locator(".flip .more a[href='#sample-8']").click()

    expect(panel(page).get_by_role("heading", level=3)).to_have_text("account-003")
    assert panel(page).get_by_text(HOSTILE[:40]).first.is_visible()


def test_text_of_a_model_is_inert_in_the_list_and_in_the_panel(page):
    page.get_by_role("searchbox", name="Text").fill("window.hacked")
    grid(page).get_by_role("row").filter(has_text="<script>").first.click()
    expect(panel(page).get_by_text("<script>window.hacked").first).to_be_visible()

    assert page.evaluate("typeof window.hacked") == "undefined"
    assert page.locator("#explorer script, #explorer img, #explorer style").count() == 0


def test_the_scroll_bar_reaches_every_row(opened, tmp_path):
    with opened(write(example_view(3_000), tmp_path / "report.html")) as page:
        grid(page).evaluate("(e) => { e.scrollTop = e.scrollHeight / 2; }")
        expect(grid(page).locator('[aria-rowindex="3001"]')).to_be_visible()
        grid(page).evaluate("(e) => { e.scrollTop = e.scrollHeight; }")
        last = grid(page).locator('[aria-rowindex="6001"]')
        last.wait_for()
        below = last.evaluate(BELOW)
        held = page.locator(".lines .line").count()

    assert below <= 1
    assert held < 60


def test_a_list_too_tall_for_a_page_is_still_reached_to_its_end(opened, report):
    with opened(report) as page:
        page.evaluate(
            """() => {
                const draw = (line, place) => { line.textContent = `row ${place}`; };
                const grid = document.getElementById("grid").cloneNode(true);  // not the page's own
                document.getElementById("grid").replaceWith(grid);
                const list = new List(grid, { draw, chosen() {}, total: 2_000_000 });
                list.show(2_000_000, -1);
                list.choose(1_999_999);
                window.tall = list;
            }"""
        )
        row = page.get_by_text("row 1999999", exact=True)
        row.wait_for()
        below = row.evaluate(BELOW)
        page.evaluate("tall.choose(1_000_000)")
        page.get_by_text("row 1000000", exact=True).wait_for()

    assert abs(below) < 3


def test_on_a_phone_a_row_has_two_lines_and_the_replies_stand_below_each_other(opened, report):
    with opened(report, "#sample-4", viewport={"width": 360, "height": 800}) as page:
        panel(page).wait_for()
        height = grid(page).locator(".lines .line").first.evaluate("(e) => e.offsetHeight")
        boxes = [side.bounding_box() for side in panel(page).locator(".replies > .side").all()]

        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0

    assert height == 56
    assert boxes[1]["y"] > boxes[0]["y"] + boxes[0]["height"] - 1


def test_a_browser_that_cannot_unpack_says_so_and_shows_what_it_can(opened, report):
    with opened(report, before="delete window.DecompressionStream") as page:
        assert page.get_by_text("This browser cannot unpack the list of samples").is_visible()
        assert page.locator(".sample:visible").count() == 20
        assert page.get_by_role("grid").count() == 0


class TestStates:
    """Runs of other shapes."""

    def test_six_variants_with_repeats(self, opened, tmp_path):
        view = example_view(4)
        first = view.summary.variants[0]
        names = ["baseline", "candidate", "third", "fourth", "fifth", "sixth"]
        rows = [
            msgspec.structs.replace(
                view.rows[2 * case + (v > 0)], variant=name, repeat=repeat, output=f"reply {name} {repeat}"
            )
            for case in range(4)
            for repeat in range(3)
            for v, name in enumerate(names)
        ]
        variants = [msgspec.structs.replace(first, name=name, n=12) for name in names]
        summary = msgspec.structs.replace(view.summary, variants=variants, cases=4, repeats=3)
        with opened(write(ExampleRun(summary, rows), tmp_path / "report.html")) as page:
            assert counted(page).startswith("72 of 72 shown")
            grid(page).press("Enter")
            replies = panel(page).get_by_role("group", name="Replies")
            expect(replies.get_by_role("heading", level=4)).to_have_count(6)
            expect(panel(page).get_by_role("heading", level=3)).to_have_text("billing-000 repeat 1")
            page.keyboard.press("]")
            expect(panel(page).get_by_role("heading", level=3)).to_have_text("billing-000 repeat 2")

            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0

    def test_one_variant_has_no_filter_for_variants_nor_flips(self, opened, tmp_path):
        view = example_view(10)
        summary = msgspec.structs.replace(view.summary, variants=view.summary.variants[:1], comparison=None)
        with opened(write(ExampleRun(summary, view.rows[::2]), tmp_path / "report.html")) as page:
            assert counted(page).startswith("10 of 10 shown")
            assert page.get_by_role("combobox", name="Variant").count() == 0
            assert page.get_by_role("combobox", name="Flip").count() == 0

    def test_errors_alone(self, opened, tmp_path):
        error = {"code": "model.timeout", "what": "no answer within 30 s"}
        rows = [
            msgspec.structs.replace(
                row, status="error", score=None, output=None, verdicts=[], error=error, latency_ms=None
            )
            for row in example_view(5).rows
        ]
        with opened(write(ExampleRun(summarise(rows), rows), tmp_path / "report.html")) as page:
            assert counted(page) == "10 of 10 shown: 0 ✓ 0 ✗ 10 !"
            grid(page).get_by_role("row").nth(1).click()
            expect(panel(page).get_by_text("model.timeout: no answer within 30 s").first).to_be_visible()
            expect(panel(page).get_by_text("There was no reply.").first).to_be_visible()

    def test_no_samples(self, opened, tmp_path):
        with opened(write(ExampleRun(summarise([]), []), tmp_path / "report.html")) as page:
            assert page.get_by_text("There are no samples.").is_visible()


def test_a_sample_that_is_a_conversation_shows_who_said_what(opened, tmp_path):
    said = [("user", "Where is it?"), ("assistant", "<b>On its way</b>")]
    talk = {
        "turns": 1,
        "ended": "it reached the limit of its turns",
        "messages": [{"role": r, "content": c} for r, c in said],
    }
    rows = [msgspec.structs.replace(row, detail={"conversation": talk}) for row in example_view(2).rows]
    with opened(write(ExampleRun(summarise(rows), rows), tmp_path / "report.html")) as page:
        grid(page).get_by_role("row").nth(1).click()
        lines = panel(page).get_by_role("listitem").filter(has_text=re.compile("Where is it|On its way"))
        lines.nth(1).wait_for()

        assert lines.count() >= 2
        assert lines.nth(0).inner_text().split() == ["user", "Where", "is", "it?"]
        assert lines.nth(1).inner_text().split()[1:] == ["<b>On", "its", "way</b>"]


def test_the_report_of_a_real_run_and_the_page_of_a_comparison(opened, project):
    files = {
        "assay.yaml": "project: desk\n",
        "prompts/sort.prompt.md": "---\nprompt: sort\ninputs: {ticket: string}\n---\nuser:\n{{ ticket }}\n",
        "suites/sort.yaml": "suite: sort\ndatasets: [../datasets/d.jsonl]\n"
        "variants: [{name: v, prompt: ../prompts/sort.prompt.md}]\ngraders: [{grader: contains, target: expected}]\n",
        "datasets/d.jsonl": "".join(
            json.dumps({"id": f"c-{n}", "inputs": {"ticket": f"ticket {n}"}, "expected": "bill"}) + "\n"
            for n in range(6)
        ),
    }
    for path, text in files.items():
        (project / path).parent.mkdir(exist_ok=True)
        (project / path).write_text(text, "utf-8")
    folders = []
    for wrong in ("ticket 3", "ticket 5"):

        def reply(body, wrong=wrong):
            return "bug" if wrong in str(body) else "bill <b>it</b>"

        with FakeProvider(reply) as fake, ThreadPoolExecutor() as apart:  # the browser's own loop runs in this thread
            desk = Desk(project).using(fake)
            folders.append(apart.submit(desk.eval, "suites/sort.yaml", fresh=True).result().folder)
    assert run(["compare", *map(str, folders), "--html", "two.html"]) == 0

    with opened(folders[-1] / "report.html") as page:
        assert counted(page) == "6 of 6 shown: 5 ✓ 1 ✗ 0 !"
        page.get_by_role("combobox", name="Outcome").select_option("failed")
        assert cases(page) == ["c-5"]
    with opened(project / "two.html") as page:
        page.get_by_role("heading", name="0.0 points after").wait_for()
        page.get_by_role("combobox", name="Flip").select_option("lost")
        grid(page).get_by_role("row").nth(1).click()
        expect(panel(page).get_by_role("group", name="Replies").get_by_role("heading", level=4)).to_have_text(
            [re.compile("before ✓ passed"), re.compile("after ✗ failed")]
        )
