"""Agreement against published tables and independent implementations."""

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from assay.stats.agreement import cohen_kappa, gwet_ac1, krippendorff_alpha, raw_agreement
from assay.stats.verdict_order import canonical

FEW = {"resamples": 200}
verdicts = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=2, max_size=60)


def from_table(table):
    """Two raters' verdicts from a table of counts."""
    pairs = [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    return [a for a, _ in pairs], [b for _, b in pairs]


def test_cohens_example():
    # J. Cohen, Psychological Bulletin 70 (1968), table 1, in shares of 200: kappa .492.
    first, second = from_table([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
    found = cohen_kappa(first, second, **FEW)

    assert found.value == pytest.approx(0.492, abs=0.0005)
    assert found.low < 0.492 < found.high
    assert raw_agreement(first, second, **FEW).value == pytest.approx(0.7)


def test_gwets_ac1_does_not_collapse_where_nearly_all_agree():
    # K. L. Gwet 2008, section 2: two raters of 125 cases agree on 118, all of one kind; kappa is below 0.
    first, second = from_table([[118, 5], [2, 0]])
    common = (123 + 120) / 250
    chance = 2 * common * (1 - common)

    assert gwet_ac1(first, second, **FEW).value == pytest.approx((118 / 125 - chance) / (1 - chance))
    assert gwet_ac1(first, second, **FEW).value > 0.94
    assert cohen_kappa(first, second, **FEW).value < 0


# K. Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), section C: four observers, twelve units.
OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]


@pytest.mark.parametrize(
    ("scale", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_krippendorffs_example_in_all_four_scales(scale, alpha):
    found = krippendorff_alpha(OBSERVERS, scale=scale, **FEW)

    assert found.value == pytest.approx(alpha, abs=0.0006)
    assert found.low <= found.value <= found.high
    assert found.n == 11


@pytest.mark.parametrize("scale", ["nominal", "ordinal", "interval", "ratio"])
def test_alpha_equals_another_implementation(scale):
    rng = np.random.default_rng(1)
    ratings = rng.integers(1, 6, size=(3, 40)).astype(float)
    ratings[:, :25] = ratings[0, :25]
    ratings[rng.random((3, 40)) < 0.15] = np.nan
    ours = [[None if np.isnan(value) else float(value) for value in row] for row in ratings]

    found = krippendorff_alpha(ours, scale=scale, **FEW).value

    assert found == pytest.approx(krippendorff.alpha(ratings, level_of_measurement=scale))


@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
@settings(deadline=None, max_examples=40)
@given(verdicts)
def test_kappa_equals_another_implementation(weights, pairs):
    first, second = map(list, zip(*pairs, strict=True))
    found = cohen_kappa(first, second, weights=weights, order=[1, 2, 3, 4, 5], resamples=20).value
    if len({*first, *second}) == 1:
        assert np.isnan(found)
        return

    peer = cohen_kappa_score(first, second, labels=[1, 2, 3, 4, 5], weights=weights)

    assert found == pytest.approx(peer, abs=1e-9)


def test_copies_of_a_case_in_one_cluster_add_no_certainty():
    rng = np.random.default_rng(3)
    first = rng.integers(0, 2, 40)
    second = np.where(rng.random(40) < 0.8, first, 1 - first)
    once = cohen_kappa(first.tolist(), second.tolist())
    copied = cohen_kappa(np.repeat(first, 5).tolist(), np.repeat(second, 5).tolist(), np.repeat(np.arange(40), 5))

    assert copied.value == pytest.approx(once.value)
    assert (copied.low, copied.high) == pytest.approx((once.low, once.high))


def test_its_interval_covers():
    rng, hits = np.random.default_rng(4), 0
    for _ in range(120):
        truth = rng.random(80) < 0.5
        first, second = (np.where(rng.random(80) < 0.9, truth, ~truth).tolist() for _ in range(2))
        found = cohen_kappa(first, second, resamples=400)
        hits += found.low <= 0.64 <= found.high  # 0.82 agree, half by chance: (.82 - .5) / .5

    assert hits / 120 > 0.88


def test_a_pair_shown_the_other_way_round_is_turned_back():
    assert [canonical(w, swapped=True) for w in ("first", "second", "tie")] == ["second", "first", "tie"]
    assert canonical("first", swapped=False) == "first"
    with pytest.raises(ValueError, match="not 'A'"):
        canonical("A", swapped=True)


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ValueError, match="the same cases"):
        cohen_kappa([1], [1, 2])
    with pytest.raises(ValueError, match="must be numbers"):
        krippendorff_alpha([["a"], ["b"]], scale="interval")
    with pytest.raises(ValueError, match="'good' is not in the order"):
        cohen_kappa(["good"], ["bad"], order=["bad"])
