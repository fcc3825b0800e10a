"""BERT's uncased tokenizer: text to the numbers of a vocabulary of word pieces.

Text is lower-cased, loses its accents, and is cut at white space, punctuation and around Chinese characters. Each
word is then spelled with the longest pieces that the vocabulary has, from its start; one that cannot be is unknown.
"""

import unicodedata
from collections.abc import Iterator, Mapping

MAX_WORD_CHARS = 100
CONTINUED = "##"

_HAN = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B920, 0x2CEAF),
    (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip


class WordPieces:
    """The tokenizer over one vocabulary.

    Args:
        vocabulary: Piece to number; one within a word begins with ``##``.
    """

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._numbers = vocabulary
        self._unknown = vocabulary["[UNK]"]
        self._start, self._end = vocabulary["[CLS]"], vocabulary["[SEP]"]

    def encode(self, text: str, most: int) -> list[int]:
        """The numbers of a text's pieces between those of its start and end; at most ``most`` in all."""
        found = [self._start]
        for word in split(text):
            found += self._spell(word)
            if len(found) >= most:
                break
        return [*found[: most - 1], self._end]

    def _spell(self, word: str) -> list[int]:
        if len(word) > MAX_WORD_CHARS:
            return [self._unknown]
        found: list[int] = []
        start = 0
        while start < len(word):
            end, prefix = len(word), CONTINUED if start else ""
            while end > start and prefix + word[start:end] not in self._numbers:
                end -= 1
            if end == start:
                return [self._unknown]
            found.append(self._numbers[prefix + word[start:end]])
            start = end
        return found


def split(text: str) -> Iterator[str]:
    """The words of a text, each mark of punctuation and each Chinese character one of its own."""
    for chunk in _clean(text).split():
        plain = unicodedata.normalize("NFD", chunk.lower())
        word = ""
        for character in plain:
            if unicodedata.category(character) == "Mn":
                continue
            if not _stands_alone(character):
                word += character
                continue
            if word:
                yield word
            yield character
            word = ""
        if word:
            yield word


def _clean(text: str) -> str:
    """White space as spaces, control characters left out, room around Chinese characters."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_cleaned, text))


def _cleaned(character: str) -> str:
    if character in "\t\n\r" or unicodedata.category(character) == "Zs":
        return " "
    if character in "\0\ufffd" or unicodedata.category(character) in {"Cc", "Cf", "Co"}:
        return ""
    return f" {character} " if _is_han(character) else character


def _is_han(character: str) -> bool:
    return any(low <= ord(character) <= high for low, high in _HAN) if character >= "\u3400" else False


def _stands_alone(character: str) -> bool:
    """Whether it is punctuation; of ASCII everything that is neither a letter, a digit nor white space is."""
    if character.isascii():
        return not character.isalnum() and character > " "
    return unicodedata.category(character)[0] == "P" or _is_han(character)
