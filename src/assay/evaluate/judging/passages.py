"""Where a grader of retrieval finds its question and its context: in the case, or in what was sent."""

import re

from assay.core.errors import GraderFailed
from assay.engine.types import Outcome
from assay.evaluate.judging.transcript import question
from assay.evaluate.target import as_text, pick
from assay.evaluate.types import Case

CONTEXT = "inputs.context"
QUERY = "query"

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_NUMBER_ONLY = re.compile(r"\d+[.)]")


def question_of(case: Case, outcome: Outcome, path: str | None) -> str:
    """The question: at that path, else the input ``query``, else the user's last message.

    Raises:
        GraderFailed: There is nothing at the path, or no text.
    """
    if path is not None:
        found = as_text(pick(case, path))
        if found is None:
            raise GraderFailed(
                f"{path!r} of the case {case.id!r} is no text",
                hint="name the input that holds the question",
                code="grader.query",
                where=case.where,
            )
        return found
    given = case.inputs.get(QUERY)
    return given if isinstance(given, str) and given.strip() else question(outcome)


def context_of(case: Case, path: str) -> str | list[str]:
    """The retrieved context at that path: one text, or a list of passages.

    A passage may be a text, or a mapping with a ``text`` (or ``content``).

    Raises:
        GraderFailed: There is nothing at the path, or something that is no text.
    """
    found = pick(case, path)
    if isinstance(found, str) and found.strip():
        return found
    if isinstance(found, list) and found:
        passages = [passage_text(item) for item in found]
        if all(passages):
            return [str(passage) for passage in passages]
    raise GraderFailed(
        f"{path!r} of the case {case.id!r} holds no context",
        hint="it is a text or a list of passages; name it with 'context: inputs.NAME'",
        code="grader.context",
        where=case.where,
    )


def passage_text(item: object) -> str | None:
    """A passage's text, or None."""
    if isinstance(item, dict):
        item = item.get("text") or item.get("content")
    return item if isinstance(item, str) and item.strip() else None


def joined(context: str | list[str]) -> str:
    """The context as one text."""
    return context if isinstance(context, str) else "\n\n".join(context)


def units(context: str | list[str]) -> list[str]:
    """The pieces that a share of the context is counted in: its passages, its lines, or else its sentences."""
    if isinstance(context, list):
        return [passage for passage in context if passage.strip()]
    return sentences(context) or [context]


def sentences(text: str) -> list[str]:
    """A text's lines where it has several, else its sentences; a number by itself is none."""
    lines = [line for line in text.split("\n") if line.strip()]
    parts = lines if len(lines) > 1 else _SENTENCE_END.split(text)
    return [part.strip() for part in parts if part.strip() and not _NUMBER_ONLY.fullmatch(part.strip())]
