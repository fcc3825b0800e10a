"""The comment for a pull request: complete, of bounded size, and nothing in it acts that a model said.

An independent reader of Markdown (CommonMark with tables) is the judge of what a text became.
"""

import re
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assay.evaluate.exporters.markdown import MAX_BYTES, marker
from assay.evaluate.report_text import one_line
from assay.evaluate.summary import GatePart
from assay.testing.example_run import HOSTILE, example_rows, summarise

READER = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")
OURS = {
    "h3",
    "p",
    "strong",
    "ul",
    "li",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "code",
    "em",
    "sub",
    "details",
    "summary",
}
BAIT = (
    "@octocat, #1, GH-2, https://evil.invalid, www.evil.invalid, :tada:, ![x](y), [a](javascript:b), |, `c`, "
    "<b>, --> /close"
)


class Page(HTMLParser):
    """A rendered comment: the tags in it, the text outside of code, the texts in code."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.outside = ""
        self.codes: list[str] = []
        self.comments: list[str] = []
        self._in_code = 0
        self.feed(READER.render(markdown))

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, attrs))
        if tag == "code":
            self._in_code += 1
            self.codes.append("")

    def handle_endtag(self, tag):
        self._in_code -= tag == "code"

    def handle_data(self, data):
        if self._in_code:
            self.codes[-1] += data
        else:
            self.outside += data

    def handle_comment(self, data):
        self.comments.append(data)


def check(markdown: str) -> Page:
    """Hold what must be so whatever the texts are."""
    page = Page(markdown)
    assert len(markdown.encode()) <= MAX_BYTES
    assert {tag for tag, _ in page.tags} <= OURS
    assert [attrs for tag, attrs in page.tags if attrs and tag not in {"td", "th"}] == []
    assert len(page.comments) == 1
    assert re.match(r" assay-run [a-z0-9.-]* [0-9a-f]{12} $", page.comments[0])
    assert not re.search(r"[@#](?!\u200b)|:(?=//)|\bwww\.|\bGH-\d", page.outside)
    for line in markdown.splitlines()[1:]:
        assert re.match(
            r"$|### |<strong>|- |\| |<details><summary>|</details>$|<sub>|<code>|<em>|… and |No case ", line
        ), line
    return page


def test_the_comment_says_what_the_run_came_to(run, write):
    text = write("markdown", run).decode()
    page = check(text)

    assert text.splitlines()[0] == marker("sort")
    assert f"### {'❌' if run.summary.decision == 'fail' else '❔'} sort: {run.summary.decision.title()}" in text
    assert run.summary.sentence.replace("(", "").split(",")[0][:20] in page.outside
    for said in ("baseline", "candidate", "1.1.0", "a-3", "bug", "choice: chose 'bug' instead of 'bill'"):
        assert said in page.codes
    assert "Flips: 2 lost, 0 gained" in page.outside
    assert "Did not pass: 3\u00a0samples" in page.outside
    assert page.outside.count("%") >= 3


def test_the_marker_is_the_suites_and_no_two_suites_share_one():
    assert marker("support.triage") == marker("support.triage")
    assert len({marker(name) for name in ("a b", "a-b", "A b", "-->", "--> <script>")}) == 5


def test_a_large_run_is_counted_where_it_is_not_shown(made, write):
    text = write("markdown", made("x" * 3_000, rows=5_000)).decode()
    page = check(text)

    assert "Did not pass" in page.outside
    assert "… and" in page.outside
    assert all(len(code) <= 101 for code in page.codes)


def test_a_suite_of_very_many_parts_stays_in_bounds(made, write):
    parts = [GatePart(rule=f"r{i}", decision="fail", sentence=f"rule {i} " + "€" * 900) for i in range(500)]
    text = write("markdown", made("a", gate=parts)).decode()

    assert len(text.encode()) <= MAX_BYTES
    assert "<sub>Run" in text


@pytest.mark.parametrize(
    "text", [BAIT, HOSTILE, "", " ", "\n\n# heading\n\n- item", "|---|\n|a|", "```\ncode", "</code></details>"]
)
def test_what_a_model_says_stays_text_in_code(made, write, text):
    page = check(write("markdown", made(text)).decode())

    if text.strip():
        assert one_line(text, 100) in page.codes


def test_the_example_run_with_its_hostile_texts_is_a_comment(made, write):
    rows = example_rows()
    run = made("a")
    run.summary, run.made = summarise(rows), rows
    page = check(write("markdown", run).decode())

    assert "Weakest slices of" in page.outside
    assert page.outside.count("not powered") >= 0


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.one_of(st.sampled_from("<>|`@#[](){}!*_~&;:/\\-\n a1"), st.characters(codec="utf-8")), max_size=60))
def test_whatever_the_texts_hold_they_stay_text(made, write, text):
    page = check(write("markdown", made(text)).decode())

    if shown := one_line(text, 100).strip():
        assert shown in [" ".join(code.split()) for code in page.codes] or shown in page.codes


def test_a_run_that_a_budget_stopped_says_so(made, write):
    run = made("a", stopped="the budget of 5.00 dollars is spent", missing=7)
    run.summary.variants[1] = msgspec.structs.replace(run.summary.variants[1], missing=7)
    text = write("markdown", run).decode()

    assert "<strong>Stopped</strong>: the budget of 5.00 dollars is spent; 7\u00a0samples were not run." in text
    assert "| 3, 7 not run |" in text
    check(text)


def test_a_suite_without_a_gate_gets_no_tick(made, write):
    text = write("markdown", made("a", decision="pass", gated=False)).decode()

    assert "### ➖ <code>a</code>: No gate" in text or "### ➖ a: No gate" in text
    assert "✅" not in text
