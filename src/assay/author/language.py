"""The part of Jinja's language that prompts may use, and the check that a template stays within it.

What is left out could make a small file do unbounded work or build unbounded text: macros, blocks,
inheritance, captures, method calls, ``*`` on strings, and values that are built up from themselves
through ``set``. What is left in is bounded by MiniJinja's fuel and by ``template.py``'s limit on output.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence

from assay.author.scan import Chunk
from assay.core.errors import BadInput, unknown_name
from assay.core.location import Location

STATEMENTS = frozenset(
    {"for", "endfor", "if", "elif", "else", "endif", "set", "with", "endwith", "include", "raw", "endraw"}
)
FILTERS = frozenset(
    [
        "abs",
        "attr",
        "bool",
        "capitalize",
        "count",
        "d",
        "default",
        "dictsort",
        "escape",
        "e",
        "first",
        "float",
        "groupby",
        "indent",
        "int",
        "items",
        "join",
        "last",
        "length",
        "lines",
        "list",
        "lower",
        "map",
        "max",
        "min",
        "reject",
        "rejectattr",
        "replace",
        "reverse",
        "round",
        "safe",
        "select",
        "selectattr",
        "sort",
        "split",
        "string",
        "sum",
        "title",
        "tojson",
        "trim",
        "unique",
        "upper",
        "urlencode",
    ]
)
FUNCTIONS = frozenset({"range", "dict"})

_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<string>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(?P<number>\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?)"
    r"|(?P<name>[^\W\d]\w*)|(?P<op>\*\*|//|==|!=|<=|>=|[-+*/%~|.,:()\[\]{}<>=])",
    re.DOTALL,
)
_INCLUDE = re.compile(r"include\s+(?:'([^'\\]*)'|\"([^\"\\]*)\")\s*(?:ignore\s+missing)?\s*$")
_MARK = re.compile(r"\\u[fF][dD][dDeE]")

MAX_OPERATORS = 200
"""Operators, brackets and filters in one expression: the engine's own stack ends at some thousand."""

MAX_NAME_CHARS = 100
MAX_CHUNK_CHARS = 200_000

MAX_BLOCKS = 50
"""Loops and conditions in each other."""

MAX_ELIFS = 100
"""``elif`` in one condition, which the engine nests."""

_WORDS = frozenset(
    [
        "and",
        "or",
        "not",
        "in",
        "is",
        "if",
        "else",
        "true",
        "false",
        "none",
        "True",
        "False",
        "None",
        "loop",
        "ignore",
        "missing",
        "recursive",
    ]
)

Token = tuple[str, str]


def tokens(body: str) -> list[Token]:
    """The (kind, text) tokens of an expression or statement; a character that fits nowhere is ``("bad", c)``."""
    found: list[Token] = []
    at = 0
    while at < len(body):
        match = _TOKEN.match(body, at)
        if match is None:
            found.append(("bad", body[at]))
            at += 1
            continue
        if match.lastgroup != "space":
            found.append((str(match.lastgroup), match[0]))
        at = match.end()
    return found


def check(chunks: Sequence[Chunk], file: str) -> None:
    """Refuse what is not part of the language, by name and line.

    Raises:
        BadInput: A statement, filter, function or operator that prompts may not use.
    """
    _check_blocks(chunks, file)
    for chunk in chunks:
        if chunk.kind in ("statement", "expression") and len(chunk.body) > MAX_CHUNK_CHARS:
            what = f"this has {len(chunk.body):,} characters; {MAX_CHUNK_CHARS:,} is the limit between two delimiters"
            raise _refuse(what, "move long text out of the braces", "too_large", chunk, file)
        if chunk.kind == "statement":
            _check_statement(chunk, file)
        elif chunk.kind == "expression":
            _check_tokens(tokens(chunk.body), chunk, file)


def _check_blocks(chunks: Sequence[Chunk], file: str) -> None:
    elifs = [0]
    for chunk in chunks:
        if chunk.kind != "statement":
            continue
        if chunk.word in ("for", "if", "with"):
            elifs.append(0)
        elif chunk.word in ("endfor", "endif", "endwith") and len(elifs) > 1:
            elifs.pop()
        elif chunk.word == "elif":
            elifs[-1] += 1
        if len(elifs) > MAX_BLOCKS or elifs[-1] > MAX_ELIFS:
            what = f"'{chunk.word}' is nested deeper than {MAX_BLOCKS}"
            if elifs[-1] > MAX_ELIFS:
                what = f"one condition has more than {MAX_ELIFS} 'elif'"
            raise _refuse(what, "make it flatter, or split it into partials", "depth", chunk, file)


def included(chunks: Sequence[Chunk], file: str) -> Iterator[tuple[str, Chunk]]:
    """The names of the partials that the template includes itself."""
    for chunk in chunks:
        if chunk.kind == "statement" and chunk.word == "include":
            found = _INCLUDE.fullmatch(chunk.body)
            if found is None:
                raise _refuse(
                    "an include must name its partial as plain text",
                    'write {% include "name" %}',
                    "include",
                    chunk,
                    file,
                )
            yield found[1] or found[2], chunk


def _check_statement(chunk: Chunk, file: str) -> None:
    if chunk.word not in STATEMENTS:
        hint = f"prompts may use {', '.join(sorted(w for w in STATEMENTS if not w.startswith('end')))}"
        raise _refuse(
            f"'{{% {chunk.word[:40]} %}}' is not part of the template language", hint, "statement", chunk, file
        )
    words = tokens(chunk.body)[1:]
    if ("name", "recursive") in words:
        raise _refuse("a loop cannot be recursive", "loop over a flat list", "recursive", chunk, file)
    if chunk.word == "set" and ("op", "=") not in words:
        raise _refuse("'set' cannot capture a block", "write {% set name = value %}", "set_block", chunk, file)
    if chunk.word in ("set", "with"):
        _check_no_growth(words, chunk, file)
    _check_tokens(words, chunk, file)


def _check_no_growth(words: Sequence[Token], chunk: Chunk, file: str) -> None:
    """A name may stand for a value, not for one built out of several: that could double with each line."""
    groups: list[bool] = []  # whether each open parenthesis is a call or a subscript
    for i, (kind, text) in enumerate(words):
        called = i > 0 and (words[i - 1][0] == "name" or words[i - 1][1] in ")]")
        built = (kind == "op" and text in "~+{") or (text == "[" and not called)
        if text in "([{" and kind == "op":
            groups.append(called)
        elif text in ")]}" and kind == "op" and groups:
            groups.pop()
        if built or (text == "," and groups and not groups[-1]):
            raise _refuse(
                f"'{chunk.word}' cannot build a value out of others",
                "put the expression where it is printed",
                "growth",
                chunk,
                file,
            )


def _check_tokens(words: Sequence[Token], chunk: Chunk, file: str) -> None:
    operators = sum(
        (kind == "op" and text not in ",:") or text in ("not", "and", "or", "if", "is") for kind, text in words
    )
    if operators > MAX_OPERATORS:
        what = f"the expression has {operators:,} operators; {MAX_OPERATORS} is the limit"
        raise _refuse(what, "split it up", "depth", chunk, file)
    for i, (kind, text) in enumerate(words):
        before = words[i - 1][1] if i else ""
        after = words[i + 1][1] if i + 1 < len(words) else ""
        if kind == "name" and len(text) > MAX_NAME_CHARS:
            what = f"the name {text[:20]}… has {len(text):,} characters; {MAX_NAME_CHARS} is the limit"
            raise _refuse(what, "give it a shorter one", "name", chunk, file)
        if kind == "bad":
            raise _refuse(
                f"the character {text!r} has no meaning in a template", "put it in quotes", "character", chunk, file
            )
        if kind == "op" and text in ("*", "**"):
            raise _refuse(
                f"the operator '{text}' is not part of the template language",
                "compute the value before",
                "operator",
                chunk,
                file,
            )
        if kind == "string" and _MARK.search(text):
            raise _refuse(
                "the characters U+FDD0 to U+FDEF cannot be written as an escape",
                "take them out",
                "character",
                chunk,
                file,
            )
        if (
            text == "("
            and kind == "op"
            and i
            and (words[i - 1][0] in ("string", "number") or before in (")", "]", "loop"))
        ):
            raise _refuse("a value cannot be called", "use a filter, such as {{ name|upper }}", "method", chunk, file)
        if kind == "name" and before == "|":
            _check_filter(text, chunk, file)
        elif kind == "name" and after == "(" and before != "is" and text not in _WORDS:
            _check_call(words, i, chunk, file)


def _check_filter(name: str, chunk: Chunk, file: str) -> None:
    if name not in FILTERS:
        error = unknown_name("filter", name, FILTERS, code="template.filter", where=Location(file, chunk.line))
        error.what = f"the filter '{name}' is not part of the template language"
        raise error


def _check_call(words: Sequence[Token], index: int, chunk: Chunk, file: str) -> None:
    name = words[index][1]
    before = [text for _, text in words[max(0, index - 2) : index]]
    if before[-1:] == ["."]:
        raise _refuse(
            f"the method '{name}' cannot be called", "use a filter, such as {{ name|upper }}", "method", chunk, file
        )
    if name not in FUNCTIONS and before != ["is", "not"]:
        what = f"the function '{name}' is not part of the template language"
        raise _refuse(what, "functions: range, dict", "function", chunk, file)


def _refuse(what: str, hint: str, code: str, chunk: Chunk, file: str) -> BadInput:
    return BadInput(what, hint=hint, code=f"template.{code}", where=Location(file, chunk.line))


def names(chunk: Chunk) -> set[str]:
    """The names that an expression or statement reads or sets: no attributes, filters, tests, words."""
    found: set[str] = set()
    words = tokens(chunk.body)[1 if chunk.kind == "statement" else 0 :]
    for i, (kind, text) in enumerate(words):
        before = words[i - 1][1] if i else ""
        after = words[i + 1][1] if i + 1 < len(words) else ""
        if kind != "name" or text in _WORDS or before in (".", "|", "is"):
            continue
        if before == "not" and i >= 2 and words[i - 2][1] == "is":
            continue
        if (after == "=" and before in ("(", ",")) or (after == "(" and text in FUNCTIONS):
            continue
        found.add(text)
    return found


def _tojson(value: object, indent: int | None = None, compact: bool = False) -> str:
    if indent is not None and not 0 <= indent <= 16:
        raise BadInput(f"tojson was given an indent of {indent}", hint="write 0 to 16", code="template.indent")
    separators = (",", ":") if compact and indent is None else None
    return json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)


OWN_FILTERS: dict[str, Callable[..., str]] = {"tojson": _tojson}
"""Filters that replace the engine's: its ``tojson`` escapes for HTML."""
