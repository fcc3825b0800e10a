"""What holds for every format: cases come back as they went in, and the format is found out again."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.author.source import WorkingTree
from assay.core.errors import BadInput
from assay.evaluate.case_digest import canonical
from assay.evaluate.curate.convert import convert, target_format
from assay.evaluate.dataset import DatasetFile, cases_in, check_files, read_cases
from assay.evaluate.dataset_format import formats, row_of_case

# Every format with one ending that it writes.
WRITTEN = {
    "jsonl": ".jsonl",
    "json": ".json",
    "yaml": ".yaml",
    "csv": ".csv",
    "parquet": ".parquet",
    "xlsx": ".xlsx",
    "label-studio": ".json",
    "langsmith": ".jsonl",
    "langfuse": ".json",
}

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
names = st.one_of(
    st.sampled_from(
        ["ticket", "lang", "id", "expected", "cluster", "tags", "inputs", "tags.x", "inputs.y", "n:json", "-"]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=6),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=5,
)
inputs = st.one_of(
    st.fixed_dictionaries({"ticket": texts, "n": st.integers(-9, 9)}, optional={"x": st.floats(-1, 1)}),
    st.dictionaries(names, json_values, max_size=3),
)
cases = st.lists(
    st.fixed_dictionaries(
        {"id": texts.filter(str.strip), "inputs": inputs},
        optional={
            "expected": st.one_of(st.sampled_from(["billing", "bug"]), json_values),
            "cluster": texts.filter(bool),
            "tags": st.dictionaries(names.filter(str.strip), texts, min_size=1, max_size=3),
        },
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda row: row["id"],
)


def write_lines(folder: Path, rows: list[dict[str, object]]) -> DatasetFile:
    path = folder / "source.jsonl"
    path.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    return DatasetFile(path, path.name)


def test_there_is_an_example_of_every_format():
    assert sorted(WRITTEN) == formats.names()


@pytest.mark.parametrize("name", WRITTEN)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=cases)
def test_any_case_comes_back_or_is_refused_by_name(tmp_path_factory, name, rows):
    folder = tmp_path_factory.mktemp("data")
    source, target = write_lines(folder, rows), folder / f"target{WRITTEN[name]}"

    try:
        written = convert(source, target, formats.get(name))
    except BadInput as error:
        assert error.code == "dataset.cannot_hold"  # noqa: PT017 - only some of the examples are refused
        assert name in {"xlsx", "yaml"}
        assert not target.exists()
        return

    again = DatasetFile(target, target.name, kind=name)
    assert check_files({"x": again}).digests["x"] == written.digest
    for row, case in zip(rows, cases_in(again), strict=True):
        assert canonical(case.inputs) == canonical(row["inputs"])
        assert case.id == row["id"]
        assert case.tags == row.get("tags", {})


ROWS = [
    {"id": "a", "inputs": {"ticket": "x", "n": 1}, "expected": "billing", "cluster": "c", "tags": {"k": "v"}},
    {
        "id": "b",
        "inputs": {"ticket": "y\nz", "n": 2.5},
        "expected": {"team": ["bug"]},
        "tags": {"k": "w", "split": "test"},
    },
    {"id": "c", "inputs": {"ticket": ""}},
]


@pytest.mark.parametrize("name", WRITTEN)
def test_a_file_is_known_by_its_name_and_start_and_a_suite_can_name_it(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    source = write_lines(tmp_path, ROWS)
    convert(source, Path("target" + WRITTEN[name]), formats.get(name))

    found = [row_of_case(case) for case in read_cases(WorkingTree(tmp_path), "target" + WRITTEN[name])]

    assert found == ROWS


@pytest.mark.parametrize("name", WRITTEN)
def test_a_file_that_is_cut_or_of_another_kind_is_refused_in_a_sentence(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    file = "target" + WRITTEN[name]
    convert(write_lines(tmp_path, ROWS), Path(file), formats.get(name))
    whole = (tmp_path / file).read_bytes()

    cut = whole[: len(whole) // 2] if name != "yaml" else b"- [" + whole  # YAML that is cut is YAML
    for content in (cut, b"\x00\xff" + whole[::-1], b'{"a": [}'):
        (tmp_path / file).write_bytes(content)
        with pytest.raises(BadInput) as caught:
            list(cases_in(DatasetFile(tmp_path / file, file, kind=name)))
        assert caught.value.where.file == file
        assert "\n" not in caught.value.what
        assert len(caught.value.what) < 200


def test_order_and_format_do_not_change_a_datasets_digest_and_content_does(tmp_path):
    def digest(rows: list[dict[str, object]]) -> str:
        return check_files({"x": write_lines(tmp_path, rows)}).digests["x"]

    assert digest(ROWS) == digest(ROWS[::-1])
    for change in (
        {"expected": "bug"},
        {"cluster": "d"},
        {"tags": {"k": "u"}},
        {"inputs": {"ticket": "X", "n": 1}},
        {"id": "z"},
    ):
        assert digest(ROWS) != digest([ROWS[0] | change, *ROWS[1:]])
    assert digest(ROWS) != digest(ROWS[:2])


def test_a_target_that_no_format_writes_is_refused():
    for path, kind in (("a.txt", None), ("a", None), ("a.json", "langsmith"), ("a.xls", "xlsx")):
        with pytest.raises(BadInput):
            target_format(path, kind)
    assert target_format("a.json", None).name == "json"
    assert target_format("a.json", "label-studio").name == "label-studio"
