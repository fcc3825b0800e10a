"""``assay dataset``: what its commands print, and how they end."""

import json
from pathlib import Path

import pytest

ROWS = [
    {"id": "a", "inputs": {"ticket": "charged twice"}, "expected": "billing", "tags": {"lang": "en"}},
    {"id": "b", "inputs": {"ticket": "it crashes"}, "expected": "bug", "cluster": "c", "tags": {"lang": "de"}},
]


@pytest.fixture
def lines(project: Path):
    def write(name: str, rows: list[dict[str, object]]) -> str:
        (project / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return name

    return write


def test_a_dataset_is_converted_and_its_digest_stays(assay, lines, project):
    source = lines("a.jsonl", ROWS)

    there = assay("dataset", "convert", source, "a.csv", "--json")
    back = assay("dataset", "convert", "a.csv", "b.jsonl", "--json")

    assert (there.status, back.status) == (0, 0)
    assert there.json["digest"] == back.json["digest"]
    assert (there.json["cases"], there.json["clusters"], there.json["format"]) == (2, 2, "csv")
    assert (project / "b.jsonl").read_text() == (project / "a.jsonl").read_text().replace(": ", ":").replace(", ", ",")


def test_a_file_that_is_there_is_written_over_only_by_force(assay, lines):
    source, taken = lines("a.jsonl", ROWS), lines("b.jsonl", ROWS[:1])

    assert assay("dataset", "convert", source, taken).err.startswith("error: b.jsonl is there already")
    assert assay("dataset", "convert", source, taken, "--force").out.startswith("b.jsonl: 2 cases as jsonl, sha256:")


def test_a_wrong_row_leaves_no_file_behind(assay, lines, project):
    lines("a.jsonl", [*ROWS, {"id": "a"}])

    done = assay("dataset", "convert", "a.jsonl", "b.csv")

    assert done.status == 2
    assert "a.jsonl:3: the id 'a' stands twice" in done.err
    assert sorted(p.name for p in project.iterdir()) == ["a.jsonl"]


@pytest.mark.parametrize("pair", ["x", "x=", "=id", "x=expected.y", "x=id.y"])
def test_a_mapping_that_says_nothing_is_refused(assay, lines, pair):
    done = assay("dataset", "convert", lines("a.jsonl", ROWS), "b.jsonl", "--map", pair)

    assert (done.status, "does not say what a column becomes" in done.err) == (2, True)


def test_a_dataset_is_shown(assay, lines):
    source = lines("a.jsonl", ROWS)

    done, told = assay("dataset", "show", source), assay("dataset", "show", source, "--json").json

    assert done.out.splitlines()[0] == "a.jsonl: 2 cases in 2 clusters"
    assert "tag lang: de 1, en 1" in done.out
    assert "inputs.ticket: in 2 cases; characters: median 10, 95 % 13, longest 13" in done.out
    assert told["digest"] in done.out
    assert told["lengths"]["expected"] == {"cases": 2, "least": 3, "median": 3, "p95": 7, "most": 7}


def test_what_changed_is_told_by_case_and_field(assay, lines):
    old = lines("a.jsonl", ROWS)
    new = lines("b.jsonl", [{"id": "c"}, ROWS[0] | {"expected": True, "tags": {}}])

    done = assay("dataset", "diff", old, new)

    assert done.out == ('+ c\n~ a\n    expected: "billing" → true\n    tags.lang: "en" → nothing\n− b\n')
    assert done.err == "1 added, 1 removed, 1 changed\n"
    assert assay("dataset", "diff", old, new, "--exit-code").status == 1
    assert assay("dataset", "diff", old, old, "--exit-code").status == 0
    assert assay("dataset", "diff", old, new, "--json").json["cases"][1]["fields"][0] == {
        "field": "expected",
        "before": "billing",
        "after": True,
    }


@pytest.mark.parametrize(
    "words", [("show", "a.txt"), ("convert", "a.jsonl", "b.txt"), ("show", "a.jsonl", "--from", "xls")]
)
def test_a_format_that_is_not_known_is_answered_with_those_that_are(assay, lines, words):
    lines("a.jsonl", ROWS)

    done = assay("dataset", *words)

    assert done.status == 2
    assert "hint: " in done.err


def test_people_are_masked_and_only_counted(assay, lines, project, monkeypatch):
    source = lines("a.jsonl", [{"id": "a", "inputs": {"t": "Jane wrote from jane@corp.com"}}, {"id": "b"}])
    (project / "people.txt").write_text("Jane")
    monkeypatch.setenv("MASK", "secret")
    words = (
        "dataset",
        "convert",
        source,
        "b.jsonl",
        "--mask",
        "--names",
        "people.txt",
        "--force",
        "--mask-key-env",
        "MASK",
    )

    told, done = assay(*words, "--json").json, assay(*words)

    assert told["masked"] == {"cases": 1, "found": {"email": 1, "name": 1}, "let_through": 0}
    assert done.err == "masked in 1 case: email 1, name 1\n"
    assert told["digest"] in done.out
    text = (project / "b.jsonl").read_text()
    assert "wrote from [email-" in text
    assert "Jane" not in text + done.out
    assert "jane" not in text + done.out


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("anna@example.com", "masked in 0 cases: nothing found; let through: 1 reserved address\n"),
        ("a@b.test, c@d.test, jane@corp.com", "masked in 1 case: email 1; let through: 2 reserved addresses\n"),
    ],
)
def test_addresses_that_are_let_through_are_counted(assay, lines, said, told):
    source = lines("a.jsonl", [{"id": "a", "inputs": {"t": said}}])

    assert assay("dataset", "convert", source, "b.jsonl", "--mask").err == told


def test_an_address_that_a_pattern_or_a_choice_covers_is_not_let_through(assay, lines):
    source = lines("a.jsonl", [{"id": "a", "inputs": {"t": "anna@example.com"}}])

    own = assay("dataset", "convert", source, "b.jsonl", "--mask", "--pattern", "staff=[a-z]+@example[.]com")
    kept = assay("dataset", "convert", source, "c.jsonl", "--mask", "--keep", "email")

    assert own.err == "masked in 1 case: staff 1\n"
    assert kept.err == "masked in 0 cases: nothing found\n"


def test_rows_with_equal_inputs_are_named_where_ids_are_made_of_them(assay, project):
    (project / "x.csv").write_text("q,expected\na,1\nb,2\na,3\n")

    done = assay("dataset", "convert", "x.csv", "t.jsonl", "--map", "q=inputs.q", "--ids", "content")

    assert done.status == 2
    assert "x.csv:4: the case has the same inputs as the one at x.csv:2" in done.err
    assert "--ids row" in done.err
    assert assay("dataset", "convert", "x.csv", "t.jsonl", "--map", "q=inputs.q", "--ids", "row").status == 0


def test_two_maskings_without_a_key_cannot_be_joined(assay, lines, project):
    source = lines("a.jsonl", [{"id": "a", "inputs": {"t": "jane@corp.com"}}])

    assay("dataset", "convert", source, "b.jsonl", "--mask")
    assay("dataset", "convert", source, "c.jsonl", "--mask")

    assert (project / "b.jsonl").read_text() != (project / "c.jsonl").read_text()


@pytest.mark.parametrize(
    "options",
    [
        ("--names", "x"),
        ("--mask", "--keep", "mail"),
        ("--mask", "--mask-key-env", "NOT_SET"),
        ("--mask", "--pattern", "x"),
    ],
)
def test_masking_that_cannot_be_done_is_refused(assay, lines, project, options):
    done = assay("dataset", "convert", lines("a.jsonl", ROWS), "b.jsonl", *options)

    assert done.status == 2
    assert not (project / "b.jsonl").exists()


@pytest.fixture
def suite(project, lines) -> str:
    (project / "assay.yaml").write_text("project: desk\n")
    (project / "p.prompt.md").write_text(
        "---\nprompt: desk.p\nversion: 1.0.0\ninputs: {ticket: string}\n---\nuser:\n"
        "It never arrived though I paid for it is a bug.\n{{ ticket }}\n"
    )
    rows = [
        {
            "id": "a",
            "inputs": {"ticket": "it never arrived though I paid for it"},
            "tags": {"intent": "bug", "lang": "de"},
        },
        {"id": "b", "inputs": {"ticket": "something else"}, "tags": {"intent": "other", "lang": "de", "split": "x"}},
    ]
    lines("d.jsonl", rows)
    (project / "s.yaml").write_text("suite: a\ndatasets: [d.jsonl]\nvariants: [p.prompt.md]\n")
    return "s.yaml"


def test_a_suite_is_checked_against_its_prompts(assay, suite, project):
    done = assay("dataset", "check", suite)

    assert (done.status, done.err) == (1, "leak 1\n")
    assert done.out == (
        "d.jsonl:1: error 'inputs.ticket' of case 'a' stands in the prompt desk.p (see p.prompt.md:7) [leak]\n"
    )
    assert assay("dataset", "check", suite, "--json").json[0]["other"]["line"] == 7
    assert assay("dataset", "check", suite, "--sarif").json["runs"][0]["results"][0]["ruleId"] == "dataset/leak"
    assert assay("dataset", "check", "d.jsonl").status == 0
    assert assay("dataset", "check", suite, "d.jsonl").status == 2


def test_coverage_tells_slices_and_traffic(assay, suite, project):
    (project / "flows.csv").write_text("flow,share\nbug,0.5\nlost,0.5\n")

    done = assay("dataset", "coverage", suite, "--flows", "flows.csv", "--least", "1")

    assert done.status == 0
    assert "intent × lang" in done.out
    assert "50.0% of the traffic has a case" in done.out
    assert "lost (50.0% of the traffic; intent=lost): no case" in done.out
    assert assay("dataset", "coverage", suite, "--flows", "flows.csv", "--require", "0.6").status == 1
    assert assay("dataset", "coverage", suite, "--require", "0.6").status == 2
    assert assay("dataset", "coverage", "d.jsonl", "--json").json["tags"]["lang"] == {"de": 2}


def test_a_dataset_is_split_into_one_file_with_tags_or_into_several(assay, lines, project):
    source = lines("a.jsonl", [{"id": str(i), "cluster": f"k{i // 2}", "tags": {"lang": "de"}} for i in range(40)])
    words = ("dataset", "split", source, "--into", "dev=0.4,test=0.6", "--seed", "1")

    told, done = assay(*words, "-o", "b.jsonl", "--json").json, assay(*words, "--folder", "parts")
    rows = [json.loads(line) for line in (project / "b.jsonl").read_text().splitlines()]
    parts = {name: (project / f"parts/a.{name}.jsonl").read_text().splitlines() for name in ("dev", "test")}

    assert {row["id"] for row in rows if row["tags"]["split"] == "dev"} == {
        json.loads(line)["id"] for line in parts["dev"]
    }
    assert told["splits"]["dev"]["cases"] == len(parts["dev"])
    assert len(parts["dev"]) + len(parts["test"]) == 40
    assert "parts/a.test.jsonl" in done.out
    assert assay(*words, "-o", "b.jsonl").status == 2
    assert assay("dataset", "split", source, "--into", "a=0.5").status == 2
    assert "b.jsonl/c" in assay(*words, "--folder", "b.jsonl/c").err
