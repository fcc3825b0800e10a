"""How near two vectors are."""

import math
from collections.abc import Sequence
from operator import mul

Vector = Sequence[float]


def dot(one: Vector, other: Vector) -> float:
    """The sum of the products, place by place."""
    return float(sum(map(mul, one, other)))


def cosine(one: Vector, other: Vector) -> float:
    """The cosine of the angle between them, in [-1, 1]; 0 where either is nothing but zeros."""
    length = math.hypot(*one) * math.hypot(*other)
    return dot(one, other) / length if length else 0.0


def euclidean(one: Vector, other: Vector) -> float:
    """The distance between their ends."""
    return math.dist(one, other)
