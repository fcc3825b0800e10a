"""Corrections of a judge: formulas by hand, ppi_py on the same input, and coverage where the truth is known."""

import math

import numpy as np
import ppi_py
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.stats.correction import (
    JudgeCounts,
    Uninformative,
    calibrated_mean,
    ppi_mean,
    rogan_gladen,
    rogan_gladen_difference,
)
from assay.stats.paired import tango

JUDGE = JudgeCounts(right=100, right_passed=90, wrong=100, wrong_failed=70)


def test_rogan_and_gladen_by_hand():
    found = rogan_gladen(600, 1000, JUDGE)

    assert found.value == pytest.approx((0.6 + 0.7 - 1) / (0.7 + 0.9 - 1))
    assert found.method == "rogan-gladen"


def test_the_interval_of_lee_and_others_by_hand():
    z = 1.959963984540054
    p, n = (600 + z * z / 2) / (1000 + z * z), 1000 + z * z
    q0, q1 = 71 / 102, 91 / 102
    theta = (p + q0 - 1) / (q0 + q1 - 1)
    shift = 2 * z * z * (-(1 - theta) * q0 * (1 - q0) / 102 + theta * q1 * (1 - q1) / 102)
    spread = p * (1 - p) / n + (1 - theta) ** 2 * q0 * (1 - q0) / 102 + theta**2 * q1 * (1 - q1) / 102
    half = z * math.sqrt(spread) / (q0 + q1 - 1)
    found = rogan_gladen(600, 1000, JUDGE)

    assert (found.low, found.high) == (pytest.approx(theta + shift - half), pytest.approx(theta + shift + half))


def test_the_corrected_rate_covers_where_the_raw_one_never_does():
    rng, hits, raw = np.random.default_rng(1), 0, 0
    for _ in range(400):
        counts = JudgeCounts(150, int(rng.binomial(150, 0.9)), 150, int(rng.binomial(150, 0.75)))
        passed = int(rng.binomial(1000, 0.6 * 0.9 + 0.4 * 0.25))
        found = rogan_gladen(passed, 1000, counts)
        hits += found.low <= 0.6 <= found.high
        half = 1.96 * math.sqrt(passed / 1000 * (1 - passed / 1000) / 1000)
        raw += passed / 1000 - half <= 0.6 <= passed / 1000 + half

    assert hits / 400 > 0.92
    assert raw / 400 < 0.4


def test_a_judge_that_tells_nothing_is_refused_in_a_sentence():
    with pytest.raises(Uninformative, match="passes 5 of 10 right replies and fails 5 of 10 wrong ones"):
        rogan_gladen(5, 10, JudgeCounts(10, 5, 10, 5))
    with pytest.raises(Uninformative):
        rogan_gladen(5, 10, JudgeCounts(10, 9, 0, 0))


def test_sensitivity_and_specificity_have_their_intervals():
    assert JUDGE.sensitivity().value == 0.9
    assert JUDGE.specificity().low == pytest.approx(0.604, abs=0.001)


def judged(rng, n, error=0.2):
    truth = (rng.random(n) < 0.6).astype(float)
    return truth, np.where(rng.random(n) < error, 1 - truth, truth)


@pytest.mark.parametrize("weight", [1.0, 0.5])
def test_ppi_equals_its_authors_implementation(weight):
    rng = np.random.default_rng(2)
    truth, said = judged(rng, 200)
    _, others = judged(rng, 3000)
    found = ppi_mean(truth, said, others, level=0.9, weight=weight).interval
    low, high = ppi_py.ppi_mean_ci(truth, said, others, alpha=0.1, lam=weight)

    assert found.value == pytest.approx(ppi_py.ppi_mean_pointestimate(truth, said, others, lam=weight).item())
    assert (found.low, found.high) == (pytest.approx(low.item(), abs=1e-3), pytest.approx(high.item(), abs=1e-3))


def test_the_tuned_weight_is_that_of_its_authors():
    rng = np.random.default_rng(3)
    truth, said = judged(rng, 300)
    _, others = judged(rng, 2000)
    found = ppi_mean(truth, said, others, level=0.9)
    low, high = ppi_py.ppi_mean_ci(truth, said, others, alpha=0.1)

    assert (found.interval.low, found.interval.high) == (
        pytest.approx(low.item(), abs=2e-3),
        pytest.approx(high.item(), abs=2e-3),
    )
    assert 0 < found.weight < 1


def test_one_set_of_cases_with_some_labels_gives_the_same_as_two_sets():
    rng = np.random.default_rng(4)
    truth, said = judged(rng, 2000)
    labels = np.where(np.arange(2000) < 250, truth, np.nan)
    one = calibrated_mean(said, labels)
    two = ppi_mean(truth[:250], said[:250], said[250:])

    assert one.interval.value == pytest.approx(two.interval.value, abs=0.003)
    assert one.interval.high - one.interval.low == pytest.approx(two.interval.high - two.interval.low, rel=0.05)
    assert one.labelled == 250


@pytest.mark.parametrize("clustered", [False, True])
def test_it_covers_the_truth_with_unequal_chances_and_clusters(clustered):
    rng, hits, widths = np.random.default_rng(5), 0, []
    for _ in range(300):
        ids = np.repeat(np.arange(100), 4) if clustered else np.arange(400)
        rate = np.clip(0.6 + 0.25 * rng.normal(size=ids.max() + 1), 0, 1)[ids]
        truth = (rng.random(400) < rate).astype(float)
        said = np.where(rng.random(400) < 0.15, 1 - truth, truth)
        chances = np.where(said == 1, 0.2, 0.5)  # more labels where the judge says fail
        labels = np.where(rng.random(400) < chances, truth, np.nan)
        found = calibrated_mean(said, labels, chances, ids).interval
        hits += found.low <= np.clip(rng.normal(0.6, 0.25, 200_000), 0, 1).mean() <= found.high
        widths.append(found.high - found.low)

    assert hits / 300 > 0.91


def test_a_good_judge_makes_it_narrower_than_labels_alone():
    rng = np.random.default_rng(6)
    truth, said = judged(rng, 3000, error=0.05)
    labels = np.where(np.arange(3000) < 200, truth, np.nan)
    tuned, alone = calibrated_mean(said, labels).interval, calibrated_mean(said, labels, weight=0.0).interval

    assert (tuned.high - tuned.low) < 0.6 * (alone.high - alone.low)


def test_a_judge_of_no_use_is_not_trusted():
    rng = np.random.default_rng(7)
    truth = (rng.random(2000) < 0.5).astype(float)
    found = calibrated_mean(rng.random(2000), np.where(np.arange(2000) < 300, truth, np.nan))

    assert found.weight < 0.25


def test_paired_differences_keep_their_sign():
    rng = np.random.default_rng(8)
    truth = rng.choice([-1.0, 0.0, 1.0], size=1500, p=[0.05, 0.8, 0.15])
    said = np.where(rng.random(1500) < 0.1, 0.0, truth)
    found = calibrated_mean(said, np.where(np.arange(1500) < 400, truth, np.nan), bounds=(-1.0, 1.0)).interval

    assert found.low < truth.mean() < found.high
    assert found.low > 0


@given(st.integers(2, 30), st.integers(0, 30))
def test_with_every_case_labelled_the_judge_does_not_matter(labelled, seed):
    rng = np.random.default_rng(seed)
    truth = rng.random(labelled)

    assert calibrated_mean(rng.random(labelled), truth).interval.value == pytest.approx(truth.mean())


def test_what_cannot_be_corrected_is_refused():
    with pytest.raises(ValueError, match="at least two labels"):
        calibrated_mean([0.1, 0.2], [0.1, math.nan])
    with pytest.raises(ValueError, match="each label needs a prediction"):
        ppi_mean([1, 0], [1], [1, 0])
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        calibrated_mean([0.1, 0.2], [0.1, 0.2], [0.0, 1.0])
    with pytest.raises(ValueError, match="successes"):
        JudgeCounts(5, 6, 1, 1)


def test_the_gain_of_a_judge_and_its_interval_by_hand():
    found = JUDGE.gain()
    below = math.hypot(0.9 - JUDGE.sensitivity().low, 0.7 - JUDGE.specificity().low)

    assert found.value == pytest.approx(0.6)
    assert found.low == pytest.approx(0.6 - below)


def test_a_difference_is_stretched_by_the_gain_and_never_narrower_than_as_judged():
    judged = tango(12, 20, 400, level=0.9)
    found = rogan_gladen_difference(judged, JUDGE)

    assert found.value == pytest.approx(-0.02 / 0.6)
    assert found.low < judged.low < judged.high < found.high


def test_without_a_judged_flip_a_difference_is_not_sure():
    found = rogan_gladen_difference(tango(0, 0, 20, level=0.9), JUDGE)

    assert found.low < -0.119
    assert found.high > 0.119


def test_of_a_judge_whose_gain_may_be_nothing_nothing_follows():
    coin = JudgeCounts(20, 11, 20, 10)
    found = rogan_gladen_difference(tango(10, 200, 5_000, level=0.9), coin)

    assert (found.low, found.high) == (-1.0, 1.0)


def test_more_gained_than_a_judge_could_say_stays_within_bounds():
    found = rogan_gladen_difference(tango(85, 0, 100, level=0.9), JUDGE)

    assert -1 <= found.low <= found.value <= found.high == 1.0


def test_a_rate_that_the_judge_could_not_have_said_leaves_all_open():
    found = rogan_gladen(99, 100, JudgeCounts(600, 540, 600, 420))

    assert (found.low, found.high) == (0.0, 1.0)


def test_labels_that_all_agree_do_not_show_that_nothing_differs():
    labels = np.where(np.arange(400) < 20, 0.0, np.nan)
    found = calibrated_mean(np.zeros(400), labels, bounds=(-1.0, 1.0), level=0.9).interval

    assert found.low < -0.05
    assert found.high > 0.05


@pytest.mark.parametrize(("cases", "drawn", "specificity", "worse"), [(400, 60, 0.7, 0.1), (1000, 60, 0.6, 0.03)])
def test_a_candidate_as_bad_as_the_margin_passes_seldom_however_rare_the_judges_errors(
    cases, drawn, specificity, worse
):
    rng, passed, rounds = np.random.default_rng(5), 0, 150
    for _ in range(rounds):
        old = rng.random(cases) < 0.85
        new = old & ~(rng.random(cases) < worse / 0.85)
        said = [np.where(truth, rng.random(cases) < 0.9, rng.random(cases) > specificity) for truth in (old, new)]
        said[1] = np.where(old == new, said[0], said[1])
        pattern = 2 * said[0] + said[1]
        labels, chances = np.full(cases, np.nan), np.ones(cases)
        for stratum in np.unique(pattern):
            places = np.flatnonzero(pattern == stratum)
            chosen = rng.permutation(places)[: max(2, drawn // 4)]
            labels[chosen] = new[chosen] * 1.0 - old[chosen]
            chances[chosen] = len(chosen) / len(places)
        difference = said[1] * 1.0 - said[0]
        found = calibrated_mean(difference, labels, chances, level=0.9, bounds=(-1.0, 1.0), strata=pattern)
        passed += found.interval.low > -worse

    assert passed / rounds <= 0.05 + 0.03
