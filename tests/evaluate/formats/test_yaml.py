"""YAML: small datasets that people write by hand, and that stay readable when they are written."""

import pytest

from assay.core.errors import BadInput


def test_what_is_written_is_what_a_person_would_write(write):
    rows = [{"id": "a", "inputs": {"ticket": "one\ntwo\n"}, "expected": "yes"}, {"id": "007", "inputs": {"n": 1e20}}]

    text = write("a.yaml", rows).read_text("utf-8")

    assert text.startswith("- id: a\n  inputs:\n    ticket: |\n      one\n      two\n")
    assert "- id: '007'" in text


def test_a_dataset_that_yaml_cannot_read_again_is_not_written(refused, write, tmp_path):
    rows = [{"id": str(i), "inputs": {"x": "word " * 30_000}} for i in range(30)]

    with pytest.raises(BadInput, match="larger than 4 MB"):
        write("a.yaml", rows)

    assert not (tmp_path / "a.yaml").exists()


def test_keys_are_mapped(read):
    assert read("a.yaml", "- {q: x, a: y}\n", rename={"q": "inputs.t", "a": "expected"}, ids="row") == [
        {"id": "r-1", "inputs": {"t": "x"}, "expected": "y"}
    ]
