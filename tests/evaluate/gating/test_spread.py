"""What varies, and what it takes: published numbers of cases, clusters, repeats."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.evaluate.gating.cell import Cell
from assay.evaluate.gating.spread import Spread, assumed, spread_of
from assay.stats.drawn_power import PairedClusters
from assay.stats.power import design_effect


def cell(**parts) -> Cell:
    usual = {
        "n": 200, "left_out": 0, "clusters": 200, "mean": 0.0, "squares": 20.0, "cluster_squares": 20.0, "gained": 10,
        "lost": 10, "binary": True,
    }  # fmt: skip
    return Cell(**(usual | parts))


def test_a_tenth_of_flips_takes_what_tangos_bound_takes():
    found = assumed("pass").needed(1, 0.05, alpha=0.05)

    assert found == 274  # the plain formula says 248, and gives 77 % then
    assert assumed("pass").power(found, 1, 0.05, alpha=0.05) >= 0.8
    assert assumed("pass").visible(found, 1, alpha=0.05) == pytest.approx(0.05, abs=0.0005)


def test_a_run_shows_how_many_flip():
    found = spread_of("pass", cell())

    assert found.flips == pytest.approx(21 / 202)
    assert found.seen == 200


def test_clusters_raise_what_it_takes():
    together = cell(clusters=50, cluster_squares=20.0 * design_effect(4, 0.5))
    alone, clustered = spread_of("pass", cell()), spread_of("pass", together)

    assert clustered.effect == pytest.approx(2.5, rel=0.1)
    assert clustered.needed(1, 0.05, alpha=0.05) > 2 * alone.needed(1, 0.05, alpha=0.05)


def test_repeats_help_as_far_as_it_is_they_that_vary():
    noisy = spread_of("pass", cell(binary=False, within=0.08, repeats=1, squares=20.0))

    assert noisy.variance(1) == pytest.approx(21 / 202)
    assert noisy.variance(4) < noisy.variance(1) / 2
    assert noisy.needed(4, 0.05, alpha=0.05) < noisy.needed(1, 0.05, alpha=0.05)


@given(st.integers(2, 100_000), st.floats(0.001, 0.5), st.floats(0.005, 0.5))
def test_what_is_visible_is_seen_four_times_in_five(cases, flips, margin):
    spread = Spread("pass", flips, flips)
    visible = spread.visible(cases, 1, alpha=0.05)

    if visible < 1:
        assert spread.power(cases, 1, visible, alpha=0.05) >= 0.799
    assert (spread.needed(1, margin, alpha=0.05) <= cases) == (spread.power(cases, 1, margin, alpha=0.05) >= 0.8)


def past_flips(clusters=80) -> PairedClusters:
    rng = np.random.default_rng(2)
    sizes = rng.integers(2, 9, size=clusters).astype(float)
    sums = np.where(rng.random(clusters) < 0.3, rng.choice((-1.0, 1.0, 2.0, -2.0), size=clusters), 0.0)
    return PairedClusters(sizes, sums, np.abs(sums), passes=True)


def test_of_clusters_that_were_run_the_power_is_drawn():
    past = past_flips()
    n = int(past.sizes.sum())
    seen = cell(n=n, clusters=80, squares=float(past.squares.sum()), cluster_squares=float((past.sums**2).sum()))
    found = spread_of("pass", seen, past)
    needed = found.needed(1, 0.05, alpha=0.05)

    assert found.drawn is not None
    assert found.power(needed, 1, 0.05, alpha=0.05) >= 0.8
    assert found.power(round(needed - 3 * found.cluster_size), 1, 0.05, alpha=0.05) < 0.8
    assert found.visible(needed, 1, alpha=0.05) == pytest.approx(0.05, abs=0.002)
    assert found.needed(1, 0.001, alpha=0.05) > 400 * found.cluster_size  # beyond what is drawn, the formula
    assert found.power(100_000, 1, 0.05, alpha=0.05) > 0.99


def test_of_few_clusters_that_differ_the_formula_is_steadier():
    past = past_flips(8)
    seen = cell(n=int(past.sizes.sum()), clusters=8, squares=4.0, cluster_squares=6.0)

    assert spread_of("pass", seen, past).drawn is None


def test_nothing_is_seen_in_one_case():
    assert assumed("pass").power(1, 1, 0.1, alpha=0.05) == 0
    assert assumed("pass").visible(0, 1, alpha=0.05) == 1
