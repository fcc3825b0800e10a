"""A log of Inspect: its members, its shape, the figures of the run in it. Inspect reads it where it is installed."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import msgspec
import pytest

from assay.evaluate.exporter import FinishedRun, exporters
from assay.evaluate.run_folder import SAMPLES
from assay.evaluate.types import CalledTool, GraderVerdict, SampleRow
from assay.testing.example_run import BASELINE, ExampleRun, example_view, summarise

VIEW = example_view(132)
Log = dict[str, object]


@pytest.fixture
def export(tmp_path: Path) -> Callable[[ExampleRun], bytes]:
    """Writes a run as a log."""

    def act(view: ExampleRun) -> bytes:
        (tmp_path / SAMPLES).write_bytes(b"".join(view.lines))
        out = BytesIO()
        exporters.get("inspect")(FinishedRun(view.summary, tmp_path), out)
        return out.getvalue()

    return act


@pytest.fixture
def members(export):
    """A run's log, unpacked."""

    def act(view: ExampleRun) -> dict[str, Log]:
        with ZipFile(BytesIO(export(view))) as log:
            assert log.testzip() is None
            return {name: json.loads(log.read(name)) for name in log.namelist()}

    return act


def single(rows: list[SampleRow], **changes: object) -> ExampleRun:
    """A run of the baseline alone."""
    summary = msgspec.structs.replace(VIEW.summary, variants=VIEW.summary.variants[:1], comparison=None, **changes)
    return ExampleRun(summary, rows)


BASELINES = [row for row in VIEW.rows if row.variant == BASELINE]


def test_has_a_member_for_each_sample_and_those_that_a_reader_looks_for(members):
    found = members(single(BASELINES))
    others = [name for name in found if not name.startswith("samples/")]

    assert others == ["_journal/start.json", "summaries.json", "reductions.json", "header.json"]
    assert len(found) - len(others) == 132
    assert "samples/billing-000_epoch_1.json" in found
    assert found["_journal/start.json"]["eval"] == found["header.json"]["eval"]


def test_a_sample_has_its_messages_its_scores_and_what_it_is_from(members):
    row = BASELINES[1]
    sample = members(single([row]))["samples/delivery-001_epoch_1.json"]

    assert (sample["id"], sample["epoch"], sample["target"]) == ("delivery-001", 1, "delivery")
    assert [message["role"] for message in sample["messages"]] == ["user", "assistant"]
    assert sample["messages"][1]["content"] == sample["output"]["completion"] == row.output
    assert json.loads(sample["input"]) == row.inputs
    assert sample["scores"]["passed"]["value"] == "I"
    assert sample["scores"]["choice"]["explanation"].endswith("is not 'delivery'")
    assert sample["metadata"]["tag: severity"] == "high"
    assert sample["output"]["usage"]["total_tokens"] == row.input_tokens + row.output_tokens
    assert sample["output"]["choices"][0]["stop_reason"] == "stop"
    assert sample["output"]["time"] == pytest.approx(row.latency_ms / 1000)


def test_an_error_is_a_sample_that_did_not_pass_and_says_why(members):
    row = next(row for row in BASELINES if row.status == "error")
    found = members(single([row]))
    sample = next(found[name] for name in found if name.startswith("samples/"))

    assert sample["error"]["message"] == "model.timeout: the model did not answer within 30 s"
    assert sample["scores"]["passed"]["value"] == "I"
    assert sample["output"]["choices"] == []
    assert found["summaries.json"][0]["error"] == sample["error"]["message"]


def test_a_grader_that_failed_gives_no_score(members):
    row = msgspec.structs.replace(BASELINES[0], verdicts=[GraderVerdict(grader="judge", error="no verdict")])
    sample = members(single([row]))["samples/billing-000_epoch_1.json"]

    assert set(sample["scores"]) == {"passed"}
    assert sample["metadata"]["failed_graders"] == {"judge": "no verdict"}


def test_a_grader_called_as_our_own_score_does_not_hide_it(members):
    row = msgspec.structs.replace(BASELINES[0], verdicts=[GraderVerdict(grader="passed", score=0.25, passed=False)])
    scores = members(single([row]))["samples/billing-000_epoch_1.json"]["scores"]

    assert (scores["passed"]["value"], scores["passed (grader)"]["value"]) == ("C", 0.25)


def test_the_figures_are_the_runs(members):
    header = members(single(BASELINES))["header.json"]
    about = VIEW.summary.variants[0]
    scores = {score["name"]: score["metrics"] for score in header["results"]["scores"]}

    assert (header["version"], header["status"], header["eval"]["task"]) == (2, "success", "support.triage")
    assert header["results"]["total_samples"] == 132
    assert scores["passed"]["accuracy"]["value"] == about.pass_rate
    assert [scores["passed"][end]["value"] for end in ("low", "high")] == [about.low, about.high]
    assert scores["choice"]["mean"]["value"] == about.graders[1].mean_score
    assert header["stats"]["model_usage"][about.model]["output_tokens"] == about.output_tokens


def test_several_variants_are_told_apart_by_id_and_by_score(members):
    found = members(VIEW)
    names = [score["name"] for score in found["header.json"]["results"]["scores"]]

    assert "samples/billing-000 [baseline]_epoch_1.json" in found
    assert "samples/billing-000 [candidate]_epoch_1.json" in found
    assert names[0] == "baseline: passed"
    assert "candidate: choice" in names
    assert len(found["summaries.json"]) == 264


def test_repeats_are_epochs_and_are_reduced_to_their_mean(members):
    rows = [
        msgspec.structs.replace(BASELINES[0], repeat=k, status="passed" if k else "failed", sample=f"{k}" * 24)
        for k in range(4)
    ]
    found = members(single(rows, repeats=4))
    passed = found["reductions.json"][0]

    assert [name for name in found if name.startswith("samples/")] == [
        f"samples/billing-000_epoch_{k}.json" for k in (1, 2, 3, 4)
    ]
    assert (passed["scorer"], passed["reducer"]) == ("passed", "mean")
    assert passed["samples"] == [{"value": 0.75, "sample_id": "billing-000"}]
    assert found["header.json"]["eval"]["config"] == {"epochs": 4}


def test_a_case_named_like_a_path_stays_inside_the_log(members):
    row = msgspec.structs.replace(BASELINES[0], case="../../etc/%x")
    found = members(single([row]))
    name = next(name for name in found if name.startswith("samples/"))

    assert name == "samples/..%2F..%2Fetc%2F%25x_epoch_1.json"
    assert (found[name]["id"], found[name]["metadata"]["case"]) == ("..%2F..%2Fetc%2F%25x", "../../etc/%x")


def test_tool_calls_are_those_of_the_reply_and_broken_ones_say_so(members):
    calls = [CalledTool(name="f", arguments='{"a": 1}'), CalledTool(name="g", arguments="{oops")]
    row = msgspec.structs.replace(BASELINES[0], tool_calls=calls, named={"recall": 0.5})
    sample = members(single([row]))["samples/billing-000_epoch_1.json"]
    first, second = sample["messages"][1]["tool_calls"]

    assert first == {"id": "call_1", "function": "f", "type": "function", "arguments": {"a": 1}}
    assert second["parse_error"].endswith("{oops")
    assert sample["scores"]["named: recall"]["value"] == 0.5


def test_a_conversation_has_all_its_messages(members):
    said = [{"role": role, "content": role} for role in ("user", "assistant", "user", "assistant")]
    row = msgspec.structs.replace(BASELINES[0], detail={"conversation": {"messages": said, "turns": 2, "ended": "x"}})

    assert members(single([row]))["samples/billing-000_epoch_1.json"]["messages"] == said


def test_a_run_that_a_budget_stopped_is_cancelled(members):
    header = members(single(BASELINES[:2], stopped="the budget is spent", missing=7))["header.json"]

    assert (header["status"], header["results"]["total_samples"]) == ("cancelled", 139)


def test_the_same_run_makes_the_same_bytes(export):
    assert export(VIEW) == export(VIEW)


@pytest.mark.parametrize(
    "view", [VIEW, single(BASELINES), ExampleRun(summarise([]), [])], ids=["two-variants", "one", "none"]
)
def test_inspects_own_reader_takes_it(export, tmp_path, view):
    log_module = pytest.importorskip("inspect_ai.log")
    path = tmp_path / "run.eval"
    path.write_bytes(export(view))
    log = log_module.read_eval_log(str(path))

    assert log.status == "success"
    assert len(log.samples or []) == len(view.rows)
