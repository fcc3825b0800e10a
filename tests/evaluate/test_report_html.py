"""The report as a file: complete, inert, the same for the same run, in every state that a run may be in."""

import base64
import hashlib
import html
import itertools
import re
import time
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO

import msgspec
import pytest

from assay.core.errors import StorageFailed
from assay.evaluate.report_data import Packed
from assay.evaluate.report_html import dump_report, write_report
from assay.evaluate.report_page import page
from assay.evaluate.summary import Comparison, GatePart
from assay.testing.example_run import ESCAPES, RIGHT_TO_LEFT, ExampleRun, example_rows, example_view, rate, summarise

VOID = {"meta", "br", "img", "input", "line", "circle", "rect"}


class Tree(HTMLParser):
    """What a parser makes of the page: start tags with their attributes, and the text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] not in {"script", "style"}:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.texts).replace("\u00a0", " "))

    def named(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]


def render_report(view: ExampleRun, rows: int = 50_000) -> str:
    out = BytesIO()
    dump_report(view.summary, view.lines, out, rows=rows)
    return out.getvalue().decode()


def page_of(view: ExampleRun):
    return page(view.summary, Packed(0, [], [], {}))


def read(view: ExampleRun) -> Tree:
    return Tree(render_report(view))


def changed(view: ExampleRun, **changes: object) -> ExampleRun:
    """The view with another summary."""
    return replace(view, summary=msgspec.structs.replace(view.summary, **changes))


@pytest.fixture(scope="module")
def view() -> ExampleRun:
    return example_view()


@pytest.fixture(scope="module")
def tree(view) -> Tree:
    return read(view)


def test_says_what_was_decided_about_what(tree, view):
    for variant in view.summary.variants:
        assert variant.digest[7:19] in tree.text
    assert "✓ Pass" in tree.text
    assert view.summary.sentence in tree.text
    assert "support.triage 1.1.0" in tree.text
    assert "132 cases × 2 variants = 264 samples" in tree.text
    assert "81.1 % (73.5 to 86.8)" in tree.text
    assert "+30.3 points" in tree.text
    assert "90 % interval +20.6 to +39.4" in tree.text
    assert "2026-03-01 14:05:09 UTC" in tree.text


def test_every_element_is_closed(tree):
    assert tree.open == []


def test_asks_for_no_other_file(tree):
    elements = {tag for tag, _ in tree.tags}
    targets = [value for _, a in tree.tags for name, value in a.items() if name in {"src", "href", "action", "srcset"}]

    assert not elements & {"img", "link", "iframe", "object", "embed", "image", "use", "base", "audio", "video"}
    assert all(target.startswith("#") for target in targets)


def test_every_link_leads_somewhere(tree):
    anchors = [a["id"] for _, a in tree.tags if "id" in a]
    rows = {f"sample-{number}" for number in range(1, 265)}  # the script opens them in the list

    assert len(anchors) == len(set(anchors))
    assert {a["href"][1:].partition("?")[0] for a in tree.named("a") if "hidden" not in a} - rows <= set(anchors)


def test_the_policy_allows_the_style_and_the_script_of_the_page_alone(view):
    source = render_report(view)
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]+)"', source)[1])
    blocks = re.findall(r"<(style|script)>(.*?)</\1>", source, re.DOTALL)

    assert [kind for kind, _ in blocks] == ["style", "script"]
    assert policy.startswith("default-src 'none'; ")
    for kind, text in blocks:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy


def test_no_element_or_attribute_comes_from_a_model(tree):
    attributes = {name for _, a in tree.tags for name in a}

    data = [a for a in tree.named("script") if a.get("type") == "application/gzip"]

    assert len(tree.named("script")) - len(data) == len(tree.named("style")) == 1
    assert [a["id"] for a in data] == ["index", "cases", "glances", "rows-0", "rows-1"]
    assert not [name for name in attributes if name.startswith("on") or name == "style"]
    assert "<script>window.hacked = true" in tree.text
    assert "delivery-<b>bold</b>-&amp;-005" in tree.text


def test_control_characters_and_reordering_marks_are_signs(view):
    row = msgspec.structs.replace(view.rows[0], output=f"{ESCAPES} {RIGHT_TO_LEFT}", status="failed")
    source = render_report(replace(view, rows=[row]))

    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", source)
    assert "␛[2J" in source
    assert "⟨U+202E⟩" in source


def test_headings_follow_each_other(tree):
    levels = [int(tag[1]) for tag, _ in tree.tags if re.fullmatch(r"h[1-6]", tag)]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_tables_have_captions_and_their_headers_a_scope(tree):
    assert len(tree.named("caption")) == len(tree.named("table")) >= 5
    assert all(a.get("scope") in {"row", "col"} for a in tree.named("th"))


def test_says_its_language_and_has_landmarks(tree):
    assert tree.named("html") == [{"lang": "en"}]
    assert all(tree.named(name) for name in ("title", "main", "header", "nav", "footer"))


def test_the_same_run_makes_the_same_bytes(view):
    assert render_report(view) == render_report(example_view())


def test_slices_stand_worst_first_and_tiny_ones_last(view):
    about = page_of(view).slices

    assert [about[0].tag, about[0].value] == ["severity", "critical"]
    assert [about[-1].value, about[-1].cells[0].powered] == ["yes", False]
    assert "not powered" in read(view).text


def test_says_when_rows_are_left_out(view):
    rest = Tree(render_report(view, rows=10)).text

    assert "These are the first 10 of 264 samples. All of them are in samples.jsonl" in rest
    assert "These are the first" not in read(view).text


def test_a_long_text_is_cut_and_says_by_how_much(view):
    row = msgspec.structs.replace(view.rows[0], output="y" * 5_000, status="failed")
    text = read(replace(view, rows=[row])).text

    assert "1000 more characters, in samples.jsonl" in text


@pytest.mark.parametrize("text", ["plain words ", "é & <long> text ", "<<<>>>&&&", "配送チーム"])
def test_thousands_of_large_samples_make_a_small_page_quickly(view, text):
    long = [msgspec.structs.replace(row, output=text * 500) for row in example_rows(1_000)]
    began = time.process_time()
    source = render_report(ExampleRun(view.summary, long))

    assert time.process_time() - began < 3
    assert len(source.encode()) < 3_000_000


def test_a_flip_marks_the_words_that_differ(view):
    flip = msgspec.structs.replace(
        view.summary.comparison.flips[0], baseline="it is for billing, now", candidate="it is for device, now"
    )
    comparison = msgspec.structs.replace(view.summary.comparison, flips=[flip], lost=1, gained=0)
    source = render_report(changed(view, comparison=comparison))

    assert "it is for <del>billing</del>, now" in source
    assert "it is for <ins>device</ins>, now" in source


def test_a_flip_shows_the_beginning_of_its_input(view):
    flip = msgspec.structs.replace(view.summary.comparison.flips[0], input="charged <b>twice</b>")
    comparison = msgspec.structs.replace(view.summary.comparison, flips=[flip], lost=1, gained=0)

    assert "charged &lt;b&gt;twice" in render_report(changed(view, comparison=comparison))


def test_flips_beyond_those_held_are_counted(view):
    comparison = msgspec.structs.replace(view.summary.comparison, lost=4_000)

    assert "The first 14 of 4000 are shown" in read(changed(view, comparison=comparison)).text


class TestStates:
    """Each state that a run may be in reads as a sentence, not as an empty space."""

    def test_one_variant(self, view):
        summary = msgspec.structs.replace(view.summary, variants=view.summary.variants[:1], comparison=None)
        found = read(ExampleRun(summary=summary, rows=view.rows[::2]))

        assert "The difference" not in found.text
        assert not [a for a in found.named("section") if a.get("id") == "flips"]

    def test_no_flips(self, view):
        same = msgspec.structs.replace(
            view.summary.comparison, flips=[], lost=0, gained=0, diff=0.0, low=-0.03, high=0.03
        )
        text = read(changed(view, comparison=same)).text

        assert "The two variants pass and fail the same cases." in text
        assert "holds zero" in text

    def test_no_slices(self, view):
        bare = [msgspec.structs.replace(variant, slices=[]) for variant in view.summary.variants]

        assert "No case has a tag" in read(changed(view, variants=bare)).text

    def test_no_samples(self):
        found = read(ExampleRun(summary=summarise([]), rows=[])).text

        assert "There are no samples." in found
        assert "nothing to compare" in found
        assert "90 % interval" not in found
        assert not re.search(r"\bnan\b", found, re.IGNORECASE)

    def test_all_errors(self, view):
        rows = [
            msgspec.structs.replace(
                row, status="error", output=None, verdicts=[], error={"code": "model.down", "what": "no"}
            )
            for row in view.rows
        ]
        found = read(ExampleRun(summary=summarise(rows), rows=rows))

        assert "model.down" in found.text
        assert "There was no reply." in found.text
        assert "0.0 % (0.0 to" in found.text
        assert "No sample of candidate was answered, so there is nothing to say of its slices." in found.text

    def test_no_gate(self, view):
        validity = GatePart(rule="validity", decision="pass", sentence="Every sample has a verdict.")
        found = read(changed(view, gate=[validity], sentence=f"{validity.sentence[:-1]}; no gate.", gated=False)).text

        assert "– No gate" in found
        assert found.count("Every sample has a verdict") == 1
        assert "Pass" not in found.split("Pass rates")[0]
        assert "margin" not in found

    def test_how_many_more_cases_it_takes_is_said_once(self, view):
        said = "132 cases cannot tell; about 1,418 more cases would settle it."
        part = GatePart(rule="compare", decision="inconclusive", sentence=said, cases_needed=1418)
        found = read(changed(view, gate=[part], decision="inconclusive", sentence=part.sentence)).text

        assert "? Inconclusive" in found
        assert found.count("would settle it") == 1

    def test_invalid(self, view):
        part = GatePart(rule="validity", decision="invalid", sentence="9 of 132 samples ended in an error.")

        assert "! Invalid" in read(changed(view, gate=[part], decision="invalid", sentence=part.sentence)).text

    def test_a_run_that_a_budget_stopped_says_so(self, view):
        found = read(changed(view, stopped="the budget of $1 is spent", missing=40)).text

        assert "The run was stopped: the budget of $1 is spent; 40 samples were not run." in found

    def test_why_a_run_was_stopped_is_not_said_twice(self, view):
        said = "40 of 132 samples of candidate were not run, as the budget of $1 is spent; the gate allows 1 %."
        found = read(changed(view, decision="invalid", sentence=said, stopped="the budget of $1 is spent", missing=40))

        assert found.text.count("the budget of $1 is spent") == 1

    def test_unknown_cost_is_not_zero(self, view):
        unknown = [msgspec.structs.replace(variant, cost_usd=None) for variant in view.summary.variants]
        costs = next(m for m in page_of(changed(view, variants=unknown)).measures if m.label == "Cost")

        assert costs.cells == ["unknown", "unknown"]

    def test_nothing_compared_because_no_case_was_answered_by_both(self, view):
        none = Comparison(
            candidate="candidate", baseline="baseline", n=0, clusters=0, diff=0.0, low=-1.0, high=1.0, level=0.9,
            method="none", p_value=None, gained=0, lost=0, flips=[], smallest_visible=None,
        )  # fmt: skip

        assert "No case was answered by both variants" in read(changed(view, comparison=none)).text

    def test_many_slices_are_folded(self, view):
        slices = [
            msgspec.structs.replace(view.summary.variants[1].slices[0], value=f"v{i}", rate=rate(i, 50))
            for i in range(50)
        ]
        variants = [msgspec.structs.replace(variant, slices=slices) for variant in view.summary.variants]

        assert "20 more slices" in read(changed(view, variants=variants)).text


def test_a_report_is_put_in_place_whole(tmp_path, view):
    path = tmp_path / "report.html"
    path.write_text("old")
    write_report(view.summary, view.lines, path, rows=50_000)

    assert path.read_text(encoding="utf-8") == render_report(view)
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path, view):
    with pytest.raises(StorageFailed, match="cannot be written"):
        write_report(view.summary, view.lines, tmp_path / "missing" / "report.html", rows=1)
