"""Rule ``conflicting-format`` (warning): instructions that ask for two formats at once.

What it finds
    A sentence that asks for a reply in another format than the contract has (JSON where it says ``choice``, Markdown
    where it says ``json``, …); two sentences that ask for different formats; and "only JSON" beside a request to
    explain, where the schema has no field for it. Sentences with "not", "no" or "without", and those about a field's
    value, are let through. English only.

Why
    The model obeys one of the two, now this one and now the other, and each choice breaks somebody's parser.

Example
    contract:
      choices: [billing, bug]
    …
    system:
    Return a JSON object with the category.

What to write instead
    system:
    Answer with one word: billing or bug.
"""

import re
from collections.abc import Iterator

from assay.author.lint.rule import Context, Finding, rules
from assay.author.lint.wording import Sentence, sentences
from assay.author.types import ContractFormat, Prompt

_ASK = r"\b(?:respond|reply|replies|answer|return|output|produce|write|give|format|use|print|emit)\b[^\n]{0,80}?"
_ASKED = {
    "JSON": re.compile(_ASK + r"\bJSON\b(?! schema)|\b(?:only|valid|nothing but) JSON\b", re.IGNORECASE),
    "Markdown": re.compile(_ASK + r"\b(?:Markdown|bullet points|bullet list|headings)\b", re.IGNORECASE),
    "XML": re.compile(_ASK + r"\bXML\b(?! tags?\b)", re.IGNORECASE),
    "YAML": re.compile(_ASK + r"\bYAML\b", re.IGNORECASE),
    "CSV": re.compile(_ASK + r"\bCSV\b", re.IGNORECASE),
    "HTML": re.compile(_ASK + r"\bHTML\b", re.IGNORECASE),
    "plain text": re.compile(_ASK + r"\bplain text\b", re.IGNORECASE),
    "one word": re.compile(_ASK + r"\b(?:one|a single|exactly one) word\b", re.IGNORECASE),
}
_NOT = re.compile(r"\b(?:not|no|never|without|don't|avoid|instead of|rather than|if|unless)\b", re.IGNORECASE)
_WITHIN = re.compile(r"\b(?:field|fields|property|properties|keys?|values?|inside|within|given as)\b", re.IGNORECASE)
_ONLY_JSON = re.compile(
    r"\b(?:only|nothing but|nothing else than)\b[^\n.]{0,30}\bJSON\b|\bJSON\b[^\n.]{0,20}\bonly\b", re.IGNORECASE
)
_EXPLAIN = re.compile(
    r"^\W*(?:then |also |always |please |briefly )*(?:explain|justify|think step by step|show your reasoning)\b"
    r"|\b(?:explain your|justify your|give (?:a|your) reason)",
    re.IGNORECASE,
)
_FIELD_FOR_IT = re.compile(r"reason|explanation|rationale|justification|thought|why", re.IGNORECASE)
# What a contract's format does not go with.
_AGAINST: dict[ContractFormat, frozenset[str]] = {
    "json": frozenset({"Markdown", "XML", "YAML", "CSV", "HTML", "plain text", "one word"}),
    "choice": frozenset({"JSON", "Markdown", "XML", "YAML", "CSV", "HTML"}),
    "markdown": frozenset({"JSON", "XML", "YAML", "CSV", "plain text", "one word"}),
    "text": frozenset({"JSON"}),
}
_TOGETHER = frozenset({frozenset({"plain text", "one word"})})


@rules.register("conflicting-format")
def conflicting_format(prompt: Prompt, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - a rule takes both
    """Each sentence that goes against the contract, or against the first one that asks for a format."""
    asked = [(name, sentence) for sentence in sentences(prompt) for name in _formats(sentence)]
    wrong = _AGAINST[prompt.contract.format] if prompt.contract is not None else frozenset()
    for name, sentence in asked:
        if prompt.contract is not None and name in wrong:
            what = f"this asks for {name}, and the contract's format is {prompt.contract.format!r}"
            yield _finding(what, "ask for what the contract says, or change the contract", sentence)
    rest = [(name, sentence) for name, sentence in asked if name not in wrong]
    for name, sentence in rest[1:]:
        first, where = rest[0][0], rest[0][1].where
        if name != first and frozenset({name, first}) not in _TOGETHER:
            what = f"this asks for {name}, and line {where.line} of {where.file} asks for {first}"
            yield _finding(what, "ask for one format", sentence)
    yield from _explained(prompt)


def _formats(sentence: Sentence) -> list[str]:
    if _WITHIN.search(sentence.text):
        return []
    found = [(name, match) for name, pattern in _ASKED.items() if (match := pattern.search(sentence.text))]
    return [name for name, match in found if not _NOT.search(sentence.text[: match.end()])]


def _explained(prompt: Prompt) -> Iterator[Finding]:
    """Requests to explain, where nothing but JSON is allowed and it has no room for an explanation."""
    text = list(sentences(prompt))
    if not any(_ONLY_JSON.search(sentence.text) for sentence in text):
        return
    if prompt.contract is not None and prompt.contract.schema and _FIELD_FOR_IT.search(str(prompt.contract.schema)):
        return
    for sentence in text:
        if _EXPLAIN.search(sentence.text) and not _NOT.search(sentence.text) and not _WITHIN.search(sentence.text):
            what = "this asks for an explanation, and another sentence for JSON and nothing else"
            yield _finding(what, "give the explanation a field of its own in the schema, or drop it", sentence)


def _finding(what: str, hint: str, sentence: Sentence) -> Finding:
    return Finding("conflicting-format", "warning", what, hint, sentence.where)
