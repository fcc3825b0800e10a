"""One way to lay out a prompt file, without changing what it says.

The keys of the front matter come in one order, each with its lines and the comments above it; blank lines between
messages, white space where it means nothing, and the end of the file are made regular. Words, values, comments and
the order of anything else stay. What is not certain to mean the same is left as it is, so the digest never changes.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from assay.author.parse import MARKER, body_messages, split_file
from assay.core.document import Document, parse_document
from assay.core.errors import BadInput

KEY_ORDER = (
    "prompt",
    "description",
    "version",
    "inputs",
    "model",
    "contract",
    "tools",
    "owner",
    "reviewers",
    "risk",
    "data_classes",
    "intended_use",
    "review_by",
    "suites",
    "meta",
    "lint",
    "messages",
)

_OTHER_LINE_BREAKS = ("\r", "\x85", "\u2028", "\u2029")  # YAML ends lines at these too


def format_prompt(text: str, file: str) -> str:
    """The text of a prompt file, laid out.

    Args:
        text: The file's text.
        file: Its name; what ends in ``.md`` has front matter and a body, all else is YAML.

    Raises:
        BadInput: It has no front matter, is not YAML, or has text that belongs to no message.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    document, body, body_line = split_file(text, file, yaml_only=not file.endswith(".md"))
    if body is None:
        lines = text.removesuffix("\n").split("\n")
        return "\n".join(_front_matter(lines, document, 1)) + "\n"
    front = _front_matter(text.split("\n")[1 : body_line - 2], document, 2)
    return "\n".join(["---", *front, "---", *_body(body, body_line, file)]).rstrip("\n") + "\n"


@dataclass(frozen=True, slots=True)
class _Block:
    """A key of the front matter: the comments above it, and its lines."""

    key: str
    above: list[str]
    lines: list[str]


def _front_matter(lines: list[str], document: Document, first_line: int) -> list[str]:
    """The lines laid out; as they are, where they are not plain keys one below the other."""
    starts = sorted((line - first_line, path[0]) for path, (line, _) in document.keys.items() if len(path) == 1)
    plain = all(column == 1 for path, (_, column) in document.keys.items() if len(path) == 1)
    distinct = len({at for at, _ in starts}) == len(starts)
    if not starts or not plain or not distinct or any(mark in line for line in lines for mark in _OTHER_LINE_BREAKS):
        return lines
    header, blocks, footer = _blocks(lines, [(at, str(key)) for at, key in starts])
    laid_out = _joined(header, sorted(blocks, key=_rank), footer)
    if _says_the_same(laid_out, lines, document):
        return laid_out
    kept = _joined(header, blocks, footer)
    return kept if _says_the_same(kept, lines, document) else lines


def _rank(block: _Block) -> int:
    return KEY_ORDER.index(block.key) if block.key in KEY_ORDER else len(KEY_ORDER)


def _blocks(lines: list[str], starts: Sequence[tuple[int, str]]) -> tuple[list[str], list[_Block], list[str]]:
    """What stands above all keys by itself, the keys' blocks, and what stands below them."""
    header, above = _split_header(lines[: starts[0][0]])
    found: list[_Block] = []
    ends = [at for at, _ in starts[1:]] + [len(lines)]
    for (start, key), end in zip(starts, ends, strict=True):
        own, below = _split_below(lines[start:end])
        found.append(_Block(key, above, _trimmed(own)))
        above = below
    return header, found, above


def _split_below(lines: list[str]) -> tuple[list[str], list[str]]:
    """A key's own lines, and the comments and blank lines after them."""
    end = len(lines)
    while end > 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    return lines[:end], lines[end:]


def _split_header(lines: list[str]) -> tuple[list[str], list[str]]:
    """The comments at the top that a blank line parts from the first key, and those that belong to it."""
    end = len(lines)
    while end > 0 and lines[end - 1].startswith("#"):
        end -= 1
    return lines[:end], lines[end:]


def _trimmed(lines: list[str]) -> list[str]:
    """Without white space at the ends of lines, unless that is a part of a value."""
    trimmed = [line.rstrip() for line in lines]
    try:
        before, after = (parse_document("\n".join(some) + "\n", file="").value for some in (lines, trimmed))
    except BadInput:
        return lines
    return trimmed if _plain(before) == _plain(after) else lines


def _joined(header: list[str], blocks: Sequence[_Block], footer: list[str]) -> list[str]:
    found = _squeezed(header)
    if found and blocks:
        found.append("")
    for block in blocks:
        above = _squeezed(block.above)
        if found and found[-1] and block.above and not block.above[0].strip():
            found.append("")
        found += [*above, *block.lines]
    below = _squeezed(footer)
    if below and not footer[0].strip():
        found.append("")
    return found + below


def _squeezed(lines: list[str]) -> list[str]:
    """Without white space at the ends, blank lines at either end, and more than one blank line at a time."""
    found: list[str] = []
    for line in (line.rstrip() for line in lines):
        if line or (found and found[-1]):
            found.append(line)
    while found and not found[-1]:
        found.pop()
    return found


def _says_the_same(new: list[str], old: list[str], document: Document) -> bool:
    """Whether the new lines have the values of the document, and every line that is not blank of the old ones."""
    try:
        value = parse_document("\n".join(new) + "\n", file=document.file).value
    except BadInput:
        return False
    lines = [sorted(line.rstrip() for line in some if line.strip()) for some in (new, old)]
    return lines[0] == lines[1] and _plain(value) == _plain(document.value)


def _plain(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def _body(body: str, first_line: int, file: str) -> list[str]:
    """The messages' lines: the words as they are, one blank line between messages."""
    body_messages(body, first_line, file)
    lines = body.split("\n")
    starts = [i for i, line in enumerate(lines) if MARKER.fullmatch(line)]
    if not starts:
        return _message(lines)
    found: list[str] = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        found += ["", _marker(lines[start]), *_message(lines[start + 1 : end])]
    return found[1:]


def _marker(line: str) -> str:
    found = MARKER.fullmatch(line)
    assert found is not None
    return f"insert: {found[2]}" if found[2] else f"{found[1]}:"


def _message(lines: list[str]) -> list[str]:
    """Without blank lines around, and without white space at the very end; all between is the author's."""
    filled = [i for i, line in enumerate(lines) if line.strip()]
    if not filled:
        return []
    return [*lines[filled[0] : filled[-1]], lines[filled[-1]].rstrip(" \t")]
