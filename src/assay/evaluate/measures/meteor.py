"""METEOR: words matched as they are and by their stems, with a penalty where they stand in another order."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from assay.evaluate.measures.porter import stem
from assay.evaluate.measures.words import fields

Placed = tuple[int, str]
Pair = tuple[int, int]


def meteor(text: str, references: Sequence[str], *, alpha: float = 0.9, beta: float = 3.0, gamma: float = 0.5) -> float:
    """The score against the reference that gives the best one, in [0, 1].

    Stages are exact words and Porter's stems. The third stage of the paper, WordNet's synonyms, is left out: no
    dictionary comes with this package. A score here is therefore at most the one with synonyms.

    Args:
        text: The text to score.
        references: What it is compared with, at least one.
        alpha: Weight of precision against recall.
        beta: How fast the penalty grows with the number of chunks.
        gamma: The greatest penalty.

    Source:
        S. Banerjee, A. Lavie, "METEOR: an automatic metric for MT evaluation with improved correlation with human
        judgments", ACL workshop on evaluation measures (2005), 65-72; the weights are those of A. Lavie, A. Agarwal,
        WMT 2007, 228-231.
    """
    given = _words(text)
    return max(_against(given, _words(reference), alpha, beta, gamma) for reference in references)


def _words(text: str) -> list[str]:
    return [word.rstrip(".") for word in fields(text.lower())]


def _against(given: list[str], wanted: list[str], alpha: float, beta: float, gamma: float) -> float:
    pairs = sorted(_pairs(given, wanted))
    if not pairs:
        return 0.0
    precision, recall = len(pairs) / len(given), len(pairs) / len(wanted)
    mean = precision * recall / (alpha * precision + (1 - alpha) * recall)
    penalty = gamma * (_chunks(pairs) / len(pairs)) ** beta
    return float((1 - penalty) * mean)


def _pairs(given: list[str], wanted: list[str]) -> list[Pair]:
    """Places of words that match: first as they are, then, of those left over, by their stems."""
    exact, ours, theirs = _matched(list(enumerate(given)), list(enumerate(wanted)))
    stemmed, _, _ = _matched([(i, stem(word)) for i, word in ours], [(i, stem(word)) for i, word in theirs])
    return exact + stemmed


def _matched(given: list[Placed], wanted: list[Placed]) -> tuple[list[Pair], list[Placed], list[Placed]]:
    """Equal words paired from the end of both texts, and what is left over of each."""
    free: dict[str, list[int]] = defaultdict(list)
    for place, word in wanted:
        free[word].append(place)
    pairs = [(place, free[word].pop()) for place, word in reversed(given) if free[word]]
    ours, theirs = {i for i, _ in pairs}, {j for _, j in pairs}
    return pairs, [item for item in given if item[0] not in ours], [item for item in wanted if item[0] not in theirs]


def _chunks(pairs: list[Pair]) -> int:
    """How many runs the pairs make in which both sides go on word by word."""
    return 1 + sum(after != (before[0] + 1, before[1] + 1) for before, after in pairwise(pairs))
