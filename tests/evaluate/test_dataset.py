"""Datasets are streamed in three formats, and each row that is wrong is named by file and line, in a sentence."""

import csv
import hashlib
import json
import tracemalloc
from pathlib import Path

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.author.source import WorkingTree
from assay.author.types import MISSING
from assay.core.errors import AssayError, BadInput
from assay.core.location import Location
from assay.evaluate import dataset, json_items
from assay.evaluate.dataset import check_datasets, check_specs, read_cases, spec_cases, spec_of_label
from assay.evaluate.types import Case, DatasetSpec

GOOD = '{"id": "a", "inputs": {"ticket": "hello"}, "expected": "billing"}\n'


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WorkingTree:
    monkeypatch.chdir(tmp_path)
    return WorkingTree(tmp_path)


def write(tree: WorkingTree, name: str, data: str | bytes) -> str:
    path = tree.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return name


def cases(tree: WorkingTree, name: str) -> list[Case]:
    return list(read_cases(tree, name))


def refusal(tree: WorkingTree, *names: str) -> AssayError:
    with pytest.raises(BadInput) as caught:
        check_datasets(tree, names)
    return caught.value


def test_a_line_of_json_is_a_case(tree):
    name = write(
        tree, "d/a.jsonl", '{"id": "t-1", "inputs": {"n": 2}, "expected": null, "cluster": "c", "tags": {"k": "v"}}\n'
    )

    assert cases(tree, name) == [
        Case(id="t-1", inputs={"n": 2}, expected=None, cluster="c", tags={"k": "v"}, where=Location("d/a.jsonl", 1))
    ]


def test_what_a_case_leaves_out_is_missing_rather_than_nothing(tree):
    name = write(tree, "a.jsonl", '{"id": "t-1"}\n{"id": "t-2", "inputs": null, "cluster": "", "tags": null}')

    assert [(c.inputs, c.expected, c.cluster, c.tags) for c in cases(tree, name)] == [({}, MISSING, None, {})] * 2


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("\n\n" + GOOD, [3], id="blank lines are stepped over"),
        pytest.param("\ufeff" + GOOD, [1], id="byte order mark"),
        pytest.param(GOOD.replace("\n", "\r\n") + '{"id": "b"}\r\n', [1, 2], id="lines as Windows ends them"),
        pytest.param(GOOD + '{"id": "b"}', [1, 2], id="no line feed at the end"),
        pytest.param(
            '{"id": "a", "expected": "x\u2028y"}\n{"id": "b"}', [1, 2], id="a line separator is not a line feed"
        ),
    ],
)
def test_every_case_knows_its_line(tree, text, lines):
    assert [case.where.line for case in cases(tree, write(tree, "a.jsonl", text))] == lines


@pytest.mark.parametrize("name", ["a.yaml", "a.yml", "a.json"])
@pytest.mark.parametrize("around", [lambda rows: rows, lambda rows: {"cases": rows}])
def test_a_document_is_a_list_of_cases_or_has_one(tree, name, around):
    rows = [{"id": "a", "inputs": {"x": [1]}, "expected": {"k": True}, "tags": {"t": "v"}}, {"id": "b"}]
    text = json.dumps(around(rows), indent=1) if name == "a.json" else yaml.safe_dump(around(rows))

    found = cases(tree, write(tree, name, text))

    assert [(c.id, c.inputs, c.tags) for c in found] == [("a", {"x": [1]}, {"t": "v"}), ("b", {}, {})]
    assert found[0].expected == {"k": True}
    assert found[1].where.line > found[0].where.line


def test_a_row_of_csv_is_a_case(tree):
    header = "id,ticket,expected,cluster,tags.register\n"
    text = header + 't-1,"a, ""b""\nc",billing,c1,plain\n\nt-2,,,,\nt-3,x,"{""a"": 1}",,\n'

    found = cases(tree, write(tree, "a.csv", text))

    assert [c.where.line for c in found] == [2, 5, 6]
    assert found[0].inputs == {"ticket": 'a, "b"\nc'}
    assert found[0].tags == {"register": "plain"}
    assert (found[1].inputs, found[1].expected, found[1].cluster, found[1].tags) == ({"ticket": ""}, MISSING, None, {})
    assert found[2].expected == {"a": 1}


@pytest.mark.parametrize(("cell", "value"), [("[1]", [1]), ("{oops", "{oops"), ("7", "7"), ("null", "null")])
def test_a_cell_of_expected_is_text_unless_it_is_an_object_or_a_list(tree, cell, value):
    assert cases(tree, write(tree, "a.csv", f"id,expected\nx,{cell}\n"))[0].expected == value


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=12)
names = st.from_regex(r"[a-z_]{1,8}", fullmatch=True).filter(lambda n: n not in {"id", "expected", "cluster"})
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


def datasets(inputs: st.SearchStrategy, expected: st.SearchStrategy) -> st.SearchStrategy:
    case = st.fixed_dictionaries(
        {"id": texts.filter(str.strip), "inputs": inputs},
        optional={
            "expected": expected,
            "cluster": texts.filter(bool),
            "tags": st.dictionaries(names, texts.filter(bool), max_size=3),
        },
    )
    return st.lists(case, min_size=1, max_size=5, unique_by=lambda row: row["id"])


def as_rows(found: list[Case]) -> list[dict[str, object]]:
    rows = []
    for case in found:
        row: dict[str, object] = {"id": case.id, "inputs": case.inputs}
        if case.expected is not MISSING:
            row["expected"] = case.expected
        rows.append(
            row | ({"cluster": case.cluster} if case.cluster else {}) | ({"tags": case.tags} if case.tags else {})
        )
    return rows


def without_nothing(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{k: v for k, v in row.items() if k != "tags" or v} for row in rows]


@given(rows=datasets(st.dictionaries(texts, json_values, max_size=3), json_values))
@settings(max_examples=60, deadline=None)
def test_json_lines_and_yaml_keep_every_case(tmp_path_factory, rows):
    tree = WorkingTree(tmp_path_factory.mktemp("data"))
    write(tree, "a.jsonl", b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    write(tree, "a.json", msgspec.json.encode(rows))
    write(tree, "a.yaml", json.dumps({"cases": rows}, indent=2))

    for name in ("a.jsonl", "a.json", "a.yaml"):
        assert as_rows(cases(tree, name)) == without_nothing(rows)


@given(
    rows=datasets(
        st.fixed_dictionaries({"ticket": texts, "lang": texts}),
        texts.filter(lambda t: t and t.lstrip()[:1] not in ("{", "[")) | st.lists(json_values, max_size=3),
    )
)
@settings(max_examples=60, deadline=None)
def test_csv_keeps_every_case_that_it_can_hold(tmp_path_factory, rows):
    tree = WorkingTree(tmp_path_factory.mktemp("data"))
    tags = sorted({name for row in rows for name in row.get("tags", {})})
    with (tree.root / "a.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["lang", "id", "expected", *(f"tags.{tag}" for tag in tags), "cluster", "ticket"])
        for row in rows:
            expected = row.get("expected", "")
            writer.writerow(
                [
                    row["inputs"]["lang"],
                    row["id"],
                    expected if isinstance(expected, str) else json.dumps(expected),
                    *(row.get("tags", {}).get(tag, "") for tag in tags),
                    row.get("cluster", ""),
                    row["inputs"]["ticket"],
                ]
            )

    assert as_rows(cases(tree, "a.csv")) == without_nothing(rows)


BROKEN = [
    # name, content, the line, a part of the sentence, a part of the hint
    ("a.jsonl", b'{"id": "a"}\n{"id": "\xff"}\n', 2, "not UTF-8: byte 0xff", "save it as UTF-8"),
    ("a.csv", b"id,x\na,\xff\n", 2, "not UTF-8: byte 0xff", "save it as UTF-8"),
    ("a.yaml", b"- id: a\n- id: \xff\n", 2, "not UTF-8", "save it as UTF-8"),
    ("a.jsonl", GOOD + '{"id": "b",\n', 2, "not JSON", "one case a line"),
    ("a.jsonl", GOOD + '{"id": "b"} {"id": "c"}\n', 2, "not JSON: trailing characters", "one case a line"),
    ("a.jsonl", GOOD + '{"id": "b", "expected": NaN}', 2, "not JSON: invalid character", "one case a line"),
    ("a.jsonl", '{"id": "b", "expected": "\\ud800"}', 1, "not JSON", "one case a line"),
    ("a.jsonl", '[\n{"id": "b"}\n]', 1, "not JSON", "ends in .json"),
    ("a.jsonl", '{"id": "b", "expected": ' + "[" * 5000 + "]" * 5000 + "}", 1, "nested too deeply", "one case a line"),
    (
        "a.jsonl",
        GOOD + '{"id": "b", "expected": ' + "[" * 100 + "]" * 100 + "}",
        2,
        "more than 90 levels",
        "flatten it",
    ),
    ("a.csv", 'id,x:json\nb,"' + "[" * 100 + "]" * 100 + '"\n', 2, "more than 90 levels", "flatten it"),
    ("a.jsonl", '{"id": "b", "expected": 1e999}', 1, "not JSON: number out of range", "one case a line"),
    ("a.jsonl", '{"id": "b", "expected": ' + "1" * 5000 + "}", 1, "out of range", "one case a line"),
    ("a.jsonl", GOOD + '["b"]\n', 2, "the row is a list, not a case", "one case a line"),
    ("a.jsonl", GOOD + '"b"\n', 2, "the row is 'b', not a case", "one case a line"),
    ("a.jsonl", GOOD + "\n\n" + '{"inputs": {}}\n', 4, "the case has no id", '"id"'),
    ("a.jsonl", '{"id": null}\n', 1, "the case has no id", '"id"'),
    ("a.jsonl", '{"id": "  "}\n', 1, "id is '  '", "not empty"),
    ("a.jsonl", '{"id": 7}\n', 1, "id is 7", "write text"),
    ("a.jsonl", '{"id": "a", "input": {}}\n', 1, "'input' is not known here", "'inputs'"),
    ("a.jsonl", '{"id": "a", "inputs": "x"}\n', 1, "inputs is 'x'", "a mapping"),
    ("a.jsonl", '{"id": "a", "cluster": 3}\n', 1, "cluster is 3", "text"),
    ("a.jsonl", '{"id": "a", "tags": ["x"]}\n', 1, "tags is a list", "a mapping"),
    ("a.jsonl", '{"id": "a", "tags": {"severity": 3}}\n', 1, "tags.severity is 3", "text, in quotes"),
    ("a.jsonl", '{"id": "a", "tags": {"severity": null}}\n', 1, "tags.severity is nothing", "text, in quotes"),
    ("a.jsonl", GOOD + '{"id": "b"}\n' + GOOD, 3, "the id 'a' stands twice", "a.jsonl:1"),
    ("a.jsonl", "", 1, "holds no case", "at least one"),
    ("a.jsonl", "\n \n", 1, "holds no case", "at least one"),
    ("a.csv", "", 1, "holds no case", "at least one"),
    ("a.csv", "id,ticket\n", 1, "holds no case", "at least one"),
    ("a.yaml", "", 1, "holds no case", "at least one"),
    ("a.yaml", "[]", 1, "holds no case", "at least one"),
    ("a.csv", "id,ticket\na,b\nb,c,d\n", 3, "3 cells and the header has 2", "quotes"),
    ("a.csv", 'id,ticket\na,"b\nc"\nb\n', 4, "1 cells and the header has 2", "quotes"),
    ("a.csv", 'id,ticket\na,"b\n', 2, "not CSV: unexpected end of data", "quotes"),
    ("a.csv", 'id,ticket\na,"b"c\n', 2, "not CSV", "quotes"),
    ("a.csv", "name,ticket\na,b\n", 1, "no column is named 'id'", "the first row"),
    ("a.csv", "Id,ticket\na,b\n", 1, "no column is named 'id'", "'Id'"),
    ("a.csv", "id;ticket\na;b\n", 1, "no column is named 'id'", "commas"),
    ("a.csv", "id,x,x\na,b,c\n", 1, "two columns are named 'x'", "once"),
    ("a.csv", "id,,x\na,b,c\n", 1, "column 2 has no name", "every column"),
    ("a.csv", "id,x\n ,c\n", 2, "the case has no id", "'id'"),
    ("a.csv", "id,x\na,b\n\na,c\n", 4, "the id 'a' stands twice", "a.csv:2"),
    ("a.yaml", "- id: a\n- b\n", 2, "[1] is 'b'", "a mapping"),
    ("a.yaml", "- id: a\n  inputs:\n    x: 1\n  expect: 1\n", 4, "'expect' is not known here", "'expected'"),
    ("a.yaml", "- id: a\n- id: 12\n", 2, "id is 12", "text"),
    ("a.yaml", "- id: a\n  expected:\n    - 1\n    - .nan\n", 4, "expected[1] is nan", "finite"),
    ("a.yaml", "- id: a\n- id: b\n- id: a\n", 3, "the id 'a' stands twice", "a.yaml:1"),
    ("a.yaml", "case:\n  - id: a\n", 1, "not a list of cases", "'cases:'"),
    ("a.yaml", "cases: 3\n", 1, "not a list of cases", "'cases:'"),
    ("a.yaml", "- id: a\n  x: [\n", 2, "not valid YAML", ""),
]


@pytest.mark.parametrize(("name", "content", "line", "what", "hint"), BROKEN)
def test_what_is_wrong_is_said_in_a_sentence_with_file_and_line(tree, name, content, line, what, hint):
    error = refusal(tree, write(tree, name, content))

    assert (error.where.file, error.where.line) == (name, line)
    assert what in error.what
    assert hint in error.hint
    assert "\n" not in error.what
    assert len(error.what) < 160


def test_an_id_may_not_stand_in_two_datasets(tree):
    one, two = write(tree, "a.jsonl", GOOD), write(tree, "d/b.csv", "id\nb\na\n")

    error = refusal(tree, one, two)

    assert str(error.where) == "d/b.csv:3"
    assert error.what == "the id 'a' stands twice"
    assert "a.jsonl:1" in error.hint


SUITE = Location("s.yaml", 4)


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("missing.jsonl", "missing.jsonl cannot be read: no such file"),
        ("folder.jsonl", "folder.jsonl cannot be read: is a directory"),
        ("circle.jsonl", "circle.jsonl cannot be read: too many levels"),
        ("../outside.jsonl", "leads out of the project's folder"),
        ("away.jsonl", "leads out of the project's folder"),
        ("/etc/a.jsonl", "leads out of the project's folder"),
        ("cases.txt", "cases.txt is not a dataset by its name"),
        ("cases", "cases is not a dataset by its name"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_place_that_named_it(tree, path, what):
    (tree.root / "folder.jsonl").mkdir()
    (tree.root / "circle.jsonl").symlink_to("circle.jsonl")
    (tree.root / "away.jsonl").symlink_to(tree.root.parent)

    with pytest.raises(BadInput) as caught:
        list(read_cases(tree, path, where=SUITE))

    assert what in caught.value.what
    assert caught.value.where == SUITE


def test_a_line_or_a_document_that_is_too_large_is_refused_before_it_fills_the_memory(tree):
    long = '{"id": "b", "expected": "' + "x" * json_items.MAX_ITEM_BYTES + '"}'

    assert "the line is longer than 16 MB" in refusal(tree, write(tree, "a.jsonl", GOOD + long)).what
    assert "a.yaml is larger than 4 MB" in refusal(tree, write(tree, "a.yaml", f"[{long}]")).what


def test_the_facts_count_cases_clusters_and_tags_and_name_each_datasets_content(tree):
    one = write(
        tree, "a.jsonl", '{"id": "a", "cluster": "x", "tags": {"k": "v"}}\n{"id": "b", "cluster": "x"}\n{"id": "c"}\n'
    )
    two = write(tree, "b.csv", "id,cluster,tags.k\nd,x,v\ne,y,w\nf,,w\n")
    three = write(tree, "c.yaml", "- id: g\n")

    facts = check_datasets(tree, [one, two, three])

    assert (facts.cases, facts.clusters) == (7, 5)
    assert facts.tags == {"k": {"v": 2, "w": 2}}
    assert facts.cut_tags == set()
    assert facts.digests.keys() == {one, two, three}
    assert len(set(facts.digests.values())) == 3
    other = write(tree, "a.yaml", "- id: c\n- {id: b, cluster: x}\n- {id: a, cluster: x, inputs: {}, tags: {k: v}}\n")
    assert check_datasets(tree, [other]).digests[other] == facts.digests[one]


def test_a_digest_is_made_as_its_page_says(tree):
    name = write(tree, "a.jsonl", '{"id": "b", "inputs": {"z": 1.0, "a": "é"}, "expected": null}\n{"id": "a"}\n')
    cases = [b'{"id":"a"}', '{"expected":null,"id":"b","inputs":{"a":"é","z":1}}'.encode()]
    whole = b"assay dataset 1\n" + b"".join(hashlib.sha256(case).digest() for case in cases)

    assert check_datasets(tree, [name]).digests[name] == "sha256:" + hashlib.sha256(whole).hexdigest()


SPLITS = "".join(
    json.dumps({"id": name, "tags": {"split": split}}) + "\n"
    for name, split in (("a", "dev"), ("b", "test"), ("c", "test"))
)


def test_a_split_is_picked_by_its_tag_and_has_a_digest_of_its_own(tree):
    write(tree, "a.jsonl", SPLITS)
    spec, other = DatasetSpec("a.jsonl", "test"), DatasetSpec("a.jsonl", "dev")

    facts = check_specs(tree, [spec, other])

    assert [case.id for case in spec_cases(tree, spec)] == ["b", "c"]
    assert facts.cases == 3
    assert list(facts.digests) == ["a.jsonl[test]", "a.jsonl[dev]"]
    assert len({*facts.digests.values(), *check_datasets(tree, ["a.jsonl"]).digests.values()}) == 3
    assert [spec_of_label(entry.label) for entry in (spec, DatasetSpec("b.xlsx#May"))] == [
        spec,
        DatasetSpec("b.xlsx#May"),
    ]


def test_a_split_without_a_case_is_refused_with_those_that_there_are(tree):
    write(tree, "a.jsonl", SPLITS)

    with pytest.raises(BadInput) as caught:
        check_specs(tree, [DatasetSpec("a.jsonl", "train", where=SUITE)])

    assert (caught.value.what, caught.value.hint) == ("a.jsonl has no case in the split 'train'", "it has dev, test")
    assert caught.value.where == SUITE


@pytest.mark.parametrize("split", [None, "test"])
def test_a_pinned_dataset_is_refused_when_any_of_its_cases_has_changed(tree, split):
    write(tree, "a.jsonl", SPLITS)
    digest = check_datasets(tree, ["a.jsonl"]).digests["a.jsonl"]
    check_specs(tree, [DatasetSpec("a.jsonl", split, digest[:15], SUITE)])
    write(tree, "a.jsonl", SPLITS.replace('"a"', '"z"'))

    with pytest.raises(BadInput) as caught:
        check_specs(tree, [DatasetSpec("a.jsonl", split, digest, SUITE)])

    assert caught.value.what.startswith(
        "a.jsonl does not hold the cases that the suite has pinned: their digest is sha256:"
    )
    assert caught.value.where == SUITE


def test_a_tag_with_a_value_for_each_case_is_cut(tree):
    rows = [{"id": str(i), "tags": {"n": str(i), **({f"t{i}": "v"} if i < 80 else {})}} for i in range(300)]
    name = write(tree, "a.jsonl", "".join(json.dumps(row) + "\n" for row in rows))

    facts = check_datasets(tree, [name])

    assert len(facts.tags) == dataset.MAX_TAGS
    assert len(facts.tags["n"]) == dataset.MAX_TAG_VALUES
    assert facts.cut_tags == {"n"}


def peak_bytes(tree: WorkingTree, count: int) -> int:
    name = f"{count}.jsonl"
    with (tree.root / name).open("w") as file:
        for i in range(count):
            file.write(
                f'{{"id": "case-{i}", "inputs": {{"text": "{i} words"}}, "cluster": "c{i}", "tags": {{"t": "{i}"}}}}\n'
            )
    tracemalloc.start()
    check_datasets(tree, [name])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_number_of_cases(tree):
    few = peak_bytes(tree, 2_000)
    many = peak_bytes(tree, 12_000)

    assert many - few < 1_000_000


def test_cases_are_handed_out_while_the_file_is_read(tree):
    name = write(tree, "a.jsonl", GOOD + "not json\n")

    stream = read_cases(tree, name)

    assert next(stream).id == "a"
    with pytest.raises(BadInput):
        next(stream)


def test_the_example_projects_datasets_are_right():
    root = Path(__file__).parents[2] / "examples/support"
    tree = WorkingTree(root)

    facts = check_datasets(tree, ["datasets/triage.jsonl"])

    assert facts.cases >= 120
    assert {"severity", "register"} <= facts.tags.keys()
