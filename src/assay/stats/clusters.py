"""Values in arrays, summed by cluster: what every method for clustered data here begins with.

For values that arrive one at a time see ``mean``, whose sums are exact.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class ClusterSums:
    """Values summed by cluster.

    Attributes:
        sums: Sum of the values of each cluster, shape (G,).
        sizes: Number of values in each cluster, shape (G,).
    """

    sums: Floats
    sizes: Floats

    @property
    def n(self) -> int:
        """Number of values."""
        return int(self.sizes.sum())

    @property
    def clusters(self) -> int:
        """Number of clusters."""
        return len(self.sums)

    @property
    def mean(self) -> float:
        """Mean of all values; 0 when there are none."""
        return float(self.sums.sum() / self.sizes.sum()) if len(self.sums) else 0.0

    def spread(self) -> float:
        """The distance between the lowest and the highest cluster mean; 0 when there are none."""
        return float(np.ptp(self.sums / self.sizes)) if len(self.sums) else 0.0

    def standard_error(self) -> float | None:
        """The clustered standard error with the factor ``sqrt(G / (G - 1))``; None below two clusters.

        Source:
            E. Miller, "Adding error bars to evals", arXiv:2411.00640 (2024), section 2.2.
        """
        groups = self.clusters
        if groups < 2:
            return None
        residuals = self.sums - self.mean * self.sizes
        return float(np.sqrt((residuals**2).sum() * groups / (groups - 1)) / self.sizes.sum())


def cluster_sums(values: ArrayLike, clusters: ArrayLike | None = None) -> ClusterSums:
    """The values summed by cluster, clusters in the order of their first value.

    Args:
        values: Numbers, shape (n,).
        clusters: For each value the name of its cluster, text or number, shape (n,); None: each is one of its own.

    Raises:
        ValueError: A value is not a finite number, or the shapes differ.
    """
    found = as_floats(values)
    if clusters is None:
        return ClusterSums(found, np.ones(len(found)))
    index, groups = cluster_index(clusters, len(found))
    sums = np.bincount(index, weights=found, minlength=groups).astype(np.float64)
    return ClusterSums(sums, np.bincount(index, minlength=groups).astype(np.float64))


def cluster_index(clusters: ArrayLike, n: int) -> tuple[Indices, int]:
    """For each value the number of its cluster, by order of appearance, shape (n,); and how many clusters there are.

    Raises:
        ValueError: There are not ``n`` of them.
    """
    names = np.asarray(clusters)
    if names.shape != (n,):
        raise ValueError(f"there must be one cluster for each of {n} values, not an array of shape {names.shape}")
    if not n:
        return np.zeros(0, dtype=np.intp), 0
    _, first, index = np.unique(names, return_index=True, return_inverse=True)
    order = np.empty(len(first), dtype=np.intp)
    order[np.argsort(first, kind="stable")] = np.arange(len(first))
    return order[index], len(first)


def as_floats(values: ArrayLike) -> Floats:
    """The values as an array of floats, shape (n,).

    Raises:
        ValueError: There are other things than finite numbers in it.
    """
    found = np.asarray(values, dtype=np.float64)
    if found.ndim != 1:
        raise ValueError(f"values must be one row of numbers, not an array of shape {found.shape}")
    if not np.isfinite(found).all():
        raise ValueError("values must be finite numbers")
    return found
