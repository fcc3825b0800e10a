"""JUnit XML that every CI system reads: whole, counted, and valid whatever the texts hold."""

import io
import tracemalloc
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.evaluate.exporters.junit import dump_junit
from assay.evaluate.summary import Rate, Summary, VariantSummary
from assay.evaluate.types import GraderVerdict, SampleRow, Status

ALL = Rate(value=1.0, low=0.9, high=1.0, of=3)


def make_variant(name: str, **changed: object) -> VariantSummary:
    fields: dict[str, object] = {
        "name": name, "prompt": "support.triage", "version": "1.0.0", "digest": "sha256:1234", "model": "openai/m",
        "n": 3, "passed": 1, "failed": 1, "errors": 1, "pass_rate": 1 / 3, "low": 0.06, "high": 0.79, "level": 0.95,
        "method": "wilson", "mean_score": 0.5, "valid_first": ALL, "valid": ALL, "input_tokens": 1,
        "output_tokens": 1, "cached_tokens": None, "cost_usd": None, "latency_p50_ms": 1.0, "latency_p95_ms": 2.0,
        "graders": [], "slices": [], "error_codes": {},
    }  # fmt: skip
    return VariantSummary(**(fields | changed))


def make_summary(*variants: VariantSummary, **changed: object) -> Summary:
    fields: dict[str, object] = {
        "format": 1, "run": "20270101-000000-abcd", "suite": "support.triage", "description": "",
        "started_utc": "2027-01-01T00:00:00Z", "finished_utc": "2027-01-01T00:01:00Z", "duration_s": 60.0,
        "decision": "fail", "sentence": "candidate is worse", "gate": [], "variants": list(variants),
        "comparison": None, "datasets": {}, "cases": 3, "repeats": 1, "calls_made": 6, "calls_reused": 0,
        "assay": "0",
    }  # fmt: skip
    return Summary(**(fields | changed))


def make_row(case: str, variant: str = "a", status: Status = "passed", **changed: object) -> SampleRow:
    fields: dict[str, object] = {
        "sample": "00", "case": case, "variant": variant, "repeat": 0, "status": status, "score": None,
        "output": "SECRET OUTPUT", "inputs": {"q": "SECRET INPUT"}, "expected": None, "cluster": None, "tags": {},
        "verdicts": [], "valid_first": None, "valid": None, "violations": [], "exit": None, "fallback": False,
        "error": None, "model": None, "finish": None, "input_tokens": None, "output_tokens": None,
        "cached_tokens": None, "cost_usd": None, "latency_ms": 250.0, "first_token_ms": None, "attempts": 1,
        "at_utc": None,
    }  # fmt: skip
    return SampleRow(**(fields | changed))


FAILED = [
    GraderVerdict(grader="contract", score=1.0, passed=True, reason="keeps the contract"),
    GraderVerdict(grader="choice", score=0.0, passed=False, reason="chose 'a' instead of 'b'"),
    GraderVerdict(grader="tone", score=0.2, passed=False, reason="rude"),
]
ERROR = {"code": "model.timed_out", "what": "no answer within 120 s", "hint": "try again"}


def parsed(rows, summary: Summary) -> ET.Element:
    out = io.BytesIO()
    dump_junit(rows, summary, out)
    return ET.fromstring(out.getvalue())


@pytest.fixture
def tree() -> ET.Element:
    rows = [
        make_row(case, variant, status, verdicts=FAILED if status == "failed" else [], error=error)
        for case, status, error in [("t-1", "passed", None), ("t-2", "failed", None), ("t-3", "error", ERROR)]
        for variant in ("a", "b")
    ]
    return parsed(rows, make_summary(make_variant("a"), make_variant("b", digest="sha256:5678")))


def test_each_variant_is_a_suite_and_each_sample_a_case(tree):
    assert [suite.get("name") for suite in tree] == ["support.triage.a", "support.triage.b"]
    for suite in tree:
        assert [case.get("name") for case in suite.iter("testcase")] == ["t-1", "t-2", "t-3"]
        assert {case.get("classname") for case in suite.iter("testcase")} == {suite.get("name")}
        assert {case.get("time") for case in suite.iter("testcase")} == {"0.250"}


def test_the_counts_are_those_of_the_samples(tree):
    wanted = [("6", "2", "2", "1.500"), ("3", "1", "1", "0.750"), ("3", "1", "1", "0.750")]

    assert [tuple(node.get(k) for k in ("tests", "failures", "errors", "time")) for node in (tree, *tree)] == wanted
    assert tree[0].get("timestamp") == "2027-01-01T00:00:00"


def test_a_failure_says_why_and_names_the_graders(tree):
    (failure,) = tree[0].iter("failure")

    assert failure.get("message") == "choice: chose 'a' instead of 'b'"
    assert failure.get("type") == "choice,tone"
    assert failure.text == "choice: chose 'a' instead of 'b'\ntone: rude"


def test_an_error_is_another_thing_than_a_failure(tree):
    (error,) = tree[0].iter("error")

    assert (error.get("message"), error.get("type")) == ("no answer within 120 s", "model.timed_out")
    assert error.text == "no answer within 120 s\ntry again"


def test_a_grader_that_failed_is_named_in_the_error():
    verdicts = [GraderVerdict(grader="tone", error="tone.py:3: grade raised KeyError")]
    row = make_row("x", status="error", verdicts=verdicts, error={"code": "grader.raised", "what": "it raised"})

    (error,) = parsed([row], make_summary(make_variant("a"))).iter("error")

    assert error.text == "it raised\ntone: tone.py:3: grade raised KeyError"


def test_the_properties_say_which_version_it_was_and_how_it_did(tree):
    found = {p.get("name"): p.get("value") for p in tree[1].iter("property")}

    assert found["digest"] == "sha256:5678"
    assert (found["pass_rate"], found["pass_rate_low"], found["pass_rate_high"]) == ("0.333333", "0.06", "0.79")
    assert (found["decision"], found["prompt"], found["model"]) == ("fail", "support.triage", "openai/m")


def test_repeats_are_told_apart():
    rows = [make_row("x", repeat=repeat) for repeat in (0, 1)]

    tree = parsed(rows, make_summary(make_variant("a"), repeats=2))

    assert [case.get("name") for case in tree.iter("testcase")] == ["x [1 of 2]", "x [2 of 2]"]


def test_neither_inputs_nor_replies_are_in_it():
    out = io.BytesIO()
    dump_junit([make_row("x", status="failed", verdicts=FAILED)], make_summary(make_variant("a")), out)

    assert b"SECRET" not in out.getvalue()


anything = st.text(st.characters(), max_size=30)


@given(case=anything, reason=anything, name=anything, code=anything)
def test_it_is_xml_whatever_the_texts_hold(case, reason, name, code):
    rows = [
        make_row(case, name, "failed", verdicts=[GraderVerdict(grader=code, score=0.0, passed=False, reason=reason)]),
        make_row(case, name, "error", error={"code": code, "what": reason}),
    ]

    tree = parsed(rows, make_summary(make_variant(name), suite=name))

    assert len(list(tree.iter("testcase"))) == 2


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b\x1b[31m", "a\\x00b\\x1b[31m"),
        ("\ud800 \ufffe \uffff", "\\ud800 \\ufffe \\uffff"),
        ("]]> <b> & \" '", "]]> <b> & \" '"),
        ("one\ttwo\nthree\rfour", "one\ttwo\nthree\rfour"),
        ("\u2028 \x85 😀", "\u2028 \x85 😀"),
    ],
)
def test_what_xml_cannot_hold_is_written_out(text, shown):
    verdict = GraderVerdict(grader="g", score=0.0, passed=False, reason=text)
    row = make_row(text, status="failed", verdicts=[verdict])

    tree = parsed([row], make_summary(make_variant("a")))

    (case,) = tree.iter("testcase")
    (failure,) = tree.iter("failure")
    assert case.get("name") == shown
    assert failure.text == f"g: {shown}"


class Nowhere(io.RawIOBase):
    """A file that keeps nothing."""

    def write(self, data: object) -> int:
        return len(data)


def many(count: int) -> Iterator[SampleRow]:
    for i in range(count):
        yield make_row(f"case-{i}", "ab"[i % 2], "failed", verdicts=FAILED)


def peak_bytes(count: int) -> int:
    tracemalloc.start()
    dump_junit(many(count), make_summary(make_variant("a"), make_variant("b")), Nowhere())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_number_of_samples():
    assert peak_bytes(14_000) - peak_bytes(7_000) < 500_000


def test_a_suite_without_a_gate_is_said_to_have_none():
    root = parsed([make_row("a")], make_summary(make_variant("a"), decision="pass", gated=False))

    assert root.find(".//property[@name='decision']").get("value") == "no gate"
