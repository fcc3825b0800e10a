"""A dataset comes in, is masked, split and pinned, and a suite runs on it in any format with the same outcome."""

import json


def test_a_suite_runs_on_one_split_of_a_pinned_workbook(small, sorter, here, against):
    rows = [json.loads(line) for line in (small.root / "datasets/tickets.jsonl").read_text().splitlines()]
    rows[0]["inputs"]["ticket"] += " Call +49 30 901820 44."
    small.write("raw.jsonl", "".join(json.dumps(row) + "\n" for row in rows))

    assert here("dataset", "convert", "raw.jsonl", "masked.csv", "--mask").err == "masked in 1 case: phone 1\n"
    assert here("dataset", "split", "masked.csv", "--into", "dev=0.5,test=0.5", "-o", "datasets/t.xlsx").status == 0
    assert here("dataset", "convert", "datasets/t.xlsx", "datasets/t.parquet").status == 0
    digest = here("dataset", "show", "datasets/t.parquet", "--json").json()["digest"]
    outcomes = []
    for file in ("t.xlsx", "t.parquet"):
        dataset = f"{{file: '../datasets/{file}@{digest}', split: test}}"
        text = (small.root / "suites/sort.yaml").read_text().replace("../datasets/tickets.jsonl", dataset)
        small.write(f"suites/{file}.yaml", text)
        done = here("eval", f"suites/{file}.yaml", "--json", *against(sorter))
        assert done.status in (0, 1, 3), done.err
        outcomes.append(done.json())

    first, second = outcomes
    assert 0 < first["cases"] < 12
    assert list(first["datasets"].values()) == list(second["datasets"].values())
    assert list(first["datasets"]) == ["datasets/t.xlsx[test]"]
    assert second["calls_made"] == 0
    assert [v["passed"] for v in first["variants"]] == [v["passed"] for v in second["variants"]]


def test_a_pinned_dataset_that_changed_stops_a_run_before_the_first_call(small, sorter, here, against):
    digest = here("dataset", "show", "datasets/tickets.jsonl", "--json").json()["digest"]
    text = (small.root / "suites/sort.yaml").read_text()
    small.write("suites/sort.yaml", text.replace("tickets.jsonl", f"tickets.jsonl@{digest[:20]}"))
    assert here("eval", "suites/sort.yaml", "--json", *against(sorter)).status in (0, 1, 3)
    made = len(sorter.requests)
    data = (small.root / "datasets/tickets.jsonl").read_text()
    small.write("datasets/tickets.jsonl", data.replace('"billing"}', '"bug"}').replace("about bug", "about a bug"))

    done = here("eval", "suites/sort.yaml", *against(sorter))

    assert done.status == 2
    assert "suites/sort.yaml:2" in done.err
    assert "does not hold the cases that the suite has pinned" in done.err
    assert len(sorter.requests) == made
