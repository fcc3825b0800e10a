"""One gate, told by every output: each rule's sentence is the gate's own, everywhere."""

import io
import json
import re
import xml.etree.ElementTree as ET
from html import unescape
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from assay.cli.eval_view import print_summary
from assay.evaluate.exporter import load_run
from assay.evaluate.gate_record import GATE
from assay.evaluate.gate_told import effect_of, fingerprint_of, name_of, seen, told, without_unpowered
from assay.evaluate.markdown_text import prose
from assay.evaluate.summary import GatePart, Policy
from assay.testing import Desk, FakeProvider

RULES = """\
gate:
  compare: {candidate: candidate, baseline: baseline, margin: 0.02}
  metrics:
    - {metric: score, margin: 0.3}
    - {metric: output_tokens, ratio: 1.5}
    - {metric: valid, at_least: 0.1}
  at_least: {candidate: 0.99}
  never: [{grader: contract, at_most: 0.01}]
"""


@pytest.fixture
def run(project: Path):
    """A run whose gate has a part of nearly every kind, of which some pass and some do not."""
    suite = project / "suites/sort.yaml"
    suite.write_text(suite.read_text("utf-8").partition("gate:")[0] + RULES, "utf-8")
    with FakeProvider(lambda body: "neither" if "odd" in str(body) else "bill") as fake:
        return load_run(Desk(project).using(fake).eval("suites/sort.yaml").folder)


def plain(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


def terminal(run) -> str:
    out = io.StringIO()
    print_summary(Console(file=out, width=4_000), run.summary, report=Path("r.html"), next_commands=[])
    return out.getvalue()


def page(run) -> str:
    text = (Path(run.folder) / "report.html").read_text("utf-8")
    return unescape(re.sub(r"<[^>]+>", "", text))


def test_every_output_has_every_sentence_of_the_gate(run, write):
    record = json.loads((Path(run.folder) / GATE).read_text("utf-8"))
    sentences = [plain(part["sentence"]) for part in record["parts"]]
    open_or_failed = [plain(part["sentence"]) for part in record["parts"] if part["decision"] != "pass"]
    junit = ET.fromstring(write("junit", run))
    gate = next(suite for suite in junit if suite.get("name") == "sort.gate")
    log = json.loads(write("sarif", run))["runs"][0]

    assert len(sentences) == 7
    assert 2 <= len(open_or_failed) < 7
    assert [plain("".join(case.itertext())) for case in gate] == sentences
    assert [plain(part["sentence"]) for part in log["properties"]["gate"]] == sentences
    in_markdown = plain(write("markdown", run).decode())
    assert all(plain(prose(sentence)) in in_markdown for sentence in sentences)
    assert all(sentence in plain(terminal(run)) for sentence in sentences)
    assert all(sentence in plain(page(run)) for sentence in sentences)
    results = [plain(r["message"]["text"]) for r in log["results"] if r["ruleId"].startswith("gate:")]
    issues = [plain(i["description"]) for i in json.loads(write("gitlab", run)) if i["check_name"].startswith("gate:")]
    assert sorted(results) == sorted(issues) == sorted(open_or_failed)
    annotations = plain(write("github", run).decode().replace("%25", "%"))
    assert all(sentence in annotations for sentence in open_or_failed)


def test_junit_counts_the_rules_that_stop_a_build(run, write):
    gate = next(suite for suite in ET.fromstring(write("junit", run)) if suite.get("name") == "sort.gate")
    effects = [effect_of(part, run.summary) for part in told(run.summary)]

    assert [gate.get(kind) for kind in ("tests", "failures", "errors")] == ["7", str(effects.count("fails")), "0"]
    assert [case.get("name") for case in gate][1:4] == ["Comparison", "Mean score, margin", "Output tokens, ratio"]


def test_an_open_rule_stops_nothing_where_the_risk_allows_it(run):
    rule = GatePart(rule="compare", decision="inconclusive", sentence="Open.")
    canary = msgspec.structs.replace(run.summary, policy=Policy(risk="low", inconclusive="canary"))

    assert effect_of(rule, run.summary) == "fails"
    assert effect_of(rule, canary) == "warns"
    assert effect_of(msgspec.structs.replace(rule, decision="fail"), canary) == "fails"
    assert effect_of(msgspec.structs.replace(rule, decision="fail", advisory=True), canary) == "warns"


def test_the_same_rule_has_one_fingerprint_and_no_other_has_it(run):
    prints = [fingerprint_of(part, run.summary) for part in told(run.summary)]

    assert len(set(prints)) == len(prints) == 7


def test_a_suite_without_a_gate_tells_no_rules(run, write):
    none = msgspec.structs.replace(run.summary, gated=False)

    assert told(none) == []


def test_figures_are_in_the_units_of_their_rule():
    difference = GatePart(rule="compare", decision="pass", sentence="", metric="pass", value=0.208, low=0.1, high=0.3)
    ratio = GatePart(
        rule="metric ratio",
        decision="pass",
        sentence="",
        metric="latency_ms",
        value=1.2,
        low=1.1,
        high=1.3,
        unit="ratio",
    )

    assert plain(seen(difference)) == "+20.8 (+10.0 to +30.0 points)"
    assert plain(seen(ratio)) == "1.2 (1.1 to 1.3 ×)"
    assert name_of(ratio) == "Latency (ms), ratio"
    assert seen(GatePart(rule="validity", decision="pass", sentence="")) == ""


def test_one_small_slice_is_told_by_itself():
    small = GatePart(rule="slices", decision="inconclusive", sentence="Small.", slice="a=b", remark="not-powered")

    assert without_unpowered([small]) == ([small], "")
