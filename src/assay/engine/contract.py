"""The contract at work: what a provider is asked to decode within, and what every reply is held to.

Written once in the prompt file, used four times: it constrains, validates, grades and documents.
Pure: text in, findings out. What is done about a violation is ``steps.py``'s.
"""

import re
from collections.abc import Iterator, Mapping

import msgspec

from assay.author.types import Contract, Exit
from assay.core.schema import Validator, compile_schema
from assay.engine.types import Checked, ExitName, Violation
from assay.models.types import Reply

MAX_FINDINGS = 5

_FENCE = re.compile(r"\s*```[\w-]*\n(.*?)\n?```\s*", re.DOTALL)
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*\s*$", re.MULTILINE)
_HTML = re.compile(r"</?[a-zA-Z][^<>]*>")
_LINK = re.compile(r"\]\([^)]*\)|https?://")
_CITATION = re.compile(r"\[(\d{1,4})\]")
_CHOICE = "choice"


def response_schema(contract: Contract | None, *, object_root: bool) -> dict[str, object] | None:
    """The schema to ask the provider for, or None for free text.

    Args:
        contract: The prompt's contract.
        object_root: Whether the provider takes only schemas of objects; a choice is then wrapped in one.
    """
    if contract is None or not contract.constrain:
        return None
    if contract.format == "choice":
        choice: dict[str, object] = {"type": "string", "enum": list(contract.choices)}
        if not object_root:
            return choice
        return {
            "type": "object",
            "properties": {_CHOICE: choice},
            "required": [_CHOICE],
            "additionalProperties": False,
        }
    if contract.format == "json" and contract.schema is not None:
        return contract.schema if not object_root or contract.schema.get("type") == "object" else None
    return None


def clauses(contract: Contract | None) -> tuple[str, ...]:
    """The clauses that a reply can break: those which ``Checker`` may name, in the order in which it looks at them."""
    if contract is None:
        return ()
    limits, markdown = contract.limits, contract.markdown
    asked = {
        "refusal": True,
        "json": contract.format == "json",
        "schema": contract.format == "json" and contract.schema is not None,
        "choice": contract.format == "choice",
        "cut_off": True,
        "filtered": True,
        "max_chars": limits.max_chars is not None,
        "max_words": limits.max_words is not None,
        "sections": markdown is not None and bool(markdown.sections),
        "headings": markdown is not None and markdown.max_heading_level is not None,
        "html": markdown is not None and not markdown.allow_html,
        "links": markdown is not None and not markdown.allow_links,
        "citations": contract.citations is not None,
    }
    return tuple(name for name, there in asked.items() if there)


class Checker:
    """One contract, compiled: holds replies to it."""

    def __init__(self, contract: Contract | None) -> None:
        self.contract = contract
        schema = contract.schema if contract is not None else None
        self._validator: Validator | None = compile_schema(schema) if schema is not None else None

    def check(self, reply: Reply, inputs: Mapping[str, object], *, repair: bool = False) -> Checked:
        """The reply seen through the contract.

        Args:
            reply: What the model answered.
            inputs: The call's values, which citations are checked against.
            repair: Take off what surely does not belong to the reply before checking.
        """
        contract = self.contract
        if contract is None:
            return Checked(reply.text, reply.text)
        text = _repaired(reply.text, contract) if repair else reply.text
        taken = _exit(contract, text)
        if taken is not None:
            return Checked(text, text, exit=taken)
        if reply.refusal is not None and not reply.text:
            allowed = contract.refuse is not None and contract.refuse.reply is None
            found = () if allowed else (Violation("refusal", "the model refused to answer"),)
            return Checked(reply.refusal, None, found, exit="refuse")
        value, text, findings = self._parsed(contract, text)
        findings += _cut_off(reply)
        findings += [v for part in _TEXT_CLAUSES for v in part(contract, text, inputs)]
        return Checked(text, value, tuple(findings), repaired=repair and text != reply.text)

    def _parsed(self, contract: Contract, text: str) -> tuple[object, str, list[Violation]]:
        if contract.format == "choice":
            return _choice(contract, text)
        if contract.format != "json":
            return text, text, []
        try:
            value: object = msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
            return None, text, [Violation("json", f"not JSON: {error}")]
        findings = [] if self._validator is None else self._validator.findings(value)
        return value, text, [Violation("schema", str(f)) for f in findings[:MAX_FINDINGS]]


def _choice(contract: Contract, text: str) -> tuple[object, str, list[Violation]]:
    bare = text.strip()
    if bare[:1] in ('"', "{"):
        try:
            decoded: object = msgspec.json.decode(bare)
        except msgspec.DecodeError:
            decoded = bare
        if isinstance(decoded, dict) and set(decoded) == {_CHOICE}:
            decoded = decoded[_CHOICE]
        bare = decoded if isinstance(decoded, str) else bare
    if bare in contract.choices:
        return bare, bare, []
    listed = ", ".join(contract.choices[:10]) + (", …" if len(contract.choices) > 10 else "")
    return None, text, [Violation("choice", f"not one of {listed}")]


def _repaired(text: str, contract: Contract) -> str:
    if contract.format not in ("json", "choice"):
        return text
    fenced = _FENCE.fullmatch(text)
    text = fenced[1].strip() if fenced else text.strip()
    if contract.format == "choice" and text not in contract.choices:
        word = text.strip(" \t\n\"'`*.!").casefold()
        same = [choice for choice in contract.choices if choice.casefold() == word]
        text = same[0] if len(same) == 1 else text
    return text


def _exit(contract: Contract, text: str) -> ExitName | None:
    exits: tuple[tuple[ExitName, Exit | None], ...] = (
        ("refuse", contract.refuse),
        ("ask", contract.ask),
        ("escalate", contract.escalate),
    )
    bare = text.strip()
    for name, way in exits:
        if way is None or way.reply is None:
            continue
        wanted = way.reply.strip()
        if bare == wanted or (wanted.endswith("…") and bare.startswith(wanted[:-1])):
            return name
    return None


def _cut_off(reply: Reply) -> list[Violation]:
    if reply.finish == "length":
        return [Violation("cut_off", "the reply was cut off at its longest length in tokens")]
    if reply.finish == "content_filter":
        return [Violation("filtered", "the provider's filter cut the reply off")]
    return []


def _limits(contract: Contract, text: str, _: Mapping[str, object]) -> Iterator[Violation]:
    limits = contract.limits
    if limits.max_chars is not None and len(text) > limits.max_chars:
        yield Violation("max_chars", f"{len(text)} characters; the limit is {limits.max_chars}")
    if limits.max_words is not None and (words := len(text.split())) > limits.max_words:
        yield Violation("max_words", f"{words} words; the limit is {limits.max_words}")


def _markdown(contract: Contract, text: str, _: Mapping[str, object]) -> Iterator[Violation]:
    rules = contract.markdown
    if rules is None:
        return
    headings = _HEADING.findall(text)
    titles = {title for _, title in headings}
    for section in rules.sections:
        if section not in titles:
            yield Violation("sections", f"the section {section!r} is missing")
    deepest = max((len(marks) for marks, _ in headings), default=0)
    if rules.max_heading_level is not None and deepest > rules.max_heading_level:
        yield Violation("headings", f"a heading of level {deepest}; {rules.max_heading_level} is the deepest allowed")
    if not rules.allow_html and _HTML.search(text):
        yield Violation("html", "HTML is not allowed")
    if not rules.allow_links and _LINK.search(text):
        yield Violation("links", "links are not allowed")


def _citations(contract: Contract, text: str, inputs: Mapping[str, object]) -> Iterator[Violation]:
    rules = contract.citations
    if rules is None:
        return
    cited = {int(n) for n in _CITATION.findall(text)}
    if rules.required and not cited:
        yield Violation("citations", "no passage is cited; a mark such as [1] is required")
    unknown = sorted(cited - _passages(inputs.get(rules.source)))
    if unknown:
        yield Violation("citations", f"there is no passage {', '.join(f'[{n}]' for n in unknown[:5])}")


def _passages(source: object) -> set[int]:
    """The numbers that may be cited: 1 to n for a list, those marked in the text otherwise."""
    if isinstance(source, (list, tuple)):
        return set(range(1, len(source) + 1))
    return {int(n) for n in _CITATION.findall(str(source or ""))}


_TEXT_CLAUSES = (_limits, _markdown, _citations)
