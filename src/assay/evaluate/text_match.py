"""What the graders share that look for texts in a reply: reading what to look for, and saying what was found."""

from assay.author.types import MISSING
from assay.core.errors import GraderFailed
from assay.evaluate.measures.comma_list import comma_list
from assay.evaluate.target import as_text, no_text, pick, pick_text
from assay.evaluate.types import Case, Verdict
from assay.evaluate.verdict import failing, passing, quote


def wanted_text(case: Case, target: str, value: object = MISSING) -> str:
    """The one text to look for.

    Raises:
        GraderFailed: There is none, or an empty one, which every reply has.
    """
    text = pick_text(case, target, value)
    if not text:
        raise no_text(case, target, text)
    return text


def wanted_texts(case: Case, target: str, value: object = MISSING) -> list[str]:
    """The texts to look for: a list, or one text with commas between them (``a, "b, c"``).

    Raises:
        GraderFailed: There are none, one is no text, or the text is no list.
    """
    found = pick(case, target, value)
    if isinstance(found, str):
        return _split(case, found) or _none(case, target, found)
    items = found if isinstance(found, list) else [found]
    texts = [text for item in items if (text := as_text(item)) is not None]
    return texts if texts and len(texts) == len(items) else _none(case, target, found)


def all_of(reply: str, texts: list[str]) -> Verdict:
    """Passes when the reply has every one of the texts."""
    lacking = [text for text in texts if text not in reply]
    return failing(f"does not contain {listed(lacking)}") if lacking else passing(f"contains {listed(texts)}")


def any_of(reply: str, texts: list[str]) -> Verdict:
    """Passes when the reply has one of the texts."""
    there = next((text for text in texts if text in reply), None)
    return failing(f"contains none of {listed(texts)}") if there is None else passing(f"contains {quote(there, 40)}")


def listed(texts: list[str]) -> str:
    """The first of several texts, as a sentence names them."""
    more = f" and {len(texts) - 3} more" if len(texts) > 3 else ""
    return ", ".join(quote(text, 40) for text in texts[:3]) + more


def _split(case: Case, text: str) -> list[str]:
    try:
        return comma_list(text)
    except ValueError as error:
        raise GraderFailed(
            f"{quote(text, 60)} is no list of texts: {error}",
            hint='write a, "b, c", with a comma behind each part, or a list',
            code="grader.list",
            where=case.where,
        ) from None


def _none(case: Case, target: str, found: object) -> list[str]:
    raise no_text(case, target, found)
