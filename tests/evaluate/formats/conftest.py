"""A file with some content, read or written in one format."""

import json
from pathlib import Path

import pytest

from assay.core.errors import BadInput
from assay.evaluate.case_shape import Shape
from assay.evaluate.curate.convert import convert, target_format
from assay.evaluate.dataset import DatasetFile, cases_in
from assay.evaluate.dataset_format import row_of_case


@pytest.fixture
def read(tmp_path: Path):
    """The cases of a file, as rows; the format is found out unless it is given."""

    def read_file(name: str, content: str | bytes, **how: object) -> list[dict[str, object]]:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return [row_of_case(case) for case in cases_in(DatasetFile(path, name, **how))]

    return read_file


@pytest.fixture
def refused(read):
    """The error of a file that cannot be read."""

    def read_file(name: str, content: str | bytes, **how: object) -> BadInput:
        with pytest.raises(BadInput) as caught:
            read(name, content, **how)
        return caught.value

    return read_file


@pytest.fixture
def write(tmp_path: Path):
    """Writes rows into a file; its path."""

    def write_file(name: str, rows: list[dict[str, object]], kind: str | None = None) -> Path:
        source = tmp_path / "source.jsonl"
        source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        convert(DatasetFile(source, "source.jsonl"), tmp_path / name, target_format(name, kind))
        return tmp_path / name

    return write_file


@pytest.fixture
def shape_of(tmp_path: Path):
    """What rows have in common."""

    def shape(rows: list[dict[str, object]]) -> Shape:
        path = tmp_path / "shape.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return Shape(cases_in(DatasetFile(path, "shape.jsonl")))

    return shape
