"""GLEU (Google-BLEU): the smaller of precision and recall of all n-grams together, made for single sentences."""

from collections.abc import Sequence

from assay.evaluate.measures.words import grams, overlap, words

MAX_N = 4


def gleu(text: str, references: Sequence[str]) -> float:
    """The score against the reference that gives the best one, in [0, 1].

    Words are lower-cased, cut at white space, and lose the full stops at their end.

    Source:
        Y. Wu et al., "Google's neural machine translation system", arXiv:1609.08144 (2016), section 4.
    """
    given = _words(text)
    return max(_against(given, _words(reference)) for reference in references) if given else 0.0


def _words(text: str) -> list[str]:
    found = [word.rstrip(".") for word in words(text.lower())]
    return found if any(found) else []


def _against(given: list[str], wanted: list[str]) -> float:
    if given == wanted:
        return 1.0
    if not wanted:
        return 0.0
    ours = [grams(given, n) for n in range(1, MAX_N + 1)]
    theirs = [grams(wanted, n) for n in range(1, MAX_N + 1)]
    shared = sum(overlap(one, other) for one, other in zip(ours, theirs, strict=True))
    return shared / max(sum(one.total() for one in ours), sum(other.total() for other in theirs))
