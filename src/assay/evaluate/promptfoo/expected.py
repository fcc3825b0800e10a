"""The grammar of ``__expected``: a cell of a CSV file becomes an assertion."""

import re

from assay.evaluate.promptfoo.known import BASE_TYPES, REFUSED_TYPES
from assay.evaluate.promptfoo.paths import JAVASCRIPT
from assay.evaluate.promptfoo.types import Json

_TYPES = "|".join(sorted((re.escape(t) for t in {*BASE_TYPES, *REFUSED_TYPES}), key=len, reverse=True))
_ASSERTION = re.compile(rf"(not-)?({_TYPES})(?:\((\d+(?:\.\d+)?)\))?(?::(.*))?", re.DOTALL)
_LISTS = ("contains-all", "contains-any", "icontains-all", "icontains-any")
_WITH_THRESHOLD = frozenset(
    [
        "answer-relevance",
        "classifier",
        "context-faithfulness",
        "context-recall",
        "context-relevance",
        "cost",
        "latency",
        "levenshtein",
        "perplexity-score",
        "perplexity",
        "rouge-n",
        "similar",
        "starts-with",
    ]
)
_CODE = {"javascript:": "javascript", "fn:": "javascript", "eval:": "javascript", "python:": "python"}
_JUDGES = ("grade:", "llm-rubric:")


def assertion_of(cell: str) -> Json:
    """The assertion that a cell stands for; text in no known form is compared as a whole."""
    for prefix, language in _CODE.items():
        if cell.startswith(prefix):
            return {"type": language, "value": cell.removeprefix(prefix).strip()}
    for prefix in _JUDGES:
        if cell.startswith(prefix):
            return {"type": "llm-rubric", "value": cell.removeprefix(prefix)}
    if cell.startswith("file://") and (kind := _kind_of_file(cell)):
        return {"type": kind, "value": cell.strip()}
    if found := _ASSERTION.fullmatch(cell):
        return _typed(found[1] or "", found[2], found[3], found[4])
    return {"type": "equals", "value": cell}


def _kind_of_file(cell: str) -> str | None:
    if cell.endswith(".py") or ".py:" in cell:
        return "python"
    if cell.endswith(JAVASCRIPT) or any(f"{ending}:" in cell for ending in JAVASCRIPT):
        return "javascript"
    return None


def _typed(negation: str, kind: str, threshold: str | None, value: str | None) -> Json:
    assertion: Json = {"type": negation + kind}
    if kind in _LISTS:
        assertion["value"] = [part.strip() for part in (value or "").split(",")]
    elif value is not None:
        assertion["value"] = value
    if kind in _WITH_THRESHOLD:
        assertion["threshold"] = float(threshold or 0) or (0.8 if kind == "similar" else 0.75)
    elif threshold is not None:
        assertion["threshold"] = float(threshold)
    return assertion
