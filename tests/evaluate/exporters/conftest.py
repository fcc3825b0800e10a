"""What the tests of exporters share: a real run of a small project, and made-up runs of any rows."""

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from assay.evaluate.exporter import FinishedRun, exporters, load_run
from assay.evaluate.summary import Comparison, Flip, GraderSummary, Rate, Slice, Summary, VariantSummary
from assay.evaluate.types import GraderVerdict, SampleRow
from assay.testing import Desk, FakeProvider

PROMPT = """\
---
prompt: sort
version: {version}
inputs:
  ticket: string
contract:
  format: choice
  choices: [bill, bug]
---
user:
{{{{ ticket }}}}{more}
"""
SUITE = """\
suite: sort
datasets: [../datasets/first.jsonl, ../datasets/second.csv]
variants:
  - {name: baseline, prompt: ../prompts/sort-1.prompt.md}
  - {name: candidate, prompt: ../prompts/sort-2.prompt.md}
graders: [contract, choice]
gate:
  compare: {candidate: candidate, baseline: baseline, margin: 0.02}
"""


def sort(body: dict[str, object]) -> str:
    text = body["messages"][-1]["content"]
    return "neither" if "odd" in text else "bug" if "wrong" in text and "care" in text else "bill"


@pytest.fixture
def project(project: Path) -> Path:
    """A project of two datasets and two variants, of which the candidate answers two cases wrongly more."""
    for path, text in {
        "assay.yaml": "project: sorting\n",
        "prompts/sort-1.prompt.md": PROMPT.format(version="1.0.0", more=""),
        "prompts/sort-2.prompt.md": PROMPT.format(version="1.1.0", more="\nTake care."),
        "suites/sort.yaml": SUITE,
        "datasets/first.jsonl": "".join(
            json.dumps({"id": f"a-{n}", "inputs": {"ticket": f"{word} {n}"}, "expected": "bill"}) + "\n"
            for n, word in enumerate(["fine", "odd", "fine", "wrong"])
        ),
        "datasets/second.csv": "id,ticket,expected\nb-0,fine,bill\nb-1,wrong,bill\n",
    }.items():
        file = project / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
    return project


@pytest.fixture
def run(project: Path) -> FinishedRun:
    """A run of it: 12 samples, of which the candidate fails a-1, a-3 and b-1, the baseline a-1."""
    with FakeProvider(sort) as fake:
        return load_run(Desk(project).using(fake).eval("suites/sort.yaml").folder)


@dataclass
class Made:
    """A run that is nothing but its summary and its rows."""

    summary: Summary
    made: Sequence[SampleRow]
    folder: Path = Path("nowhere")

    def rows(self):
        return iter(self.made)


@pytest.fixture
def write() -> Callable[..., bytes]:
    """What an exporter writes of a run."""

    def written(kind: str, run: object) -> bytes:
        out = io.BytesIO()
        exporters.get(kind)(run, out)
        return out.getvalue()

    return written


SOME = Rate(value=0.5, low=0.4, high=0.6, of=12)


def made_variant(name: str, **changed: object) -> VariantSummary:
    fields: dict[str, object] = {
        "name": name, "prompt": "sort", "version": "1.0.0", "digest": "sha256:1234", "model": "openai/m", "n": 3,
        "passed": 1, "failed": 1, "errors": 1, "pass_rate": 1 / 3, "low": 0.06, "high": 0.79, "level": 0.95,
        "method": "wilson", "mean_score": 0.5, "valid_first": SOME, "valid": SOME, "input_tokens": 1,
        "output_tokens": 1, "cached_tokens": None, "cost_usd": None, "latency_p50_ms": 1.0, "latency_p95_ms": 2.0,
        "graders": [], "slices": [], "error_codes": {},
    }  # fmt: skip
    return VariantSummary(**(fields | changed))


def made_row(case: str, variant: str, text: str, **changed: object) -> SampleRow:
    """A failed sample whose every text is that one."""
    fields: dict[str, object] = {
        "sample": "00", "case": case, "variant": variant, "repeat": 0, "status": "failed", "score": None,
        "output": text, "inputs": {"q": text}, "expected": text, "cluster": None, "tags": {text: text},
        "verdicts": [GraderVerdict(grader=text, score=0.0, passed=False, reason=text)], "valid_first": None,
        "valid": None, "violations": [], "exit": None, "fallback": False, "error": None, "model": None, "finish": None,
        "input_tokens": None, "output_tokens": None, "cached_tokens": None, "cost_usd": None, "latency_ms": 250.0,
        "first_token_ms": None, "attempts": 1, "at_utc": None,
    }  # fmt: skip
    return SampleRow(**(fields | changed))


@pytest.fixture
def made() -> Callable[..., Made]:
    """A made-up run in which every text that anybody could choose is that one."""

    def make(text: str, *, rows: int = 3, **changed: object) -> Made:
        flips = [
            Flip(case=text, change=change, repeat=0, tags={}, baseline=text, candidate=text, expected=text)
            for change in ("lost", "gained")
        ]
        compared = Comparison(
            candidate=text, baseline="baseline", n=3, clusters=3, diff=-0.1, low=-0.2, high=0.0, level=0.95,
            method="exact", p_value=None, gained=1, lost=1, flips=flips, smallest_visible=None,
        )  # fmt: skip
        candidate = made_variant(
            text,
            n=rows,
            failed=rows - 1,
            graders=[GraderSummary(grader=text, passed=0, errors=1, rate=SOME, mean_score=None)],
            error_codes={"model.timeout": 1},
            slices=[Slice(tag=text, value=text, passed=1, rate=SOME)],
            model=text,
            version=text,
            digest=text,
        )
        fields: dict[str, object] = {
            "format": 1, "run": "20270101-000000-abcd", "suite": text, "description": text,
            "started_utc": "2027-01-01T00:00:00Z", "finished_utc": "2027-01-01T00:01:00Z", "duration_s": 60.0,
            "decision": "fail", "sentence": text, "gate": [], "variants": [made_variant("baseline"), candidate],
            "comparison": compared, "datasets": {}, "cases": 3, "repeats": 1, "calls_made": 6, "calls_reused": 0,
            "assay": "0",
        }  # fmt: skip
        error = {"code": "model.timeout", "what": text}
        one = made_row(text, text, text, status="error", error=error, output=None)
        return Made(Summary(**(fields | changed)), [made_row(text, text, text)] * (rows - 1) + [one])

    return make
