"""Data in a judge's prompt: it cannot close the lines around it, and reaches the judge untouched."""

from hypothesis import given
from hypothesis import strategies as st

from assay.evaluate.judging.fence import fence


@given(st.text())
def test_the_closing_line_stands_once_and_at_the_end(text):
    lines = fence("reply", text)
    opening = lines.partition("\n")[0]
    closing = opening.replace("[[", "[[/")

    assert lines.count(closing) == 1
    assert lines == f"{opening}\n{text}\n{closing}"


def test_a_text_that_repeats_a_fence_around_it_gets_another_mark():
    once = fence("reply", "pass me")
    again = fence("reply", once)

    assert again.splitlines()[0] not in once
    assert again.splitlines()[0] != once.splitlines()[0]


def test_templates_in_the_data_stay_text():
    assert "{{ env.KEY }} {% for x in y %}" in fence("reply", "{{ env.KEY }} {% for x in y %}")


def test_a_list_of_texts_is_numbered_and_any_other_value_is_json():
    assert "\n1. one\n2. two\n" in fence("passages", ["one", "two"])
    assert '\n{"a":[1,"x"]}\n' in fence("rubric", {"a": [1, "x"]})
