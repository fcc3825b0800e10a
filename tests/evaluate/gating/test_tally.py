"""A gate's figures beside other implementations, its decisions where the answer is known, and how often it errs."""

import math
from itertools import pairwise

import msgspec
import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.errors import TimedOut
from assay.evaluate.gate import decide, overall
from assay.evaluate.gate_spec import (
    CaseRule,
    CompareRule,
    GateSpec,
    MetricRule,
    MissingRule,
    NeverRule,
    SliceRule,
)
from assay.evaluate.gating.case_column import Block
from assay.evaluate.gating.tally import GateTally
from assay.evaluate.summary import GatePart
from assay.evaluate.types import GraderVerdict, SampleRow, VariantLabel
from assay.stats.correction import JudgeCounts
from assay.stats.paired import Pairs
from assay.stats.passes import Passes
from assay.stats.proportion import clopper_pearson_upper

LABELS = [
    VariantLabel(name=name, prompt="p", version=None, digest=f"sha256:{name}", model="m") for name in ("old", "new")
]
PAIR = CompareRule(candidate="new", baseline="old", margin=0.05)


def row(case: int | str, variant: str, passed: bool | None = True, **changes: object) -> SampleRow:
    error = {"code": "model.timed_out", "what": str(TimedOut("t", code="model.timed_out"))} if passed is None else None
    given = {
        "sample": "", "case": f"c{case}", "variant": variant, "repeat": 0,
        "status": "error" if passed is None else "passed" if passed else "failed",
        "score": None if passed is None else float(passed), "output": None if passed is None else "text",
        "inputs": {}, "expected": None, "cluster": None, "tags": {}, "verdicts": [], "valid_first": None, "valid": None,
        "violations": [], "exit": None, "fallback": False, "error": error, "model": "m-1", "finish": None,
        "input_tokens": 10, "output_tokens": 5, "cached_tokens": None, "cost_usd": "0.01", "latency_ms": 100.0,
        "first_token_ms": None, "attempts": 1, "at_utc": None,
    }  # fmt: skip
    return SampleRow(**(given | changes))


def judged(spec: GateSpec, rows: list[SampleRow], *, repeats: int = 1) -> list[GatePart]:
    counted = GateTally(spec, LABELS, repeats=repeats)
    for one in rows:
        counted.add(one)
    return decide(counted)


def columns(spec: GateSpec, old: np.ndarray, new: np.ndarray, clusters: np.ndarray | None = None) -> list[GatePart]:
    counted = GateTally(spec, LABELS, repeats=1)
    values = np.stack([{"old": old, "new": new}[column.variant] for column in counted.columns]).astype(float)
    ids = np.full(len(old), -1) if clusters is None else clusters
    counted.add_block(Block(values, None, ids, np.zeros((0, len(old)), dtype=np.int64)))
    return counted.parts(alpha=spec.alpha)


@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.sampled_from([None, "a", "b", "c"])), min_size=2, max_size=80)
)
@settings(deadline=None)
def test_a_comparison_is_what_the_pairs_one_by_one_come_to(cases):
    pairs, rows = Pairs(), []
    for i, (old, new, cluster) in enumerate(cases):
        pairs.add(float(old), float(new), cluster=cluster)
        rows += [row(i, "old", old, cluster=cluster), row(i, "new", new, cluster=cluster)]
    part = judged(GateSpec(compare=PAIR), rows)[1]
    wanted = pairs.interval(level=0.9)

    assert (part.method, part.n, part.clusters) == (wanted.method, pairs.n, pairs.clusters)
    assert (part.value, part.low, part.high) == pytest.approx((wanted.value, wanted.low, wanted.high), abs=1e-9)


@given(
    st.lists(st.tuples(st.lists(st.booleans(), min_size=3, max_size=3), st.sampled_from([None, "a", "b"])), min_size=2)
)
@settings(deadline=None)
def test_a_least_rate_over_repeats_is_what_the_passes_one_by_one_come_to(cases):
    passes, rows = Passes(), []
    for i, (verdicts, cluster) in enumerate(cases):
        for repeat, passed in enumerate(verdicts):
            passes.add(passed, cluster=cluster or f"case {i}")
            rows += [row(i, name, passed, cluster=cluster, repeat=repeat) for name in ("old", "new")]
    part = judged(GateSpec(at_least={"new": 0.5}), rows, repeats=3)[1]
    wanted = passes.interval(level=0.9)

    assert part.method == wanted.method
    assert (part.value, part.low, part.high) == pytest.approx((wanted.value, wanted.low, wanted.high), abs=1e-9)


def test_the_standard_error_of_scores_in_clusters_is_that_of_statsmodels():
    rng = np.random.default_rng(3)
    ids = np.repeat(np.arange(40), 5)
    old, new = rng.random((2, 200)) * 0.5 + rng.random(40)[ids] * 0.5
    spec = GateSpec(compare=PAIR, metrics=(MetricRule(metric="score", margin=0.05),))
    part = columns(spec, old, new, ids)[1]
    fit = smf.ols("d ~ 1", pd.DataFrame({"d": new - old})).fit(
        cov_type="cluster", cov_kwds={"groups": ids, "use_correction": False}, use_t=True
    )
    error = fit.bse.iloc[0] * math.sqrt(40 / 39)
    low, high = fit.params.iloc[0] + error * np.array([-1, 1]) * 1.684875  # t(0.95) with 39 degrees of freedom

    assert part.method == "clustered-t"
    assert (part.low, part.high) == pytest.approx((low, high), abs=1e-6)


def test_blocks_may_be_cut_anywhere():
    rng = np.random.default_rng(1)
    spec = GateSpec(
        compare=PAIR,
        metrics=(MetricRule(metric="score", margin=0.1),),
        slices=SliceRule(tags=("t",), margin=0.2, metrics=("pass", "score")),
    )
    values = np.stack([rng.random(500) < 0.8, rng.random(500) < 0.8, rng.random(500), rng.random(500)]).astype(float)
    ids, slices = rng.integers(-1, 60, 500), rng.integers(-1, 4, (1, 500))
    found = []
    for cuts in ([0, 500], [0, 1, 7, 250, 251, 500]):
        counted = GateTally(spec, LABELS, repeats=1)
        for number in range(4):
            counted.cases.slices.number(f"t={number}")
        for start, end in pairwise(cuts):
            counted.add_block(Block(values[:, start:end], None, ids[start:end], slices[:, start:end]))
        found.append(counted.parts(alpha=0.05))

    assert len(found[0]) == 2 + 8
    for whole, cut in zip(*found, strict=True):
        assert (whole.rule, whole.metric, whole.slice, whole.n, whole.clusters) == (
            cut.rule, cut.metric, cut.slice, cut.n, cut.clusters,
        )  # fmt: skip
        assert (whole.low, whole.high) == pytest.approx((cut.low, cut.high), abs=1e-12)


@pytest.mark.parametrize(
    ("factor", "rule", "decision", "says"),
    [
        pytest.param(1.02, {"ratio": 1.1}, "pass", "stays below 1.1 times old", id="inside"),
        pytest.param(1.3, {"ratio": 1.1}, "fail", "takes more than old does", id="above"),
        pytest.param(0.5, {"ratio": 1.1}, "pass", "new stays below 1.1 times old: 0.49", id="cheaper"),
        pytest.param(0.95, {"ratio": 0.9}, "fail", "below 0.9 times is wanted", id="not-cheap-enough"),
        pytest.param(1.02, {"within": 1.1}, "pass", "differ by less than a factor of 1.1", id="the-same"),
        pytest.param(0.5, {"within": 1.1}, "fail", "differ by a factor of 1.1 or more", id="cheaper-is-different"),
    ],
)
def test_a_measure_is_held_by_its_ratio(factor, rule, decision, says):
    rng = np.random.default_rng(5)
    spec = GateSpec(compare=PAIR, metrics=(MetricRule(metric="latency_ms", **rule),))
    rows = []
    for i, noise in enumerate(rng.lognormal(0, 0.05, 100)):
        base = 100.0 * (1 + i % 7)
        rows += [row(i, "old", latency_ms=base), row(i, "new", latency_ms=base * factor * noise)]
    part = judged(spec, rows)[2]

    assert part.decision == decision
    assert says in part.sentence
    assert part.unit == "ratio"
    assert part.value == pytest.approx(factor, rel=0.02)


@pytest.mark.parametrize(("cases", "decision"), [(2, "inconclusive"), (29, "inconclusive"), (30, "pass")])
def test_a_ratio_that_is_the_same_in_a_few_pairs_shows_nothing_of_others(cases, decision):
    spec = GateSpec(compare=PAIR, metrics=(MetricRule(metric="cost_usd", ratio=1.5),))
    rows = [row(i, name, cost_usd=cost) for i in range(cases) for name, cost in (("old", "0.01"), ("new", "0.012"))]
    part = judged(spec, rows)[2]

    assert part.decision == decision
    assert ("30 would do" in part.sentence) == (decision == "inconclusive")


@pytest.mark.parametrize(("came", "decision"), [("2026-01-01T10:", "pass"), ("2026-01-01T08:", "inconclusive")])
def test_times_are_compared_where_both_variants_were_called_side_by_side(came, decision):
    spec = GateSpec(compare=PAIR, metrics=(MetricRule(metric="latency_ms", ratio=1.5),))
    rows = []
    for i, noise in enumerate(np.random.default_rng(5).lognormal(0, 0.05, 50)):
        rows.append(row(i, "old", latency_ms=100.0, at_utc=f"{came}{i:02}:00Z"))
        rows.append(row(i, "new", latency_ms=100.0 * noise, at_utc=f"2026-01-01T10:{i:02}:30Z"))
    part = judged(spec, rows)[2]

    assert part.decision == decision
    assert ("--fresh calls both" in part.sentence) == (decision == "inconclusive")


@pytest.mark.parametrize(
    ("unknown", "decision"),
    [pytest.param(1, "pass", id="one-in-two-hundred"), pytest.param(40, "inconclusive", id="one-in-five")],
)
def test_a_measure_that_is_often_unknown_cannot_pass(unknown, decision):
    spec = GateSpec(compare=PAIR, metrics=(MetricRule(metric="cost_usd", ratio=1.1),))
    rows = [row(i, name, cost_usd=None if i < unknown else "0.01") for i in range(200) for name in ("old", "new")]
    part = judged(spec, rows)[2]

    assert part.decision == decision
    assert f"{unknown} of 200 cases have no cost_usd to compare." in part.sentence


@pytest.mark.parametrize(
    ("shift", "decision"),
    [
        pytest.param(0.0, "pass", id="same"),
        pytest.param(0.2, "fail", id="other"),
        pytest.param(-0.2, "fail", id="less"),
    ],
)
def test_two_scores_are_shown_to_be_the_same_or_not(shift, decision):
    rng = np.random.default_rng(6)
    old = rng.uniform(0.4, 0.6, 100)
    new = old + shift + rng.normal(0, 0.02, 100)
    spec = GateSpec(compare=PAIR, metrics=(MetricRule(metric="score", within=0.03),))

    assert columns(spec, old, new)[1].decision == decision


@pytest.mark.parametrize(
    ("n", "failed", "decision", "needed"),
    [
        pytest.param(299, 0, "pass", None, id="just-enough-of-none"),
        pytest.param(298, 0, "inconclusive", 1, id="one-short"),
        pytest.param(100, 0, "inconclusive", 199, id="a-hundred-show-only-3-percent"),
        pytest.param(300, 20, "fail", None, id="too-many"),
    ],
)
def test_zero_tolerance_is_shown_by_an_exact_bound(n, failed, decision, needed):
    spec = GateSpec(never=(NeverRule(grader="no-leak", at_most=0.01),))
    rows = []
    for i in range(n):
        verdict = GraderVerdict(grader="no-leak", score=float(i >= failed), passed=i >= failed)
        rows += [row(i, name, verdicts=[verdict]) for name in ("old", "new")]
    part = judged(spec, rows)[1]

    assert (part.decision, part.cases_needed) == (decision, needed)
    assert part.high == pytest.approx(clopper_pearson_upper(failed, n, level=0.95))
    assert part.variant == "new"


def test_zero_tolerance_of_a_calibrated_judge_takes_its_errors_in():
    spec = GateSpec(never=(NeverRule(grader="no-leak", at_most=0.02),))
    verdict = GraderVerdict(grader="no-leak", score=1.0, passed=True)

    def part(cases: int) -> GatePart:
        counted = GateTally(spec, LABELS, repeats=1)
        for i in range(cases):
            for name in ("old", "new"):
                counted.add(row(i, name, verdicts=[verdict]))
        errors = {"grader:no-leak": JudgeCounts(100, 95, 60, 48)}
        return counted.parts(alpha=0.05, errors=errors, advisory=frozenset({"grader:no-leak"}))[0]

    open_, needed = part(200), part(200).cases_needed
    found = JudgeCounts(100, 95, 60, 48).specificity(level=0.95).low

    assert open_.high == pytest.approx(clopper_pearson_upper(0, 200, level=0.975) / found)
    assert (open_.decision, open_.advisory) == ("inconclusive", False)
    assert "the errors that were measured of the judge" in open_.sentence
    assert needed is not None
    assert part(200 + needed).decision == "pass"
    assert part(200 + needed - 1).decision == "inconclusive"


def test_a_grader_that_could_not_tell_has_not_seen_that_nothing_leaked():
    spec = GateSpec(never=(NeverRule(grader="no-leak", at_most=0.01),), max_missing=1)
    unsure = row(0, "new", None, output="text", error={"code": "judge.unreadable", "what": "x"})
    silent = row(1, "new", None)
    part = judged(spec, [row(0, "old"), unsure, row(1, "old"), silent])[1]

    assert (part.value, part.n) == (1.0, 1)
    assert "1 case had no reply" in part.sentence


def sliced(small: int, *, lost: int = 0, unpowered: str = "counts") -> list[GatePart]:
    spec = GateSpec(compare=PAIR, slices=SliceRule(tags=("topic",), margin=0.1, unpowered=unpowered))
    rows = []
    for i in range(400 + small):
        topic = "billing" if i < 400 else "rare"
        rows += [row(i, "old", tags={"topic": topic}), row(i, "new", i >= lost, tags={"topic": topic})]
    return judged(spec, rows)


def test_each_slice_is_held_at_its_share_of_alpha_and_the_worst_comes_first():
    parts = sliced(400, lost=100)[2:]

    assert [(part.slice, part.decision) for part in parts] == [("topic=billing", "fail"), ("topic=rare", "pass")]
    assert [part.level for part in parts] == [pytest.approx(0.95)] * 2  # 1 - 2 * 0.05 / 2


def test_a_slice_that_is_too_small_is_never_green():
    counts, told = sliced(5), sliced(5, unpowered="told")

    for parts in (counts, told):
        small = next(part for part in parts if part.slice == "topic=rare")
        assert (small.decision, small.remark) == ("inconclusive", "not-powered")
        assert "has 5 cases, too few to show a margin of 10 points" in small.sentence
    assert overall(counts)[0] == "inconclusive"
    assert overall(told)[0] == "pass"


def test_a_case_passes_when_enough_of_its_repeats_do():
    spec = GateSpec(at_least={"new": 0.5}, cases=CaseRule(passes=2, of=3))
    verdicts = [[True, True, False], [True, False, False], [True, True, True]] * 20
    rows = [
        row(i, name, passed, repeat=k)
        for i, repeats in enumerate(verdicts)
        for k, passed in enumerate(repeats)
        for name in ("old", "new")
    ]
    part = judged(spec, rows, repeats=3)[1]

    assert (part.value, part.n, part.method) == (pytest.approx(2 / 3), 60, "wilson")


@pytest.mark.parametrize(
    ("standing", "value", "n", "valid"),
    [
        pytest.param("missing", 0.5, 2, "invalid", id="missing"),
        pytest.param("fails", 0.5, 2, "pass", id="fails"),
        pytest.param("left-out", None, 0, "invalid", id="left-out"),
    ],
)
def test_what_a_timeout_counts_as_is_what_the_suite_says(standing, value, n, valid):
    rows = [row(0, "old"), row(0, "new", None), row(1, "old"), row(1, "new")]
    strict = GateSpec(at_least={"new": 0.1}, missing=MissingRule(timeouts=standing))
    parts = judged(strict, rows)
    lenient = judged(msgspec.convert(msgspec.to_builtins(strict) | {"max_missing": 1.0}, GateSpec), rows)[1]

    assert parts[0].decision == valid
    assert lenient.value == (value if value is not None else 1.0)
    assert lenient.n == (n or 1)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(lambda rows: [*rows, rows[-1]], "stand twice", id="a-row-twice"),
        pytest.param(lambda rows: [*rows, *rows[:2]], "stand twice", id="a-case-twice"),
        pytest.param(lambda rows: rows[:-1], "cannot be paired", id="one-arm-lacks-a-case"),
        pytest.param(
            lambda rows: [msgspec.structs.replace(r, model=f"m-{r.variant}") for r in rows],
            "were answered by different models: m-old and m-new",
            id="another-model",
        ),
        pytest.param(
            lambda rows: [msgspec.structs.replace(r, fingerprint=f"fp-{r.variant}") for r in rows],
            "were answered by different builds",
            id="another-build",
        ),
    ],
)
def test_what_cannot_be_compared_is_invalid(change, says):
    rows = [row(i, name) for i in range(20) for name in ("old", "new")]
    parts = judged(GateSpec(compare=PAIR), change(rows))

    assert [part.decision for part in parts] == ["invalid"]
    assert says in parts[0].sentence


def test_a_model_that_changes_under_both_arms_is_told():
    rows = [row(i, name, model=f"m-{i >= 10}") for i in range(20) for name in ("old", "new")]
    valid = judged(GateSpec(compare=PAIR), rows)[0]

    assert (valid.decision, valid.remark) == ("pass", "model-changed")
    assert "was answered by 2 models" in valid.sentence


def test_more_repeats_are_advised_where_the_cases_differ_little():
    rng = np.random.default_rng(8)
    places = [(i, k, name) for i in range(200) for k in range(2) for name in ("old", "new")]
    rows = [row(i, name, bool(rng.random() < 0.5), repeat=k) for i, k, name in places]
    part = judged(GateSpec(compare=PAIR), rows, repeats=2)[1]

    assert part.decision == "inconclusive"
    assert part.repeats_needed is not None
    assert 2 < part.repeats_needed < 20
    assert f"would settle it, or {part.repeats_needed} repeats of each case." in part.sentence


def test_versions_that_are_the_same_or_as_bad_as_the_margin_are_wronged_no_more_often_than_alpha():
    # 2,000 gates each: cases in clusters of about 4, where a cluster shares its difficulty.
    rng, wrong_fail, wrong_pass, rounds = np.random.default_rng(11), 0, 0, 2_000
    spec = GateSpec(compare=CompareRule(candidate="new", baseline="old", margin=0.1))
    ids = np.sort(rng.integers(0, 50, 200))
    for _ in range(rounds):
        easy = np.clip(rng.normal(0.7, 0.15, 50), 0.15, 1)[ids]
        old, same = rng.random((2, 200)) < easy
        worse = rng.random(200) < easy - 0.1
        wrong_fail += columns(spec, old, same, ids)[0].decision == "fail"
        wrong_pass += columns(spec, old, worse, ids)[0].decision == "pass"

    limit = 0.05 + 3 * math.sqrt(0.05 * 0.95 / rounds)
    assert wrong_fail / rounds <= limit
    assert wrong_pass / rounds <= limit
