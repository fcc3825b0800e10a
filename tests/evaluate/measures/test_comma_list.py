"""A list that is written as one text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.evaluate.measures.comma_list import comma_list


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a, b ,c", ["a", "b", "c"]),
        ('a, "b,c"', ["a", "b,c"]),
        ('"say \\"hi\\"", "a ""b"""', ['say "hi"', 'a "b"']),
        (r'"back\\slash"', ["back\\slash"]),
        (",, a,,", ["a"]),
        ('5" pipe', ['5" pipe']),
        ('"" , x', ["", "x"]),
        ("", []),
    ],
)
def test_parts_stand_between_commas(text, parts):
    assert comma_list(text) == parts


@pytest.mark.parametrize("text", ['"open', '"a" b', 'x, "a\\"'])
def test_quotes_that_do_not_end_a_part_are_refused(text):
    with pytest.raises(ValueError, match="quotes"):
        comma_list(text)


@given(st.lists(st.text()))
def test_any_list_can_be_written(parts):
    def quoted(part: str) -> str:
        return '"' + part.replace("\\", "\\\\").replace('"', '""') + '"'

    assert comma_list(",".join(map(quoted, parts))) == parts
