"""promptfoo's JSON: of its own configurations' runs as they were kept, of native runs made from their rows."""

import io
import json
import tracemalloc

import pytest

from assay.cli.main import run as assay
from assay.evaluate.exporter import exporters, load_run

CONFIG = """\
prompts: ['Say {{word}}']
providers: [echo, {id: echo, label: again}]
derivedMetrics:
  - {name: share, value: letters / __count}
  - {name: nothing, value: absent + 1}
tests:
  - vars: {word: plum}
    assert: [{type: contains, value: plum, metric: letters}]
  - vars: {word: pear}
    assert: [{type: contains, value: plum, metric: letters}]
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "promptfooconfig.yaml").write_text(CONFIG, "utf-8")
    monkeypatch.chdir(tmp_path)
    assert assay(["eval", "promptfooconfig.yaml", "-q"]) == 1
    return next((tmp_path / ".assay" / "runs").iterdir())


def test_a_run_of_a_configuration_is_written_as_it_was(folder, write):
    found = json.loads(write("promptfoo", load_run(folder)))["results"]

    assert found["version"] == 3
    assert [(r["testIdx"], r["promptIdx"], r["success"]) for r in found["results"]] == [
        (0, 0, True),
        (0, 1, True),
        (1, 0, False),
        (1, 1, False),
    ]
    assert (found["stats"]["successes"], found["stats"]["failures"], found["stats"]["errors"]) == (2, 2, 0)


def test_metrics_are_summed_by_prompt_and_others_derived_from_them(folder, write):
    prompts = json.loads(write("promptfoo", load_run(folder)))["results"]["prompts"]

    assert [prompt["provider"] for prompt in prompts] == ["echo", "again"]
    assert prompts[0]["metrics"]["namedScores"] == {"letters": 1, "share": 0.5, "nothing": 0}
    assert prompts[0]["metrics"]["testPassCount"] == 1


def test_a_native_run_has_a_prompt_for_each_variant_and_a_test_for_each_case(run, write):
    found = json.loads(write("promptfoo", run))["results"]
    rows = found["results"]

    assert [prompt["provider"] for prompt in found["prompts"]] == [v.model for v in run.summary.variants]
    assert sorted({row["testIdx"] for row in rows}) == list(range(6))
    assert {row["promptIdx"] for row in rows} == {0, 1}
    assert sum(row["success"] for row in rows) == sum(v.passed for v in run.summary.variants)
    assert {part["assertion"]["type"] for row in rows for part in row["gradingResult"]["componentResults"]} == {
        "contract",
        "choice",
    }


def test_any_text_makes_a_file_that_is_read_again(made, write):
    text = 'a "quote", a \\ and a \u2028 line\n</script>'

    assert json.loads(write("promptfoo", made(text)))["results"]["results"][0]["vars"] == {"q": text}


def test_the_memory_does_not_grow_with_the_rows(made):
    class Counting(io.BytesIO):
        def write(self, data):
            return len(data)

    peaks = []
    for rows in (300, 3_000):
        run = made("x", rows=rows)
        tracemalloc.start()
        exporters.get("promptfoo")(run, Counting())
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[1] < peaks[0] + 200_000


def test_a_cost_that_nobody_knows_is_left_out(run, write):
    rows = json.loads(write("promptfoo", run))["results"]["results"]
    known = [row.cost_usd is not None for row in run.rows()]

    assert ["cost" in row for row in rows] == known
