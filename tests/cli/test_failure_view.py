"""What is printed of samples that did not pass: graders and reasons in full, in any width, nothing that acts."""

import io
import re

import msgspec
import pytest
from rich.cells import cell_len
from rich.console import Console

from assay.cli.failure_view import FailureView
from assay.evaluate.types import GraderVerdict, SampleRow
from assay.testing.example_run import ESCAPES, example_rows, summarise

REASON = "the reply names the carrier, and the case asks for the day on which the parcel left the depot in Leeds"
LONG = "a question that goes on and on " * 40


def failed(case: str = "c-1", **more: object) -> SampleRow:
    verdicts = [
        GraderVerdict(grader="contains", score=1.0, passed=True, reason="contains 'a'"),
        GraderVerdict(grader="day", score=0.0, passed=False, reason=REASON),
    ]
    row = msgspec.structs.replace(
        example_rows(1)[0], case=case, status="failed", error=None, inputs={"q": LONG}, expected="Monday",
        output=LONG, verdicts=verdicts,
    )  # fmt: skip
    return msgspec.structs.replace(row, **more)


def printed(part: str, *given: object, width: int = 80, encoding: str = "utf-8") -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
    getattr(FailureView(Console(file=stream, width=width, highlight=False, markup=False, emoji=False)), part)(*given)
    stream.flush()
    return stream.buffer.getvalue().decode(encoding)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_failed_case_is_told_with_its_graders_and_their_whole_reasons(width):
    text = printed("failures", [failed()], 9, width=width)

    assert "Failed: 9 samples; the first 1" in " ".join(text.split())
    assert f"day: {REASON}" in " ".join(text.split())
    assert "contains" not in text
    assert all(f"{head} a question that" in re.sub(r" +", " ", text) for head in ("input", "reply"))
    assert max(cell_len(line) for line in text.splitlines()) <= width


def test_cases_that_both_variants_fail_are_told_once_with_both_reasons():
    pair = (
        failed(variant="old"),
        failed(variant="new", output=None, error={"code": "model.down", "what": "no answer"}),
    )
    text = printed("both", [pair], 12)

    assert "Both fail: 12 samples; the first 1" in text
    assert text.count("c-1") == 1
    assert text.index("old") < text.index("day: the reply") < text.index("new") < text.index("model.down: no answer")


def test_an_error_is_told_by_its_code_then_by_the_first_sentence_its_hint_case_and_place():
    error = {"code": "model.down", "what": "no answer", "hint": "start it", "where": "suites/a.yaml:7"}
    rows = [msgspec.structs.replace(row, status="error", output=None, error=error) for row in example_rows(2)]
    one = [variant for variant in summarise(rows).variants if variant.error_codes][:1]
    lines = printed("errors", one, {"model.down": rows[0]}).splitlines()

    assert lines[1:] == [
        "Errors",
        f"  model.down × {one[0].errors}",
        "    no answer",
        "    hint: start it",
        f"    first in case {rows[0].case}, suites/a.yaml:7",
    ]


def test_graders_are_counted_by_variant():
    summary = summarise(example_rows(20))
    text = " ".join(printed("graders", summary.variants).split())

    for variant in summary.variants:
        for grader in variant.graders:
            assert f"{grader.passed} of {grader.rate.of} passed" in text
        assert f"under {variant.name}" in text


def test_graders_that_passed_everything_are_not_listed():
    rows = [
        msgspec.structs.replace(row, verdicts=[GraderVerdict(grader="a", passed=True, score=1.0)])
        for row in example_rows(4)
    ]

    assert printed("graders", summarise(rows).variants) == ""


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
def test_nothing_in_a_sample_reaches_the_terminal_raw(encoding):
    verdict = GraderVerdict(grader=ESCAPES, score=0.0, passed=False, reason=ESCAPES)
    row = failed(ESCAPES, inputs={"q": ESCAPES}, expected=ESCAPES, output=ESCAPES, verdicts=[verdict], variant=ESCAPES)
    broken = msgspec.structs.replace(
        row, status="error", error=dict.fromkeys(("code", "what", "hint", "where"), ESCAPES)
    )
    text = printed("failures", [row], 1, encoding=encoding) + printed("both", [(row, broken)], 1, encoding=encoding)

    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)
    assert "\\x1b[2J" in text


def test_a_reason_that_would_fill_the_screen_is_cut():
    verdict = GraderVerdict(grader="judge", score=0.0, passed=False, reason="because " * 100_000)

    assert len(printed("failures", [failed(verdicts=[verdict])], 1).splitlines()) < 20
