"""The gate of a suite file: what each rule reads as, and the sentence for each mistake, with its line."""

import re
from pathlib import Path

import pytest
import yaml

from assay.core.document import parse_document
from assay.core.errors import BadInput
from assay.core.fields import Fields
from assay.core.location import Location
from assay.core.schema import compile_schema
from assay.evaluate.gate_spec import (
    CaseRule,
    CompareRule,
    GateSpec,
    LookRule,
    MetricRule,
    MissingRule,
    NeverRule,
    SliceRule,
)
from assay.evaluate.gating.read import Known, check_repeats, read_gate
from assay.evaluate.suite_schema import suite_schema

KNOWN = Known(variants=["old", "new"], graders=["tone", "no-leak", "contract"])
SCHEMA = suite_schema()
FORM = compile_schema({"$ref": "#/$defs/gate", "$defs": SCHEMA["$defs"]})
PAIR = "compare: {candidate: new, baseline: old, margin: 0.02}"
FULL = f"""\
{PAIR}
metrics:
  - {{metric: score, margin: 0.03}}
  - {{metric: 'grader:tone', margin: 0.02}}
  - {{metric: 'grader:contract.json', margin: 0.02}}
  - {{metric: cost_usd, ratio: 1.10}}
  - {{metric: latency_ms, within: 1.2}}
  - {{metric: 'named:clarity', within: 0.03}}
  - {{metric: score, at_least: 0.7}}
  - {{metric: output_tokens, at_most: 400, variant: old}}
never: [{{grader: no-leak, at_most: 0.01}}]
slices: {{tags: [topic], margin: 0.10, metrics: [pass, score], unpowered: told}}
cases: {{passes: 2, of: 3}}
looks: {{plan: obrien-fleming, at: [100, 200, 400]}}
risk: high
missing: {{errors: fails, refusals: left-out}}
"""


def read(text: str) -> GateSpec | None:
    lines = "".join(f"  {line}\n" for line in text.splitlines())
    return read_gate(Fields(parse_document(f"gate:\n{lines}", file="s.yaml"), code="suite"), KNOWN)


def test_every_rule_is_read_as_it_is_written():
    assert read(FULL) == GateSpec(
        compare=CompareRule(candidate="new", baseline="old", margin=0.02),
        metrics=(
            MetricRule(metric="score", margin=0.03),
            MetricRule(metric="grader:tone", margin=0.02),
            MetricRule(metric="grader:contract.json", margin=0.02),
            MetricRule(metric="cost_usd", ratio=1.1),
            MetricRule(metric="latency_ms", within=1.2),
            MetricRule(metric="named:clarity", within=0.03),
            MetricRule(metric="score", at_least=0.7),
            MetricRule(metric="output_tokens", at_most=400, variant="old"),
        ),
        never=(NeverRule(grader="no-leak", at_most=0.01),),
        slices=SliceRule(tags=("topic",), margin=0.1, metrics=("pass", "score"), unpowered="told"),
        cases=CaseRule(passes=2, of=3),
        looks=LookRule(plan="obrien-fleming", at=(100, 200, 400)),
        risk="high",
        missing=MissingRule(errors="fails", refusals="left-out"),
    )


def test_one_word_says_what_is_missing_for_all_kinds():
    assert read("missing: fails") == GateSpec(
        missing=MissingRule(errors="fails", timeouts="fails", refusals="fails"),
    )


BROKEN = [
    (f"{PAIR}\nmetrics: [{{metric: scor, margin: 0.1}}]", 3, "no metric is named 'scor'", "did you mean 'score'?"),
    (f"{PAIR}\nmetrics: [{{metric: score}}]", 3, "the rule of 'score' demands nothing", "margin, ratio"),
    (f"{PAIR}\nmetrics: [{{metric: score, margin: 0.1, at_least: 1}}]", 3, "both 'margin' and 'at_least'", "one of"),
    (f"{PAIR}\nmetrics: [{{metric: score, ratio: 1.1}}]", 3, "'score' has a ratio", "'margin', such as"),
    (f"{PAIR}\nmetrics: [{{metric: cost_usd, margin: 0.1}}]", 3, "'cost_usd' has a margin", "'ratio', such as"),
    (f"{PAIR}\nmetrics: [{{metric: cost_usd, within: 0.1}}]", 3, "within is 0.1", "a ratio above 1"),
    (f"{PAIR}\nmetrics: [{{metric: cost_usd, ratio: 0}}]", 3, "ratio is 0", "a ratio above 0"),
    (f"{PAIR}\nmetrics: [{{metric: score, margin: 0}}]", 3, "margin is 0", "a share above 0"),
    (f"{PAIR}\nmetrics: [{{metric: score, at_least: 2}}]", 3, "at_least is 2", "from 0 to 1"),
    (f"{PAIR}\nmetrics: [{{metric: score, margin: 0.1, variant: old}}]", 3, "names a variant", "'compare' names"),
    (f"{PAIR}\nmetrics: [{{metric: score, margin: 0.1, tag: a}}]", 3, "the key 'tag' is not known here", "known"),
    (f"{PAIR}\nmetrics: score", 3, "gate.metrics is 'score'", "a list"),
    (f"{PAIR}\nmetrics: [{{metric: 'grader:ton', margin: 0.1}}]", 3, "no grader is named 'ton'", "'tone'"),
    ("metrics: [{metric: score, margin: 0.1}]", 2, "the rule of 'score' compares two", "add compare"),
    ("metrics: [{metric: score, at_least: 0.1, variant: ne}]", 2, "no variant is named 'ne'", "'new'"),
    ("never: [{grader: no-leek, at_most: 0.01}]", 2, "no grader is named 'no-leek'", "'no-leak'"),
    ("never: [{grader: no-leak}]", 2, "the key 'at_most' is missing", "at_most: …"),
    ("never: [{grader: no-leak, at_most: 0}]", 2, "at_most is 0", "no number of cases can show 0"),
    ("slices: {tags: [a], margin: 0.1}", 2, "the rule of the slices compares two", "add compare"),
    (f"{PAIR}\nslices: {{tags: [], margin: 0.1}}", 3, "slices.tags is a list", "such as [topic]"),
    (f"{PAIR}\nslices: {{tags: [a]}}", 3, "the key 'margin' is missing", "margin: …"),
    (f"{PAIR}\nslices: {{tags: [a], margin: 0.1, metrics: [cost_usd]}}", 3, "'cost_usd', which is a measure", "pass"),
    (f"{PAIR}\nslices: {{tags: [a], margin: 0.1, unpowered: no}}", 3, "'unpowered' is 'no'", "it can be counts"),
    ("cases: {passes: 4, of: 3}", 2, "cases.passes is 4", "at most 3"),
    ("cases: {passes: 2}", 2, "the key 'of' is missing", "of: …"),
    ("looks: {plan: pocok, at: [1, 2]}", 2, "'plan' is 'pocok'", "'pocock'"),
    ("looks: {plan: pocock}", 2, "looks.at is missing", "growing numbers"),
    ("looks: {plan: pocock, at: [200, 100]}", 2, "looks.at must grow, and 100 comes after 200", "growing numbers"),
    ("looks: {plan: every-run, at: [100, 200]}", 2, "looks.at is a list", "judged by itself"),
    ("risk: extreme", 2, "'risk' is 'extreme'", "it can be high, medium, low"),
    ("missing: ignore", 2, "'missing' is 'ignore'", "it can be missing"),
    ("missing: {error: fails}", 2, "the key 'error' is not known", "'errors'"),
    ("missing: 3", 2, "gate.missing is 3", "one of missing"),
]
BEYOND_FORM = (
    "names a variant",
    "no grader is",
    "no variant is",
    "compares two",
    "cases.passes is 4",
    "looks.at is a list",
    "looks.at must grow",
)


@pytest.mark.parametrize(("text", "line", "what", "hint"), BROKEN)
def test_a_mistake_is_one_sentence_with_its_line(text, line, what, hint):
    with pytest.raises(BadInput) as caught:
        read(text)

    assert what in caught.value.what
    assert hint in (caught.value.hint or "")
    assert caught.value.where is not None
    assert caught.value.where.line == line


def test_the_schema_for_editors_takes_what_is_right():
    for text in (FULL, PAIR, "missing: fails", "looks: {plan: every-run}", "never: \nrisk: \nslices: \nmetrics: []"):
        assert read(text) is not None
        assert FORM.findings(yaml.safe_load(text)) == []


@pytest.mark.parametrize("text", [t for t, _, what, _ in BROKEN if not any(part in what for part in BEYOND_FORM)])
def test_the_schema_for_editors_refuses_what_is_wrong_in_form(text):
    assert not FORM.is_valid(yaml.safe_load(text))


def test_the_rule_of_cases_has_to_fit_the_number_of_repeats():
    gate = GateSpec(cases=CaseRule(passes=2, of=3))
    check_repeats(gate, 3, Location("s.yaml", 1))
    check_repeats(None, 1, Location("s.yaml", 1))

    with pytest.raises(BadInput, match="counts 2 of 3 repeats, and each case is run 2 times"):
        check_repeats(gate, 2, Location("s.yaml", 1))


def test_the_reference_of_the_format_names_every_key_of_every_rule():
    page = (Path(__file__).parents[3] / "docs/reference/suite.md").read_text(encoding="utf-8")
    gate = SCHEMA["$defs"]["gate"]["properties"]
    keys = {*gate, *gate["metrics"]["items"]["properties"], *gate["never"]["items"]["properties"]}
    for key in ("slices", "cases", "looks", "missing"):
        keys |= {name for form in gate[key]["anyOf"] for name in form.get("properties", {})}

    assert [key for key in sorted(keys) if not re.search(rf"\b{key}\b", page)] == []
