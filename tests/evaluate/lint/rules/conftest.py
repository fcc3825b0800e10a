"""Suites with a gate, as rules see them."""

import pytest

from assay.core.document import parse_document
from assay.evaluate.gate_spec import CompareRule, GateSpec
from assay.evaluate.gating.spread import assumed
from assay.evaluate.lint.rule import SuiteView
from assay.evaluate.types import Suite

TEXT = """\
suite: s
gate:
  compare: {candidate: new, baseline: old, margin: 0.05}
  never: [{grader: leak, at_most: 0.01}]
  slices: {tags: [topic], margin: 0.1}
"""


@pytest.fixture
def view():
    """Makes a view: the gate's rules, the number of cases, and the slices."""

    def make(cases: int, *, slices=None, flips: float = 0.1, **rules: object) -> SuiteView:
        pair = CompareRule(candidate="new", baseline="old", margin=0.05)
        suite = Suite(
            name="s",
            description="",
            datasets=(),
            variants=(),
            graders=(),
            repeats=1,
            concurrency=None,
            gate=GateSpec(compare=pair, **rules),
            file="suites/s.yaml",
            document=parse_document(TEXT, file="suites/s.yaml"),
        )
        spreads = ((0.05, assumed("pass", flips)),)
        return SuiteView(suite=suite, cases=cases, slices=slices or {}, spreads=spreads, source="an assumption")

    return make
