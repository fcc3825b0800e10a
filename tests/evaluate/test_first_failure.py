"""The first samples that did not pass are kept: some of every grader, one of every error, and never many."""

import msgspec

from assay.evaluate.first_failure import FIRST, MAX_CODES, MAX_GRADERS, FirstFailures, input_of, why
from assay.evaluate.types import GraderVerdict, SampleRow
from assay.testing.example_run import example_rows

ROW = example_rows(1)[0]


def failed(case: int, *graders: str) -> SampleRow:
    verdicts = [GraderVerdict(grader=name, score=0.0, passed=False, reason=f"no {name}") for name in graders]
    return msgspec.structs.replace(ROW, case=f"c{case}", status="failed", error=None, verdicts=verdicts)


def broken(code: str, what: str = "it broke") -> SampleRow:
    return msgspec.structs.replace(ROW, status="error", output=None, error={"code": code, "what": what})


def kept(rows: list[SampleRow]) -> FirstFailures:
    found = FirstFailures()
    for row in rows:
        found.add(row)
    return found


def test_a_grader_that_fails_late_is_seen_too():
    found = kept([*(failed(i, "early") for i in range(50)), *(failed(i, "late") for i in range(50, 100))])

    assert [row.case for row in found.failed] == ["c0", "c1", "c2", "c3", "c4", "c50", "c51"]


def test_the_first_error_of_each_code_is_kept_and_is_no_failure():
    found = kept([broken("a", "first"), broken("a", "second"), broken("b")])

    assert [(code, row.error["what"]) for code, row in found.errors.items()] == [("a", "first"), ("b", "it broke")]
    assert found.failed == []


def test_what_is_kept_is_bounded_whatever_comes():
    found = kept([row for i in range(5_000) for row in (failed(i, f"g{i}"), broken(f"code-{i}"))])

    assert len(found.failed) <= FIRST + 2 * MAX_GRADERS
    assert len(found.errors) == MAX_CODES


def test_the_reasons_and_the_inputs_are_told_on_one_line():
    row = msgspec.structs.replace(failed(1, "a", "b"), inputs={"q": "one\n two " * 100, "n": 3})

    assert why(row) == "a: no a; b: no b"
    assert why(broken("x")) == "x: it broke"
    assert input_of(row).startswith("q: one two one two")
    assert len(input_of(row)) <= 201
    assert input_of(msgspec.structs.replace(row, inputs={"q": "hello\nthere"})) == "hello there"
    assert input_of(msgspec.structs.replace(row, inputs={})) == ""
