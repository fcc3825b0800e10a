"""One comment for all suites of a job: what failed first, never too large, always found again."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assay.evaluate.exporters.markdown import MAX_BYTES, comment, marker
from assay.evaluate.job_comment import Part, job_comment
from assay.testing.example_run import example_rows, summarise

READER = MarkdownIt("commonmark", {"html": True}).enable("table")


class Run:
    """A run in memory."""

    folder = None

    def __init__(self) -> None:
        self.made = example_rows(40)
        self.summary = summarise(self.made)

    def rows(self):
        return iter(self.made)


RUN = Run()


def part(suite: str, decision: str = "pass", sentence: str = "It is good.", *, run: object = RUN) -> Part:
    return Part(suite=suite, decision=decision, sentence=sentence, run=run)


def test_a_job_with_one_suite_has_that_suites_comment_under_the_jobs_mark():
    assert job_comment("ci", [part("a")]) == f"{marker('ci')}\n{comment(RUN)}"


def test_several_suites_are_a_table_and_their_comments_with_those_that_failed_first():
    text = job_comment(
        "ci", [part("a.yaml"), part("b.yaml", "fail", "It is bad."), part("c.yaml", "error", "x", run=None)]
    )

    assert text.splitlines()[:2] == [marker("ci"), "### ❌ 2 of 3 suites did not pass"]
    assert "| <code>b.yaml</code> | ❌ fail | It is bad. |" in text
    assert "| <code>c.yaml</code> | ⚠️ error | x |" in text
    folded = [line for line in text.splitlines() if line.startswith("<details><summary>") and ".yaml" in line]
    assert folded == [
        "<details><summary>❌ <code>b.yaml</code></summary>",
        "<details><summary>✅ <code>a.yaml</code></summary>",
    ]
    assert text.count("<details>") == text.count("</details>")


def test_when_all_passed_it_says_so():
    assert "### ✅ Every suite passed" in job_comment("ci", [part("a"), part("b")])


def test_a_suite_without_a_gate_gets_no_tick():
    text = job_comment("ci", [part("a"), part("b", "no gate")])

    assert "### ➖ 1 of 2 suites has no gate" in text
    assert "| <code>b</code> | ➖ no gate |" in text


@pytest.mark.parametrize("count", [20, 2_000])
def test_many_suites_stay_within_bounds(count):
    text = job_comment("ci", [part(f"suites/{n}.yaml", "fail", "x" * 400) for n in range(count)])

    assert len(text.encode()) <= MAX_BYTES
    assert text.count("<details>") == text.count("</details>") > 0


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80))
def test_whatever_names_and_sentences_hold_the_table_keeps_its_shape(text):
    parts = [part(text, "fail", text, run=None), part("b", "error", text, run=None)]
    html = READER.render(job_comment(text, parts))

    assert html.count("<tr>") == 3
    assert html.count("<td>") == 6
    assert "<a " not in html


def test_suites_that_were_left_out_are_listed_and_not_counted():
    some = job_comment("ci", [part("a"), part("b.yaml", "left out", "nothing has changed.", run=None)])
    none = job_comment("ci", [part("b.yaml", "left out", "nothing has changed.", run=None)])

    assert "### ✅ Every suite passed" in some
    assert "| <code>b.yaml</code> | ➖ left out | nothing has changed. |" in some
    assert "### ✅ No suite is touched by the change" in none
