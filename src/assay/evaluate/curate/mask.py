"""Taking people out of a dataset: the same person becomes the same token, and nobody can tell who it was.

A token is made from a secret key, or from random bytes that are kept nowhere, so it cannot be looked up. What was
found is counted by kind, and what was let through too; the values are never told.
"""

import hashlib
import hmac
import ipaddress
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from assay.core.errors import BadInput
from assay.core.location import Location
from assay.core.personal_data import KINDS, find_personal, find_reserved
from assay.evaluate.types import Case

NAME = "name"
_DIGITS = 10
_WORD = re.compile(r"[^\W_]+")
_WITHIN_NAME = " \t\n.'’-"
_TOKEN = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Names:
    """The people of a list: the words of each name, by its first word.

    Attributes:
        by_first: First word -> (all words, the person), the longest first.
        people: A name or an address as it is compared -> the person.
    """

    by_first: Mapping[str, list[tuple[tuple[str, ...], str]]] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)


def read_names(text: str, file: str) -> Names:
    """A list of names: a person a line, and behind commas what else they are called, or their addresses.

    Raises:
        BadInput: There is none.
    """
    by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    people: dict[str, str] = {}
    for line in text.splitlines():
        aliases = [alias.strip() for alias in line.split(",") if alias.strip()]
        if not aliases or line.lstrip().startswith("#"):
            continue
        person = _same(aliases[0])
        for alias in aliases:
            people[_same(alias)] = person
            for form in {alias, alias.upper()}:
                if words := tuple(_WORD.findall(form)):
                    by_first.setdefault(words[0], []).append((words, person))
    if not people:
        raise BadInput(
            f"{file} names nobody",
            hint="write a name a line, and other forms of it behind commas",
            code="dataset.names",
            where=Location(file),
        )
    for entries in by_first.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return Names(by_first, people)


def read_pattern(given: str) -> tuple[str, re.Pattern[str]]:
    """A kind of one's own: ``NAME=REGEX``.

    Raises:
        BadInput: It has no name, or is no regular expression.
    """
    name, equals, text = given.partition("=")
    if not equals or not text or not _TOKEN.fullmatch(name):
        raise BadInput(
            f"--pattern {given!r} names no kind",
            hint="write NAME=REGEX, such as customer='C-[0-9]{6}'",
            code="dataset.pattern",
        )
    try:
        found = re.compile(text)
    except re.error as error:
        raise BadInput(
            f"{text!r} is not a regular expression: {error}", hint="write it in Python's syntax", code="dataset.pattern"
        ) from None
    if found.match(""):
        raise BadInput(
            f"{text!r} also matches nothing at all", hint="let it match at least one character", code="dataset.pattern"
        )
    return name, found


class Masker:
    """Replaces what tells who somebody is in every text of a case: id, inputs, expected, cluster, tags.

    Args:
        key: What tokens are made with.
        names: The people to look for.
        patterns: Kinds of one's own, which go before all others.
        keep: Kinds that are left as they are.
    """

    def __init__(
        self,
        key: bytes,
        *,
        names: Names | None = None,
        patterns: Iterable[tuple[str, re.Pattern[str]]] = (),
        keep: Iterable[str] = (),
    ) -> None:
        self._key = key
        self._names = names or Names()
        self._patterns = list(patterns)
        self._keep = frozenset(keep)
        self.found: Counter[str] = Counter()
        self.let_through = 0
        self.cases = 0
        self.counting = True

    def __call__(self, case: Case) -> Case:
        """The case without people."""
        before = self.found.total()
        masked = replace(
            case,
            id=self.text(case.id),
            inputs={name: self._value(value) for name, value in case.inputs.items()},
            expected=self._value(case.expected),
            cluster=None if case.cluster is None else self.text(case.cluster),
            tags={name: self.text(value) for name, value in case.tags.items()},
        )
        self.cases += self.counting and self.found.total() > before
        return masked

    def stop_counting(self) -> None:
        """Go on masking without counting, for cases that come again."""
        self.counting = False

    def _value(self, value: object) -> object:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if isinstance(value, dict):
            return {name: self._value(item) for name, item in value.items()}
        return value

    def text(self, text: str) -> str:
        """A text without people."""
        spans: list[tuple[int, int, str, str]] = []
        for search in (self._own, self._personal, self._named):
            for start, stop, kind, who in search(text):
                if kind not in self._keep and not any(start < end and begin < stop for begin, end, _, _ in spans):
                    spans.append((start, stop, kind, who))
        if self.counting:
            self.found.update(kind for _, _, kind, _ in spans)
            self.let_through += sum(
                not any(one.start < end and begin < one.stop for begin, end, _, _ in spans)
                for one in find_reserved(text)
                if one.kind not in self._keep
            )
        if not spans:
            return text
        pieces, at = [], 0
        for start, stop, kind, who in sorted(spans):
            pieces += [text[at:start], self.token(kind, who)]
            at = stop
        return "".join([*pieces, text[at:]])

    def token(self, kind: str, who: str) -> str:
        """What stands for somebody, or for their address: the kind, and digits that only the key gives again."""
        if who in self._names.people:
            kind, who = NAME, self._names.people[who]
        digits = hmac.new(self._key, f"{kind}\n{who}".encode(), hashlib.sha256).hexdigest()[:_DIGITS]
        return f"[{kind}-{digits}]"

    def _own(self, text: str) -> Iterator[tuple[int, int, str, str]]:
        for kind, pattern in self._patterns:
            for match in pattern.finditer(text):
                if match[0]:
                    yield match.start(), match.end(), kind, _same(match[0])

    def _personal(self, text: str) -> Iterator[tuple[int, int, str, str]]:
        for found in find_personal(text, national=True):
            yield found.start, found.stop, found.kind, _COMPARED[found.kind](text[found.start : found.stop])

    def _named(self, text: str) -> Iterator[tuple[int, int, str, str]]:
        if not self._names.by_first:
            return
        words = [(match[0], match.start(), match.end()) for match in _WORD.finditer(text)]
        i = 0
        while i < len(words):
            for name, person in self._names.by_first.get(words[i][0], ()):
                last = i + len(name)
                if tuple(word for word, _, _ in words[i:last]) == name and _close(text, words[i:last]):
                    yield words[i][1], words[last - 1][2], NAME, person
                    i = last - 1
                    break
            i += 1


def _close(text: str, words: list[tuple[str, int, int]]) -> bool:
    """Whether nothing but white space, points, hyphens and apostrophes stands between the words of a name."""
    return all(not text[stop:start].strip(_WITHIN_NAME) for (_, _, stop), (_, start, _) in itertools.pairwise(words))


def _same(text: str) -> str:
    return " ".join(text.casefold().split())


def _number(text: str) -> str:
    return re.sub(r"\D", "", text.replace("+", "", 1)).removeprefix("00")


# A kind -> the form in which two of its values are the same one.
_COMPARED: dict[str, Callable[[str], str]] = {
    "email": str.casefold,
    "iban": lambda text: text.replace(" ", ""),
    "card": _number,
    "phone": _number,
    "ip": lambda text: ipaddress.ip_address(text).compressed,
}

ALL_KINDS = (*KINDS, NAME)
"""The kinds that are known without a pattern of one's own."""
