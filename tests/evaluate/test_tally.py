"""A run is counted as its rows come: nothing dropped, nothing made up, the same whatever order they are given in."""

import tracemalloc
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.author.parse import parse_prompt
from assay.author.source import WorkingTree
from assay.core.errors import TimedOut
from assay.core.location import Location
from assay.engine.prepare import prepare
from assay.evaluate.gate_spec import CompareRule, GateSpec
from assay.evaluate.plan import Planned, Variant
from assay.evaluate.row import unanswered
from assay.evaluate.summary import VariantSummary
from assay.evaluate.tally import MAX_FLIPS, MAX_SLICES_PER_TAG, Tally, Total, rate
from assay.evaluate.types import Case, GraderVerdict, SampleRow, Spent
from assay.models.target import parse_target
from assay.models.types import Parameters
from assay.stats.paired import tango
from assay.stats.proportion import wilson

HERE = Location("cases.jsonl", 1)
PROMPT = parse_prompt("---\nprompt: a\nversion: 1.2.0\n---\nuser:\nx\n", path="a.prompt.md", source=WorkingTree(Path()))
VARIANTS = [Variant(name, prepare(PROMPT), parse_target("openai/m"), Parameters()) for name in ("old", "new", "extra")]
ERROR = unanswered(Planned(0, Case(id="c", inputs={}, where=HERE), VARIANTS[0], 0), b"", TimedOut("t", code="model.t"))


def row(case: int, passed: bool | None = True, variant: str = "old", **more: object) -> SampleRow:
    status = {None: "error", True: "passed", False: "failed"}[passed]
    found = msgspec.structs.replace(ERROR, case=f"c{case}", variant=variant, status=status)
    if passed is not None:
        found = msgspec.structs.replace(
            found, error=None, output="text", score=float(passed), valid=True, valid_first=passed, input_tokens=10,
            output_tokens=2, cached_tokens=0, cost_usd="0.001", latency_ms=5.0,
        )  # fmt: skip
    return msgspec.structs.replace(found, **more)


def tally(rows: list[SampleRow], *, variants: int = 1, repeats: int = 1, gate: GateSpec | None = None) -> Tally:
    found = Tally([variant.label for variant in VARIANTS[:variants]], repeats=repeats, gate=gate)
    for item in rows:
        found.add(item)
    return found


def summary(rows: list[SampleRow], **more: int) -> VariantSummary:
    return tally(rows, **more).variants["old"].summary()


outcomes = st.lists(st.sampled_from([True, False, None]), max_size=60)


@given(outcomes)
def test_every_sample_is_counted_once_and_an_error_is_no_pass(found):
    told = summary([row(i, passed) for i, passed in enumerate(found)])

    assert (told.n, told.passed, told.failed, told.errors) == (
        len(found), found.count(True), found.count(False), found.count(None),
    )  # fmt: skip
    expected = wilson(found.count(True), len(found))
    assert (told.pass_rate, told.low, told.high) == (expected.value, expected.low, expected.high)
    assert told.error_codes == ({"model.t": found.count(None)} if None in found else {})
    assert told.valid.of == found.count(True) + found.count(False)
    assert told.mean_score == (None if not found else pytest.approx(found.count(True) / len(found)))


@given(st.permutations([row(i, i % 3 > 0, tags={"kind": "ab"[i % 2]}) for i in range(9)]))
def test_the_order_of_the_rows_changes_nothing(rows):
    assert summary(rows) == summary(sorted(rows, key=lambda r: r.case))


def test_a_run_of_nothing_claims_nothing():
    told = summary([])

    assert (told.n, told.pass_rate, told.low, told.high, told.mean_score) == (0, 0, 0, 1, None)
    assert (told.latency_p50_ms, told.slices, told.graders) == (None, [], [])
    assert (told.prompt, told.version, told.model) == ("a", "1.2.0", "openai/m")
    assert told.digest == VARIANTS[0].prepared.digest


def test_sums_are_exact_and_unknown_as_soon_as_one_part_is():
    known = summary([row(i, cost_usd="0.1") for i in range(3)])
    unknown = summary([row(0), row(1, cached_tokens=None, cost_usd=None), row(2)])
    without_reply = summary([row(0), row(1, None)])

    assert (known.input_tokens, known.output_tokens, known.cost_usd) == (30, 6, "0.3")
    assert (unknown.input_tokens, unknown.cached_tokens, unknown.cost_usd) == (30, None, None)
    assert (without_reply.input_tokens, without_reply.cost_usd) == (10, "0.001")  # no reply, so nothing was used


def test_what_judges_spent_is_summed_apart_and_unknown_as_soon_as_one_part_is():
    def graded(i: int, cost: str | None) -> SampleRow:
        return row(i, grading=Spent(calls=2, input_tokens=10, output_tokens=3, cost_usd=cost))

    known, unknown = (summary([graded(0, "0.1"), row(1), graded(2, cost)]) for cost in ("0.2", None))

    assert known.grading == Spent(calls=4, input_tokens=20, output_tokens=6, cost_usd="0.3")
    assert (unknown.grading.input_tokens, unknown.grading.cost_usd) == (20, None)
    assert known.cost_usd == summary([row(i) for i in range(3)]).cost_usd
    assert summary([row(0)]).grading is None


@given(st.lists(st.none() | st.integers(0, 10**9) | st.decimals(0, 1, places=9).map(str)))
def test_a_total_is_known_exactly_when_every_part_is(parts):
    total = Total()
    for part in parts:
        total.add(part)

    assert total.known is (None not in parts)
    assert total.value == sum((Decimal(part) for part in parts if part is not None), Decimal(0))


def test_latency_is_told_by_its_quantiles_over_samples_that_were_answered():
    rows = [row(i, latency_ms=float(i)) for i in range(1, 102)]
    told = summary([*rows, row(200, None), row(201, latency_ms=None)])

    assert (told.latency_p50_ms, told.latency_p95_ms) == (51.0, 96.0)


def test_first_validity_and_validity_in_the_end_are_told_apart():
    told = summary([row(0), row(1, valid_first=False), row(2, valid=False, valid_first=False), row(3, None)])

    assert (told.valid_first, told.valid) == (rate(1, 3), rate(2, 3))


def test_each_grader_is_counted_by_itself_and_its_errors_are_no_passes():
    verdicts = [
        GraderVerdict(grader="a", score=1.0, passed=True),
        GraderVerdict(grader="a", score=0.5, passed=False),
        GraderVerdict(grader="a", error="it crashed"),
    ]
    (told,) = summary([row(i, verdicts=[v]) for i, v in enumerate(verdicts)]).graders

    assert (told.grader, told.passed, told.errors, told.mean_score) == ("a", 1, 1, 0.75)
    assert told.rate == rate(1, 3)


def test_each_value_of_a_tag_is_a_slice_with_its_own_rate():
    rows = [row(i, i != 1, tags={"kind": "b" if i else "a", "size": "s"}) for i in range(3)]

    assert [(s.tag, s.value, s.passed, s.rate.of) for s in summary(rows).slices] == [
        ("kind", "a", 1, 1),
        ("kind", "b", 1, 2),
        ("size", "s", 2, 3),
    ]


def test_a_tag_with_endless_values_keeps_the_first_of_them():
    slices = summary([row(i, tags={"id": f"{i:04d}"}) for i in range(MAX_SLICES_PER_TAG + 50)]).slices

    assert len(slices) == MAX_SLICES_PER_TAG
    assert slices[0].value == "0000"


def test_cases_of_one_cluster_and_repeats_of_one_case_make_the_interval_wider():
    pattern = [i % 4 < 2 for i in range(40)]
    apart = summary([row(i, passed) for i, passed in enumerate(pattern)])
    together = summary([row(i, passed, cluster=f"k{i % 4}") for i, passed in enumerate(pattern)])
    repeated = summary([row(i % 4, passed, repeat=i // 4) for i, passed in enumerate(pattern)], repeats=10)

    assert apart.pass_rate == together.pass_rate == repeated.pass_rate == 0.5
    assert together.high - together.low > apart.high - apart.low
    assert (repeated.low, repeated.high) == (together.low, together.high)
    assert (apart.method, together.method) == ("wilson", "clustered-wilson")


def paired(pairs: list[tuple[bool | None, bool | None]], **more: object) -> Tally:
    rows = [item for i, (old, new) in enumerate(pairs) for item in (row(i, old, "old"), row(i, new, "new"))]
    return tally(rows, variants=2, **more)


@given(st.lists(st.tuples(*[st.sampled_from([True, False, None])] * 2), max_size=40))
def test_a_comparison_counts_each_pair_and_names_each_flip(pairs):
    compare = paired(pairs).compare
    assert compare is not None
    found = compare.comparison()

    gained = [i for i, (old, new) in enumerate(pairs) if new is True and old is not True]
    lost = [i for i, (old, new) in enumerate(pairs) if old is True and new is not True]
    assert (found.n, found.gained, found.lost) == (len(pairs), len(gained), len(lost))
    assert [(f.case, f.change) for f in found.flips] == [
        (f"c{i}", "gained" if i in gained else "lost") for i in sorted([*gained, *lost])
    ]
    interval = tango(len(gained), len(lost), len(pairs), level=found.level)
    assert (found.diff, found.low, found.high) == pytest.approx((interval.value, interval.low, interval.high))


def test_without_a_rule_the_last_variant_is_shown_against_the_first():
    rows = [row(0, passed, name) for name, passed in (("old", False), ("new", False), ("extra", True))]
    compare = tally(rows, variants=3).compare
    assert compare is not None

    found = compare.comparison()

    assert (found.baseline, found.candidate, found.margin, found.gained) == ("old", "extra", 0.0, 1)
    assert tally([row(0)]).compare is None


def test_the_rule_says_which_variants_are_compared_and_the_others_are_passed_over():
    gate = GateSpec(compare=CompareRule(candidate="old", baseline="new", margin=0.03), alpha=0.1)
    rows = [row(0, True, "old"), row(0, False, "new"), row(0, False, "extra")]
    compare = tally(rows, variants=3, gate=gate).compare
    assert compare is not None

    found = compare.comparison()

    assert (found.n, found.gained, found.margin, found.level) == (1, 1, 0.03, 0.8)


def test_a_flip_shows_both_replies_and_what_was_expected():
    rows = [
        row(0, True, "old", output="yes", tags={"kind": "a"}, expected="yes"),
        row(0, None, "new", tags={"kind": "a"}, expected="yes"),
    ]
    compare = tally(rows, variants=2).compare
    assert compare is not None

    (flip,) = compare.flips

    assert (flip.change, flip.baseline, flip.candidate, flip.expected) == ("lost", "yes", None, "yes")
    assert flip.tags == {"kind": "a"}


def test_flips_are_counted_all_and_kept_up_to_a_bound():
    compare = paired([(False, True)] * (MAX_FLIPS + 5)).compare
    assert compare is not None
    found = compare.comparison()

    assert (len(found.flips), found.gained) == (MAX_FLIPS, MAX_FLIPS + 5)


def test_memory_does_not_grow_with_the_number_of_samples():
    def feed(counted: Tally, start: int, n: int) -> None:
        for i in range(start, start + n):
            counted.add(row(i, i % 3 > 0, "old", tags={"kind": "a"}))
            counted.add(row(i, i % 5 > 0, "new", tags={"kind": "a"}))

    counted = tally([], variants=2)
    feed(counted, 0, 3_000)  # enough flips to fill their list
    tracemalloc.start()
    try:
        feed(counted, 3_000, 2_000)
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert grown < 4_000 * 20  # a few bytes a sample for the latencies


def test_pairs_that_both_fail_are_counted_and_the_first_kept():
    rows = [row(i, i == 3, variant=name) for i in range(9) for name in ("old", "new")]
    told = tally(rows, variants=2).compare

    assert told.both_failed == 8
    assert [(old.case, new.variant) for old, new in told.both] == [(f"c{i}", "new") for i in (0, 1, 2, 4, 5)]


def test_a_flip_holds_the_beginning_of_the_input_and_what_failed_the_worse_side():
    verdict = GraderVerdict(grader="choice", score=0.0, passed=False, reason="chose 'b'")
    rows = [row(1, True, inputs={"q": "why?"}), row(1, False, "new", inputs={"q": "why?"}, verdicts=[verdict])]
    flip = tally(rows, variants=2).compare.comparison().flips[0]

    assert (flip.change, flip.input, flip.why) == ("lost", "why?", "choice: chose 'b'")
