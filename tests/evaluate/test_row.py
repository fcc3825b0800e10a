"""The row of a sample says what was asked, what came, and what was found, and never more than is known."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.author.parse import parse_prompt
from assay.author.source import WorkingTree
from assay.author.types import MISSING
from assay.core.errors import GraderFailed, TimedOut
from assay.core.location import Location
from assay.engine.prepare import prepare
from assay.engine.types import Checked, Outcome, Violation
from assay.evaluate.plan import Planned, Variant
from assay.evaluate.row import Graded, answered, unanswered
from assay.evaluate.types import Case, GraderSpec, SampleRow, Verdict
from assay.models.target import parse_target
from assay.models.types import Parameters, Reply, Usage

HERE = Location("cases.jsonl", 4)
ADDRESS = bytes(range(32))


@pytest.fixture(scope="module")
def variant(tmp_path_factory) -> Variant:
    source = WorkingTree(tmp_path_factory.mktemp("project"))
    prompt = parse_prompt("---\nprompt: a\n---\nuser:\nx\n", path="a.prompt.md", source=source)
    return Variant("now", prepare(prompt), parse_target("openai/m"), Parameters())


def planned(variant: Variant, **case: object) -> Planned:
    return Planned(3, Case(id="c1", inputs={"q": 1}, where=HERE, **case), variant, 2)


def outcome(*replies: Reply, violations: tuple[Violation, ...] = (), cost: str | None = "0.00000012") -> Outcome:
    first = Checked("nonsense", None, (Violation("format", "it is not JSON"),))
    return Outcome(
        digest="d",
        messages=(),
        replies=replies,
        checked=Checked("said", "said", violations),
        first=first,
        fallback=False,
        cost_usd=None if cost is None else Decimal(cost),
    )


def spec(name: str = "g", weight: float = 1.0) -> GraderSpec:
    return GraderSpec(grader="equals", name=name, weight=weight, where=HERE)


REPLY = Reply(text="said", model="m-1", usage=Usage(input=5, output=2), latency_ms=1.23456, attempts=2)


def test_a_sample_without_a_reply_is_an_error_and_everything_else_is_unknown(variant):
    error = TimedOut("no answer within 3 s", code="model.timeout", hint="wait longer", attempts=4)

    row = unanswered(planned(variant, expected="y"), ADDRESS, error)

    assert (row.sample, row.case, row.variant, row.repeat) == (ADDRESS.hex(), "c1", "now", 2)
    assert row.error == {"code": "model.timeout", "what": "no answer within 3 s", "hint": "wait longer"}
    assert (row.status, row.attempts, row.verdicts, row.expected) == ("error", 4, [], "y")
    unknown = ("score", "output", "valid", "valid_first", "model", "input_tokens", "cost_usd", "latency_ms", "at_utc")
    assert {name: getattr(row, name) for name in unknown} == dict.fromkeys(unknown)


def test_a_reply_is_told_whole_with_what_all_its_calls_used(variant):
    graded = Graded()
    graded.add(spec(), Verdict(0.5, False, "half right"))
    found = outcome(REPLY, REPLY, violations=(Violation("limits", "it has 9 words; 5 are allowed"),))

    row = answered(
        planned(variant, tags={"kind": "a"}, cluster="k"), ADDRESS, found, graded, at_utc="2026-01-01T00:00:00Z"
    )

    assert (row.status, row.score, row.output, row.error) == ("failed", 0.5, "said", None)
    assert (row.valid_first, row.valid) == (False, False)
    assert len(row.violations) == 1
    assert "9 words" in row.violations[0]
    assert (row.input_tokens, row.output_tokens, row.cached_tokens, row.attempts) == (10, 4, None, 4)
    assert (row.cost_usd, row.latency_ms) == ("0.00000012", 2.469)
    assert (row.model, row.tags, row.cluster, row.expected) == ("m-1", {"kind": "a"}, "k", None)


def test_an_unknown_cost_stays_unknown(variant):
    assert answered(planned(variant), ADDRESS, outcome(REPLY, cost=None), Graded(), at_utc="t").cost_usd is None


def test_a_grader_that_fails_makes_the_sample_an_error_and_keeps_the_reply(variant):
    graded = Graded()
    graded.add(spec("good"), Verdict(1.0, True, "right"))
    graded.add_failure(spec("one"), GraderFailed("it crashed", code="grader.crashed"))
    graded.add_failure(spec("two"), GraderFailed("it was slow", code="grader.timeout"))

    row = answered(planned(variant), ADDRESS, outcome(REPLY), graded, at_utc="t")

    assert (row.status, row.score, row.output) == ("error", None, "said")
    assert row.error == {"code": "grader.crashed", "what": "it crashed"}
    assert [(v.grader, v.passed, v.error) for v in row.verdicts] == [
        ("good", True, None),
        ("one", None, "it crashed"),
        ("two", None, "it was slow"),
    ]


def test_a_sample_without_graders_passes_with_a_full_score():
    assert (Graded().status, Graded().score) == ("passed", 1.0)


verdicts = st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.floats(0.001, 1000)), min_size=1, max_size=6)


@given(verdicts)
def test_a_sample_passes_when_all_graders_pass_and_scores_their_weighted_mean(found):
    graded = Graded()
    for i, (score, passed, weight) in enumerate(found):
        graded.add(spec(f"g{i}", weight), Verdict(score, passed, ""))

    assert graded.status == ("passed" if all(passed for _, passed, _ in found) else "failed")
    mean = sum(score * weight for score, _, weight in found) / sum(weight for _, _, weight in found)
    assert graded.score == pytest.approx(mean)
    assert -1e-9 <= graded.score <= 1 + 1e-9


def test_what_is_expected_may_be_missing_or_null_and_both_are_written_as_null(variant):
    for expected in (MISSING, None):
        row = unanswered(planned(variant, expected=expected), ADDRESS, TimedOut("t", code="c"))

        assert msgspec.json.decode(msgspec.json.encode(row), type=SampleRow) == row
        assert row.expected is None
