"""What XML a grader asks for."""

import pytest

from assay.core.errors import BadInput
from assay.evaluate.xml_form import required_paths


@pytest.mark.parametrize(
    ("value", "paths"),
    [
        (None, []),
        ("a.b, c", ["a.b", "c"]),
        (["a.b"], ["a.b"]),
        ({"requiredElements": ["a"]}, ["a"]),
        ({}, []),
    ],
)
def test_paths_are_a_list_a_text_or_a_mapping(value, paths):
    assert required_paths(value) == paths


def test_another_key_is_refused():
    with pytest.raises(BadInput) as caught:
        required_paths({"elements": ["a"]})

    assert caught.value.code == "grader.value"
