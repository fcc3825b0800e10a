"""ROUGE-N: the F-measure of the n-grams that a text and a reference share."""

from assay.evaluate.measures.treebank import tokens
from assay.evaluate.measures.words import grams, overlap


def rouge_n(text: str, reference: str, n: int = 1) -> float:
    """The score, in [0, 1]: precision and recall weigh the same.

    Both texts are lower-cased and cut by the Penn Treebank's conventions; each n-gram counts as often as in the text
    that has fewer of it.

    Source:
        C.-Y. Lin, "ROUGE: a package for automatic evaluation of summaries", ACL workshop "Text summarization branches
        out" (2004), 74-81.
    """
    given, wanted = grams(tokens(text.lower()), n), grams(tokens(reference.lower()), n)
    shared = overlap(given, wanted)
    return 2 * shared / (given.total() + wanted.total()) if shared else 0.0
