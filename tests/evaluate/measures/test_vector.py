"""How near two vectors are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.evaluate.measures.vector import cosine, dot, euclidean

VECTORS = st.lists(st.floats(-10, 10), min_size=3, max_size=3)


def test_by_hand():
    assert dot([1, 2, 3], [4, -5, 6]) == 12
    assert cosine([1, 0], [1, 1]) == pytest.approx(0.5**0.5)
    assert euclidean([0, 3], [4, 0]) == 5
    assert cosine([0, 0], [1, 1]) == 0


@given(VECTORS, VECTORS)
def test_bounds_and_symmetry(one, other):
    assert -1 - 1e-9 <= cosine(one, other) <= 1 + 1e-9
    assert cosine(one, other) == pytest.approx(cosine(other, one))
    assert euclidean(one, other) == euclidean(other, one) >= 0
    assert euclidean(one, one) == 0
