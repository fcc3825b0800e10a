"""Cases that stand in the prompt's own words: a model that is shown the answer is not tested by the question.

Looks at what people wrote into a prompt (messages, partials, examples of inputs), not at what values put there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assay.author.lint.wording import written
from assay.author.types import Prompt
from assay.core.location import Location
from assay.evaluate.types import Case

FEWEST_WHOLE = 4
"""Words that a text must have to be looked for as it stands; shorter ones stand in many prompts by chance."""

FEWEST_NEAR = 8
"""Words that a text must have for a part of it to say anything."""

WORDS = 3
NEAR = 0.6
"""The share of a text's groups of three words that stand in the prompt, from which it is taken to be there."""

# A word; of scripts without spaces, one character.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


@dataclass(frozen=True, slots=True)
class Leak:
    """A text of a case that the prompt holds: which part, how much of it, and where."""

    part: str
    share: float
    prompt: str
    where: Location


class PromptWords:
    """The words of one prompt, ready to be compared with cases."""

    def __init__(self, prompt: Prompt) -> None:
        self.name = prompt.name
        self._lines: list[tuple[Location, frozenset[str]]] = []
        self._flat: list[str] = []
        self._groups: set[str] = set()
        for text in written(prompt):
            words = _words(text.text)
            self._flat.append(f" {' '.join(words)} ")
            self._groups |= _groups(words)
            offset = 0
            for line in text.text.splitlines(keepends=True):
                self._lines.append((text.at(offset), frozenset(_words(line))))
                offset += len(line)

    def leaks(self, case: Case) -> Iterator[Leak]:
        """Each text of the case that stands here, the closest place of each."""
        for part, text in _texts(case):
            words = _words(text)
            if share := self._share(words):
                yield Leak(part, share, self.name, self._place(words))

    def _share(self, words: list[str]) -> float:
        """1 for a text that stands here whole, the share of its groups for one that nearly does, else 0."""
        if len(words) < FEWEST_WHOLE:
            return 0.0
        whole = f" {' '.join(words)} "
        if any(whole in flat for flat in self._flat):
            return 1.0
        if len(words) < FEWEST_NEAR:
            return 0.0
        groups = _groups(words)
        share = len(groups & self._groups) / len(groups)
        return min(share, 0.99) if share >= NEAR else 0.0

    def _place(self, words: list[str]) -> Location:
        """The line with most of the words."""
        wanted = set(words)
        return max(self._lines, key=lambda line: len(line[1] & wanted))[0]


def _texts(case: Case) -> Iterator[tuple[str, str]]:
    for name, value in case.inputs.items():
        for text in _inner(value):
            yield f"inputs.{name}", text
    if case.has_expected:
        for text in _inner(case.expected):
            yield "expected", text


def _inner(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _inner(item)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _groups(words: list[str]) -> set[str]:
    return {" ".join(words[i : i + WORDS]) for i in range(len(words) - WORDS + 1)}
