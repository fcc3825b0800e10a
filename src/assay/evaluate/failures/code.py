"""Codes of failure, found from a sample's row alone: no model is asked, and old runs can be read again.

A row has one code, the first of these that fits; what names the cause goes before what only names the effect. The page
docs/reference/failure-codes.md has them all.
"""

from collections.abc import Callable, Mapping

from assay.evaluate.types import SampleRow

MEANINGS: dict[str, str] = {
    "timeout": "no reply came in time",
    "provider-error": "the provider gave no usable reply",
    "judge-refused": "a judge refused to judge",
    "judge-unreadable": "a judge's reply could not be read",
    "grader-error": "a grader could not give a verdict",
    "truncation": "the reply was cut off at its longest length",
    "filtered": "the provider filtered the reply",
    "refusal": "the model refused, or answered as one that refuses",
    "empty": "the reply is empty",
    "injection-followed": "the reply follows an instruction that stood in the input",
    "format": "the reply is not in the contract's format",
    "schema": "the reply is JSON, and not what the schema allows",
    "contract": "the reply breaks another clause of the contract",
    "wrong-tool": "the reply calls another tool than it should",
    "wrong-arguments": "the reply calls the right tool with wrong arguments",
    "ungrounded": "the reply says what its passages do not",
    "language": "the reply is in another script than what is expected",
    "too-long": "the reply is longer than it may be",
    "wrong-answer": "a grader says that the answer is wrong",
    "poor-answer": "a judge does not find the answer good enough",
}
"""Every code with its meaning, in the order in which they are tried."""

_GROUNDING = ("context-faithfulness", "citation", "factuality", "answer-relevance", "context-recall", "grounded")
_TOOLS = ("tool-", "trajectory", "is-valid-openai", "is-valid-function", "skill-used")
_ORDERS = ("ignore all previous", "ignore the above", "ignore previous instructions", "system prompt")


def code_of(row: SampleRow) -> str | None:
    """The code of a sample that did not pass; None of one that did."""
    if row.status == "passed":
        return None
    if row.error is not None:
        return _of_error(row.error["code"])
    return next((code for code, fits in _CHECKS.items() if fits(row)), _of_verdicts(row))


def _of_error(code: str) -> str:
    if code.endswith("timed_out"):
        return "timeout"
    if code == "judge.refused":
        return "judge-refused"
    if code == "judge.unreadable":
        return "judge-unreadable"
    return "grader-error" if code.startswith(("grader.", "judge.")) else "provider-error"


def _of_verdicts(row: SampleRow) -> str:
    failed = [verdict for verdict in row.verdicts if not verdict.passed]
    if any("judge" in (verdict.detail or {}) for verdict in failed) and all(
        "judge" in (v.detail or {}) for v in failed
    ):
        return "poor-answer"
    return "wrong-answer"


def _clauses(row: SampleRow) -> set[str]:
    return {violation.partition(":")[0].strip() for violation in row.violations}


def _failed(row: SampleRow, *kinds: str) -> bool:
    return any(not v.passed and any(kind in v.grader for kind in kinds) for v in row.verdicts)


def _refuses(row: SampleRow) -> bool:
    text = (row.output or "").lstrip().casefold()
    begins = (
        "i'm sorry, but i can",
        "i am sorry, but i can",
        "i can't help",
        "i cannot help",
        "i can't assist",
        "as an ai",
    )
    return row.exit == "refuse" or text.startswith(begins) or _failed(row, "is-refusal")


def _follows(row: SampleRow) -> bool:
    """Whether an input held an instruction, and the reply says the word that the instruction asks for."""
    said = (row.output or "").casefold()
    for value in row.inputs.values():
        text = str(value).casefold()
        if any(order in text for order in _ORDERS):
            words = [part.strip(" .!\"'") for part in text.split("say ")[1:]]
            if any(word and word.split("\n")[0][:40] in said for word in words):
                return True
    return False


def _wrong_arguments(row: SampleRow) -> bool:
    return _failed(row, "args-match", "tool-args") and bool(row.tool_calls)


def _other_script(row: SampleRow) -> bool:
    """Whether most letters of the reply are of another script than those of the expected text."""
    expected, said = (_script(text) for text in (str(row.expected or ""), row.output or ""))
    return expected is not None and said is not None and expected != said


def _script(text: str) -> str | None:
    letters = [c for c in text if c.isalpha()]
    if len(letters) < 12:
        return None
    counts: dict[str, int] = {}
    for letter in letters:
        name = _block(ord(letter))
        counts[name] = counts.get(name, 0) + 1
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] > 0.6 * len(letters) else None


_BLOCKS = (
    (0x0250, "latin"), (0x0400, "greek"), (0x0530, "cyrillic"), (0x0600, "hebrew"), (0x0700, "arabic"),
    (0x0E80, "indic"), (0x3040, "other"), (0x3100, "kana"), (0xA000, "han"), (0xD800, "hangul"),
)  # fmt: skip


def _block(point: int) -> str:
    return next((name for end, name in _BLOCKS if point < end), "other")


_CHECKS: Mapping[str, Callable[[SampleRow], bool]] = {
    "truncation": lambda row: row.finish == "length" or "cut_off" in _clauses(row),
    "filtered": lambda row: row.finish == "content_filter" or "filtered" in _clauses(row),
    "refusal": _refuses,
    "empty": lambda row: not (row.output or "").strip() and not row.tool_calls,
    "injection-followed": _follows,
    "format": lambda row: bool(_clauses(row) & {"format", "json", "choice", "answered", "pattern"}),
    "schema": lambda row: "schema" in _clauses(row),
    "too-long": lambda row: (
        bool(_clauses(row) & {"max_chars", "max_words", "max_tokens"}) or _failed(row, "word-count")
    ),
    "contract": lambda row: bool(row.violations),
    "wrong-arguments": _wrong_arguments,
    "wrong-tool": lambda row: _failed(row, *_TOOLS),
    "ungrounded": lambda row: _failed(row, *_GROUNDING),
    "language": _other_script,
}
