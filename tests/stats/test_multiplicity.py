"""Adjusted p-values: the published fifteen, statsmodels, and the order between the methods."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from assay.stats.multiplicity import benjamini_hochberg, bonferroni, holm, intersection_union, simultaneous_level

# Benjamini and Hochberg 1995, section 3.2
PUBLISHED = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1,
]  # fmt: skip
METHODS = [(bonferroni, "bonferroni"), (holm, "holm"), (benjamini_hochberg, "fdr_bh")]
p_values = st.lists(st.floats(0, 1), min_size=1, max_size=40)


@pytest.mark.parametrize(("adjust", "rejected"), [(bonferroni, 3), (holm, 3), (benjamini_hochberg, 4)])
def test_the_published_fifteen(adjust, rejected):
    assert (adjust(PUBLISHED) <= 0.05).sum() == rejected


@pytest.mark.parametrize(("adjust", "name"), METHODS, ids=lambda value: getattr(value, "__name__", value))
@given(p_values)
def test_each_equals_another_implementation(adjust, name, values):
    assert adjust(values).tolist() == pytest.approx(multipletests(values, method=name)[1].tolist(), abs=1e-12)


@given(p_values)
def test_holm_lies_between_the_others(values):
    assert (benjamini_hochberg(values) <= holm(values) + 1e-12).all()
    assert (holm(values) <= bonferroni(values) + 1e-12).all()


def test_all_must_hold_needs_no_correction():
    assert intersection_union([0.01, 0.04, 0.002]) == 0.04
    assert intersection_union([]) == 1.0


def test_the_level_of_each_of_twenty_slices():
    assert simultaneous_level(0.9, 20) == pytest.approx(0.995)
    with pytest.raises(ValueError, match="at least one comparison"):
        simultaneous_level(0.9, 0)


def test_what_is_no_p_value_is_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        holm([0.5, 1.5])
