"""Data whose truth is known: scores and passes in clusters, paired differences that go together within clusters."""

import numpy as np


def sizes(rng: np.random.Generator, clusters: int) -> np.ndarray:
    """Clusters of 2 to 8 cases."""
    return rng.integers(2, 9, size=clusters)


def clustered_passes(rng: np.random.Generator, clusters: int, rate: float, correlation: float):
    """Passes and their cluster: a cluster's own rate is drawn from a beta distribution with that correlation."""
    of_cluster = sizes(rng, clusters)
    strength = (1 - correlation) / correlation
    rates = rng.beta(rate * strength, (1 - rate) * strength, size=clusters)
    ids = np.repeat(np.arange(clusters), of_cluster)
    return (rng.random(len(ids)) < rates[ids]).astype(float), ids


def clustered_scores(rng: np.random.Generator, clusters: int, correlation: float):
    """Skewed scores in [0, 1] with mean 0.8: a cluster's own mean and noise around it."""
    ids = np.repeat(np.arange(clusters), sizes(rng, clusters))
    own = rng.beta(8, 2, size=clusters)[ids]
    alone = rng.beta(8, 2, size=len(ids))
    return np.where(rng.random(len(ids)) < correlation, own, alone), ids


def clustered_flips(rng: np.random.Generator, clusters: int, gained: float, lost: float, correlation: float):
    """Baseline and candidate of cases: a case takes part in its cluster's fate with the square root of the correlation."""
    ids = np.repeat(np.arange(clusters), sizes(rng, clusters))
    kinds = np.array([1.0, -1.0, 0.0])
    chances = [gained, lost, 1 - gained - lost]
    fate = rng.choice(kinds, size=clusters, p=chances)[ids]
    alone = rng.choice(kinds, size=len(ids), p=chances)
    difference = np.where(rng.random(len(ids)) < np.sqrt(correlation), fate, alone)
    baseline = np.where(difference == 1, 0.0, 1.0)
    return baseline, baseline + difference, ids
