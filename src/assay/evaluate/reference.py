"""What a reply is compared with by the graders that score n-grams: one reference text or several."""

from assay.author.types import MISSING
from assay.evaluate.target import as_text, no_text, pick
from assay.evaluate.types import Case, Verdict


def references(case: Case, target: str, value: object = MISSING) -> list[str]:
    """The reference texts.

    Raises:
        GraderFailed: There are none, or one is no text or has no word in it.
    """
    found = pick(case, target, value)
    items = found if isinstance(found, list) else [found]
    texts = [text for item in items if (text := as_text(item)) is not None and text.strip()]
    if not texts or len(texts) != len(items):
        raise no_text(case, target, found)
    return texts


def scored(name: str, score: float, threshold: float) -> Verdict:
    """The verdict on a score that passes from a threshold on."""
    passed = score >= threshold
    return Verdict(score, passed, f"{name} is {score:.4f}, {'at least' if passed else 'below'} {threshold:g}")
