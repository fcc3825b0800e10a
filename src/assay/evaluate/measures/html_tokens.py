"""Cutting HTML into tags and text, as the HTML standard's tokenizer does, comments and declarations left out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_TAG_NAME = re.compile(r"</?([a-zA-Z][^\t\n\f\r />]*)")
_COMMENT_END = re.compile(r"--!?>|\Z")

RAW_TEXT = frozenset({"script", "style", "xmp", "iframe", "noembed", "noframes", "noscript", "title", "textarea"})
"""Elements in which everything up to their end tag is text."""


@dataclass(frozen=True, slots=True)
class HtmlToken:
    """A start tag or an end tag with its name in lower case, or a piece of text; ``closed`` is ``<x/>``."""

    kind: Literal["start", "end", "text"]
    value: str
    closed: bool = False


def html_tokens(text: str) -> Iterator[HtmlToken]:
    """The tags and the text, in order; a tag that the text's end cuts off is dropped."""
    at = 0
    while at < len(text):
        bracket = text.find("<", at)
        if bracket < 0:
            yield HtmlToken("text", text[at:])
            return
        if bracket > at:
            yield HtmlToken("text", text[at:bracket])
        token, at = _markup(text, bracket)
        if token is not None:
            yield token
        if token is not None and token.kind == "start" and token.value in RAW_TEXT:
            end = _raw_end(text, at, token.value)
            if end > at:
                yield HtmlToken("text", text[at:end])
            at = end


def _markup(text: str, at: int) -> tuple[HtmlToken | None, int]:
    """What begins with the bracket at that place, and where it ends."""
    if text.startswith("<!--", at):
        if text.startswith(("<!-->", "<!--->"), at):
            return None, text.index(">", at) + 1
        found = _COMMENT_END.search(text, at + 4)
        return None, found.end() if found else len(text)
    name = _TAG_NAME.match(text, at)
    if name is None:
        if text.startswith(("<!", "<?", "</"), at) and len(text) > at + 2:
            end = text.find(">", at + 2)
            return None, len(text) if end < 0 else end + 1
        return HtmlToken("text", "<"), at + 1
    tag_end = _tag_end(text, name.end())
    if tag_end is None:
        return None, len(text)
    kind: Literal["start", "end"] = "end" if text[at + 1] == "/" else "start"
    return HtmlToken(kind, name[1].lower(), text[tag_end - 2] == "/"), tag_end


def _tag_end(text: str, at: int) -> int | None:
    """Behind the bracket that ends a tag; one within a quoted value is none. None where the tag does not end."""
    while at < len(text):
        character = text[at]
        if character == ">":
            return at + 1
        if character == "=":
            at = _value_end(text, at + 1)
        else:
            at += 1
    return None


_BLANK = re.compile(r"[\t\n\f\r ]*")


def _value_end(text: str, at: int) -> int:
    """Where an attribute's value ends; that of an unquoted one is found as any other place in the tag."""
    found = _BLANK.match(text, at)
    at = found.end() if found else at
    if text[at : at + 1] in ('"', "'") and at < len(text):
        end = text.find(text[at], at + 1)
        return len(text) if end < 0 else end + 1
    return at


def _raw_end(text: str, at: int, name: str) -> int:
    end = re.compile(rf"</{re.escape(name)}(?=[\t\n\f\r />])", re.IGNORECASE).search(text, at)
    return end.start() if end else len(text)
