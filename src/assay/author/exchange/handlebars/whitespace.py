"""Handlebars' rules for white space: ``~``, and tags that stand alone on their line.

They are applied once, to the text of the nodes; afterwards every text is exactly what is printed.
"""

import re
from dataclasses import dataclass

from assay.author.exchange.handlebars.syntax import Block, Comment, Include, Node, Strip, Text

_ENDS_LINE = re.compile(r"\r?\n\s*?\Z")
_ENDS_LINE_OR_EMPTY = re.compile(r"(?:\A|\r?\n)\s*?\Z")
_STARTS_LINE = re.compile(r"\A\s*?\r?\n")
_STARTS_LINE_OR_EMPTY = re.compile(r"\A\s*?(?:\r?\n|\Z)")
_INDENT = re.compile(r"[ \t]+\Z")
_REST_OF_LINE = re.compile(r"\A[ \t]*\r?\n?")


def lay_out(nodes: list[Node]) -> None:
    """Trim the texts of a whole template as its tags ask for."""
    _lay_out(nodes, root=True)


@dataclass(frozen=True, slots=True)
class _Edges:
    """What a node asks of the text around it."""

    strip: Strip
    inline: bool = False
    opens_line: bool = False
    closes_line: bool = False


def _lay_out(nodes: list[Node], *, root: bool) -> None:
    for i, node in enumerate(nodes):
        edges = _edges(node)
        if edges is None:
            continue
        # Judged on the original text, so before anything around this node is trimmed.
        before = _line_ends_before(nodes, i, root=root)
        after = _line_starts_after(nodes, i, root=root)
        if edges.strip.after:
            _trim_start(nodes, i + 1, everything=True)
        if edges.strip.before:
            _trim_end(nodes, i - 1, everything=True)
        if edges.inline and before and after:
            _trim_start(nodes, i + 1)
            indent = _trim_end(nodes, i - 1)
            if isinstance(node, Include):
                node.indent = indent
        if isinstance(node, Block):
            _trim_block(nodes, i, node, opens=edges.opens_line and before, closes=edges.closes_line and after)


def _trim_block(nodes: list[Node], i: int, block: Block, *, opens: bool, closes: bool) -> None:
    if opens:
        _trim_start(block.body, 0)
        _trim_end(nodes, i - 1)
    if closes:
        _trim_start(nodes, i + 1)
        last = block.body if block.otherwise is None else block.otherwise
        _trim_end(last, len(last) - 1)


def _edges(node: Node) -> _Edges | None:
    if isinstance(node, Text):
        return None
    if isinstance(node, Block):
        return _block(node)
    return _Edges(node.strip, inline=isinstance(node, Comment | Include))


def _block(block: Block) -> _Edges:
    _lay_out(block.body, root=False)
    if block.otherwise is not None:
        _lay_out(block.otherwise, root=False)
    body = block.body
    branch = _first_branch(block)
    end = body if branch is None else branch
    edges = _Edges(
        Strip(block.open.before, block.close.after),
        opens_line=_line_starts_after(body, -1, root=False),
        closes_line=_line_ends_before(end, len(end), root=False),
    )
    if block.open.after:
        _trim_start(body, 0, everything=True)
    if branch is None:
        if block.close.before:
            _trim_end(body, len(body) - 1, everything=True)
        return edges
    if block.middle.before:
        _trim_end(body, len(body) - 1, everything=True)
    if block.middle.after:
        _trim_start(branch, 0, everything=True)
    if block.close.before:
        _trim_end(branch, len(branch) - 1, everything=True)
    if _line_ends_before(body, len(body), root=False) and _line_starts_after(branch, -1, root=False):
        _trim_end(body, len(body) - 1)
        _trim_start(branch, 0)
    return edges


def _first_branch(block: Block) -> list[Node] | None:
    """The nodes after the first ``else``, or None. What follows in a chain is trimmed with the chained block."""
    branch = block.otherwise
    if branch and isinstance(branch[0], Block) and branch[0].chained:
        return branch[0].body
    return branch


def _text_at(nodes: list[Node], i: int) -> Text | None:
    node = nodes[i] if 0 <= i < len(nodes) else None
    return node if isinstance(node, Text) else None


def _line_ends_before(nodes: list[Node], i: int, *, root: bool) -> bool:
    if i == 0:
        return root
    text = _text_at(nodes, i - 1)
    pattern = _ENDS_LINE if i >= 2 or not root else _ENDS_LINE_OR_EMPTY
    return text is not None and pattern.search(text.original) is not None


def _line_starts_after(nodes: list[Node], i: int, *, root: bool) -> bool:
    if i + 1 >= len(nodes):
        return root
    text = _text_at(nodes, i + 1)
    pattern = _STARTS_LINE if i + 2 < len(nodes) or not root else _STARTS_LINE_OR_EMPTY
    return text is not None and pattern.search(text.original) is not None


def _trim_start(nodes: list[Node], i: int, *, everything: bool = False) -> None:
    text = _text_at(nodes, i)
    if text is None or (text.trimmed_before and not everything):
        return
    trimmed = text.text.lstrip() if everything else _REST_OF_LINE.sub("", text.text, count=1)
    text.trimmed_before = trimmed != text.text
    text.text = trimmed


def _trim_end(nodes: list[Node], i: int, *, everything: bool = False) -> str:
    """Trim the end of that text; the spaces and tabs that were cut from its last line."""
    text = _text_at(nodes, i)
    if text is None or (text.trimmed_after and not everything):
        return ""
    trimmed = text.text.rstrip() if everything else _INDENT.sub("", text.text)
    cut = text.text[len(trimmed) :]
    text.trimmed_after = trimmed != text.text
    text.text = trimmed
    return cut
