"""Cutting English text into tokens by the conventions of the Penn Treebank: punctuation and clitics stand alone."""

import re
from itertools import zip_longest

from assay.evaluate.measures.words import WHITE_SPACE

_SPACES = re.compile(f"[{WHITE_SPACE}\x85]+")
_QUOTE = re.compile("``|''|\"")
_WORD_PART = r"[\w\u200c\u200d]"

_APART: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\.{3}"), " ... "),
    (re.compile(r"[:,](?!\d)"), r" \g<0> "),
    (re.compile(r"[;@#$%&]"), r" \g<0> "),
    (re.compile(r"([^.])(?<!\b[A-Za-z]\.[A-Za-z])(\.)([\])}>'\s]*)\Z"), r"\1 \2\3 "),
    (re.compile(r"[?!]"), r" \g<0> "),
    (re.compile(r"[][(){}<>]"), r" \g<0> "),
    (re.compile(r"--"), " -- "),
)
_CLITICS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"([^'])' "), r"\1 ' "),
    (re.compile(r"'([sSmMdD]) "), r" '\1 "),
    (re.compile(r"('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) "), r" \1 "),
    *(
        (re.compile(rf"(?<!{_WORD_PART})({first})({second})(?!{_WORD_PART}){after}", re.IGNORECASE), r" \1 \2 ")
        for first, second, after in (
            ("can", "not", ""),
            ("d", "'ye", ""),
            ("gim", "me", ""),
            ("gon", "na", ""),
            ("got", "ta", ""),
            ("lem", "me", ""),
            ("more", "'n", ""),
            ("wan", "na", "(?= )"),
            ("'t", "is", ""),
            ("'t", "was", ""),
        )
    ),
)


def tokens(text: str) -> list[str]:
    """The tokens of a text; straight quotes become `````` and ``''``, by whether they open or close.

    Source:
        M. Marcus et al., "Building a large annotated corpus of English: the Penn Treebank", Computational
        Linguistics 19 (1993), 313-330.
    """
    text = _quotes_apart(_SPACES.sub(" ", text).strip())
    for pattern, replacement in _APART:
        text = pattern.sub(replacement, text)
    text = f" {text} "
    for pattern, replacement in _CLITICS:
        text = pattern.sub(replacement, text)
    return text.split()


def _quotes_apart(text: str) -> str:
    """Double quotes as tokens of their own: opening where a word begins behind them, and closing elsewhere."""
    marks = list(_QUOTE.finditer(text))
    pieces, at, is_open = [], 0, False
    for mark, following in zip_longest(marks, marks[1:]):
        paired = mark[0] == '"' or (
            following is not None and following[0] == "''" and text[mark.end()].isalnum() and mark.start() > 0
        )
        is_open = mark[0] == "``" or (paired and not is_open and _begins(text, mark.start(), mark.end()))
        pieces += [text[at : mark.start()], " `` " if is_open else " '' "]
        at = mark.end()
    return "".join(pieces) + text[at:]


def _begins(text: str, start: int, end: int) -> bool:
    """Whether what stands there is before a word and behind a gap or punctuation, but not at a sentence's end."""
    before, after = text[start - 1] if start else " ", text[end : end + 1]
    return (before == " " or not before.isalnum()) and before not in ".!?" and after not in {"", " "}
