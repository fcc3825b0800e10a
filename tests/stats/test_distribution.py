"""Quantiles and tails against SciPy's, and what it costs to load them."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assay.stats.distribution import beta_quantile, fair_coin_tail, normal_quantile, t_quantile, two_sided_z

probabilities = st.floats(1e-6, 1 - 1e-6)


@given(probabilities)
def test_normal_quantiles_agree(probability):
    assert normal_quantile(probability) == pytest.approx(stats.norm.ppf(probability), rel=1e-12, abs=1e-12)


@given(probabilities, st.integers(1, 10_000))
def test_t_quantiles_agree(probability, degrees):
    assert t_quantile(probability, degrees) == pytest.approx(stats.t.ppf(probability, degrees), rel=1e-6, abs=1e-9)


@given(probabilities, st.integers(1, 1000), st.integers(1, 1000))
def test_beta_quantiles_agree(probability, a, b):
    assert beta_quantile(probability, a, b) == pytest.approx(stats.beta.ppf(probability, a, b), rel=1e-9)


@given(st.integers(0, 5000).flatmap(lambda tosses: st.tuples(st.integers(0, tosses // 2), st.just(tosses))))
def test_tails_of_a_fair_coin_agree(counts):
    tail, point = fair_coin_tail(*counts)

    assert tail == pytest.approx(stats.binom.cdf(*counts, 0.5), rel=1e-9, abs=1e-200)
    assert point == pytest.approx(stats.binom.pmf(*counts, 0.5), rel=1e-9, abs=1e-200)


def test_the_two_sided_quantile_of_95_percent_is_1_95996():
    assert round(two_sided_z(0.95), 5) == 1.95996


def test_wilson_tango_and_mcnemar_do_without_scipy():
    code = """
import sys
from assay.stats import decision, mean, paired, passes, power, proportion, quantile
proportion.wilson(8, 10), paired.tango(1, 2, 10), paired.mcnemar(1, 2), power.cases_for_margin(0.1, 0.05)
print({"scipy", "numpy"} & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "set()\n"
