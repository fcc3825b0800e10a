"""A gate that is watched: it stops when it is decided, seldom wrongly, and never on part of a case."""

import msgspec
import numpy as np
import pytest

from assay.evaluate.gate_spec import CaseRule, CompareRule, GateSpec, MetricRule, NeverRule, SliceRule
from assay.evaluate.gating.watch import CannotWatch, Watch, WatchSpec
from assay.evaluate.types import SampleRow

PAIR = CompareRule(candidate="new", baseline="old", margin=0.05)
EMPTY = {
    name: None
    for name, field in zip(SampleRow.__struct_fields__, msgspec.structs.fields(SampleRow), strict=True)
    if field.required
}


def row(case: int, variant: str, passed: bool, *, cluster=None, repeat=0) -> SampleRow:
    given = {
        "sample": "s", "case": str(case), "variant": variant, "repeat": repeat, "cluster": cluster, "tags": {},
        "status": "passed" if passed else "failed", "score": float(passed), "verdicts": [], "violations": [],
        "inputs": {}, "fallback": False, "attempts": 1,
    }  # fmt: skip
    return SampleRow(**(EMPTY | given))


def play(watch: Watch, pairs, *, clusters=None) -> int:
    """Rows of cases, old then new, until all is decided; how many cases it took."""
    for number, (old, new) in enumerate(pairs):
        cluster = None if clusters is None else str(clusters[number])
        for variant, passed in (("old", old), ("new", new)):
            if not watch.add(row(number, variant, bool(passed), cluster=cluster)):
                return watch.cases
    watch.finish()
    return watch.cases


def watch(spec=None, *, largest=1, repeats=1) -> Watch:
    return Watch(spec or GateSpec(compare=PAIR), WatchSpec(seed=0, largest=largest), ["old", "new"], repeats=repeats)


def drawn(rng, n, *, gained, lost):
    kinds = rng.choice(3, size=n, p=[gained, lost, 1 - gained - lost])
    return [(0, 1) if kind == 0 else (1, 0) if kind == 1 else (1, 1) for kind in kinds]


def test_a_candidate_that_is_no_different_passes_before_the_cases_are_used_up():
    watching = watch()
    took = play(watching, drawn(np.random.default_rng(1), 3000, gained=0.05, lost=0.05))
    (part,) = watching.parts(0.05)

    assert watching.decided
    assert took < 1000
    assert part.decision == "pass"
    assert part.low > -0.05
    assert (part.method, part.n) == ("betting", took)
    assert "new is not worse than old by 5 points or more" in part.sentence


def test_a_bad_one_fails_soon():
    watching = watch()
    play(watching, drawn(np.random.default_rng(2), 3000, gained=0.05, lost=0.25))

    assert watching.parts(0.05)[0].decision == "fail"


def test_one_that_is_as_bad_as_the_margin_seldom_passes():
    rng, passed = np.random.default_rng(3), 0
    for _ in range(60):
        watching = watch()
        play(watching, drawn(rng, 400, gained=0.03, lost=0.08))
        passed += watching.parts(0.05)[0].decision == "pass"

    assert passed <= 7  # 3 are expected at most; 7 or fewer with a chance of 99 %


def test_clusters_are_bet_on_as_a_whole():
    rng = np.random.default_rng(4)
    clusters = np.repeat(np.arange(150), 4)
    watching = watch(largest=4)
    play(watching, np.repeat(drawn(rng, 150, gained=0.05, lost=0.05), 4, axis=0).tolist(), clusters=clusters)
    (part,) = watching.parts(0.05)

    assert part.clusters <= 150
    assert part.n == 4 * part.clusters


def test_a_least_rate_is_watched_too():
    spec = GateSpec(at_least={"new": 0.8})
    good, bad = watch(spec), watch(spec)
    play(good, [(1, number % 20 != 0) for number in range(600)])
    play(bad, [(1, number % 2 == 0) for number in range(600)])

    assert (good.parts(0.05)[0].decision, bad.parts(0.05)[0].decision) == ("pass", "fail")
    assert good.parts(0.05)[0].low >= 0.8


def test_all_rules_must_be_decided_before_it_stops_with_a_pass():
    metrics = (MetricRule(metric="score", at_least=0.999),)
    watching = watch(GateSpec(compare=PAIR, metrics=metrics))
    play(watching, [(1, 1)] * 300)

    assert [part.decision for part in watching.parts(0.05)] == ["pass", "inconclusive"]
    assert not watching.decided


def test_repeats_of_a_case_are_one_number_by_its_rule():
    watching = watch(GateSpec(at_least={"new": 0.5}, cases=CaseRule(passes=2, of=2)), repeats=2)
    for case in range(40):
        for repeat in (0, 1):
            watching.add(row(case, "new", repeat == 0, repeat=repeat))

    assert watching.parts(0.05)[0].value == 0.0  # one of two is not enough


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        (GateSpec(never=(NeverRule(grader="g", at_most=0.1),)), "never"),
        (GateSpec(compare=PAIR, slices=SliceRule(tags=("t",), margin=0.1)), "slices"),
        (GateSpec(compare=PAIR, metrics=(MetricRule(metric="cost_usd", ratio=1.1),)), "ratios"),
        (GateSpec(), "no rule"),
    ],
)
def test_other_rules_take_all_cases(spec, why):
    with pytest.raises(CannotWatch, match=why):
        watch(spec)
