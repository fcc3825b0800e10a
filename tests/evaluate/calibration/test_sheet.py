"""The sheet that people fill in: what it hides, its two forms, and labels as people write them."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.calibration.draw import Drawn
from assay.evaluate.calibration.sheet import WORDS, Sheet, SheetRow, make_sheet, merge, read_label
from assay.evaluate.calibration.sheet_csv import read_csv, write_csv
from assay.evaluate.calibration.sheet_label_studio import read_tasks, write_tasks
from assay.evaluate.calibration.types import Draw, Judged, JudgedCase

DRAW = Draw(run="20261125-170310-2b91ad", grader="is it kind?", cases=3, seed=7)
TOLD = f"{DRAW.cases} of {DRAW.run} seed {DRAW.seed} for {DRAW.grader}"
HERE = Location("labels.csv", 2)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=30)
rows = st.builds(
    SheetRow,
    st.from_regex(r"[0-9a-f]{16}", fullmatch=True),
    texts,
    texts,
    texts,
    texts,
    st.dictionaries(st.sampled_from(["label", "maria", "tom"]), st.sampled_from(["pass", "fail", "unsure"])),
)
sheets = st.lists(rows, min_size=1, max_size=5, unique_by=lambda row: row.key)


def drawn_case(number: int, *replies: tuple[str, str, bool]) -> Drawn:
    judged = {v: Judged(text, f"sha256:{text}", passed, True, "sha256:j") for v, text, passed in replies}
    return Drawn(JudgedCase(f"c{number}", None, {"q": f"question {number}"}, None, judged), 0.5)


def test_neither_the_verdict_nor_the_variant_is_in_it():
    cases = [drawn_case(n, ("old", f"reply {n}", True), ("new", f"answer {n}", False)) for n in range(3)]
    sheet = make_sheet(DRAW, cases)
    told = write_csv(sheet).decode("utf-8-sig")

    assert len(sheet.rows) == 6
    assert "question 2" in told
    assert not any(word in told for word in ("old", "new", "pass", "True", "False"))


def test_equal_replies_of_two_variants_are_labelled_once():
    assert len(make_sheet(DRAW, [drawn_case(1, ("old", "same", True), ("new", "same", False))]).rows) == 1


@given(sheets)
def test_csv_gives_back_what_it_was_given(given):
    assert read_csv(write_csv(Sheet(DRAW, given)), "labels.csv") == Sheet(DRAW, given)


@given(sheets)
def test_label_studios_form_gives_back_what_it_was_given(given):
    assert read_tasks(write_tasks(Sheet(DRAW, given)), "tasks.json") == Sheet(DRAW, given)


def test_a_spreadsheet_that_separates_by_semicolons_is_read():
    told = f"key;label;draw\nabc;pass;{DRAW.cases} of {DRAW.run} seed {DRAW.seed} for {DRAW.grader}\n"

    assert read_csv(told.encode(), "labels.csv").rows[0].labels == {"label": "pass"}


def test_an_export_names_who_annotated():
    tasks = json.loads(write_tasks(Sheet(DRAW, [SheetRow("abc", "c", "i", "r", "e")])))
    result = {"from_name": "label", "type": "choices", "value": {"choices": ["fail"]}}
    tasks[0]["annotations"] = [{"completed_by": 4, "result": [result]}, {"was_cancelled": True, "result": [result]}]

    assert read_tasks(json.dumps(tasks).encode(), "tasks.json").rows[0].labels == {"4": "fail"}


@pytest.mark.parametrize(
    ("word", "label"), [(" Pass ", "pass"), ("n", "fail"), ("1", "pass"), ("?", "unsure"), (" ", None)]
)
def test_labels_are_read_as_people_write_them(word, label):
    assert read_label(word, HERE) == label


def test_another_word_is_refused_with_its_line():
    with pytest.raises(BadInput, match="'maybe' is no label") as caught:
        read_csv(b"key,label,draw\nabc,maybe,3 of r seed 7 for g\n", "labels.csv")

    assert str(caught.value.where) == "labels.csv:2"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"a,b\n1,2\n", "has no column 'key'"),
        (b"key,draw\n", "has no rows"),
        (b"key,draw\nabc,nothing\n", "does not say how the cases were drawn"),
        (b"\xff\xfe\x00", "is not UTF-8"),
    ],
)
def test_what_is_no_sheet_is_refused(data, what):
    with pytest.raises(BadInput, match=what):
        read_csv(data, "labels.csv")


def test_several_peoples_sheets_become_one():
    first, second = (Sheet(DRAW, [SheetRow("abc", "c", "i", "r", "e", {"label": word})]) for word in ("pass", "fail"))

    assert merge([first, second]).rows[0].labels == {"label": "pass", "label 2": "fail"}


def test_sheets_of_different_draws_do_not_go_together():
    other = Draw(run="another", grader="is it kind?", cases=3, seed=7)

    with pytest.raises(BadInput, match="different draws"):
        merge([Sheet(DRAW, []), Sheet(other, [])])


def test_a_reply_that_one_person_labels_twice_in_two_ways_is_refused_with_both_lines():
    told = f"key,label,draw\nabc,pass,{TOLD}\nabd,pass,{TOLD}\nabc,fail,{TOLD}\n"

    with pytest.raises(BadInput, match=r"the reply abc is labelled 'fail' here, and 'pass' at labels\.csv:2") as caught:
        read_csv(told.encode(), "labels.csv")

    assert str(caught.value.where) == "labels.csv:4"


def test_the_same_label_twice_is_one_and_a_second_row_may_bring_another_persons():
    told = f"key,label:a,label:b,draw\nabc,pass,,{TOLD}\nabc,pass,fail,{TOLD}\n"

    assert [row.labels for row in read_csv(told.encode(), "labels.csv").rows] == [{"a": "pass", "b": "fail"}]


def test_two_tasks_of_one_reply_that_contradict_each_other_are_refused():
    given = [SheetRow("abc", "c", "i", "r", "e", {"maria": word}) for word in ("pass", "fail")]

    with pytest.raises(BadInput, match=r"labelled 'fail' here by maria, and 'pass' at tasks.json \(task 1\)"):
        read_tasks(write_tasks(Sheet(DRAW, given)), "tasks.json")


def test_one_persons_sheets_that_contradict_each_other_are_refused():
    told = [f"key,label:tom,draw\nabc,{word},{TOLD}\n".encode() for word in ("pass", "fail")]

    with pytest.raises(BadInput, match=r"labelled 'fail' here by tom, and 'pass' at one\.csv:2") as caught:
        merge([read_csv(told[0], "one.csv"), read_csv(told[1], "two.csv")])

    assert str(caught.value.where) == "two.csv:2"


def test_a_sheet_may_have_rows_that_the_first_one_lacks():
    one, other = (Sheet(DRAW, [SheetRow(key, "c", "i", "r", "e", {"tom": "pass"})]) for key in ("abc", "abd"))

    assert [row.key for row in merge([one, other]).rows] == ["abc", "abd"]


def test_every_word_that_is_read_as_a_label_is_documented():
    page = (Path(__file__).parents[3] / "docs/how-to/calibrate-a-judge.md").read_text()

    for label, words in WORDS.items():
        assert f"| {label} | {', '.join(f'`{word}`' for word in words)} |" in page
