"""BLEU: how many of a text's n-grams occur in references, with a penalty for a text that is too short."""

import math
from collections import Counter
from collections.abc import Sequence

from assay.evaluate.measures.words import Gram, grams, overlap, words

MAX_N = 4
_NEARLY_NOTHING = 1e-7
"""Stands for a share of 0, whose logarithm would make the whole score 0."""


def bleu(text: str, references: Sequence[str]) -> float:
    """The score of one text against at least one reference, in [0, 1].

    Words are lower-cased and cut at white space; n goes from 1 to 4, or to the number of words where there are fewer.
    Each n-gram counts at most as often as the one reference that has most n-grams in common with the text has it; the
    paper takes, for each n-gram, the reference that has it most often, so with several references this score may be
    lower. Of references equally near in length the shorter one sets the penalty.

    Source:
        K. Papineni et al., "BLEU: a method for automatic evaluation of machine translation", ACL 2002, 311-318.
    """
    given = words(text.lower())
    wanted = [words(reference.lower()) for reference in references]
    if not given:
        return 0.0
    shares = [_share(grams(given, n), [grams(reference, n) for reference in wanted]) for n in _orders(given)]
    mean = sum(math.log(share or _NEARLY_NOTHING) for share in shares) / len(shares)
    return _brevity(len(given), [len(reference) for reference in wanted]) * math.exp(mean)


def _orders(given: list[str]) -> range:
    return range(1, min(MAX_N, len(given)) + 1)


def _share(given: Counter[Gram], wanted: list[Counter[Gram]]) -> float:
    return max(overlap(given, reference) for reference in wanted) / given.total()


def _brevity(given: int, wanted: list[int]) -> float:
    nearest = max(1, min(wanted, key=lambda length: (abs(length - given), length)))
    return 1.0 if given > nearest else math.exp(1 - nearest / given)
