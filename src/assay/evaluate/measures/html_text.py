"""Whether a text is HTML as a whole, and whether there is HTML in it.

The second is a matter of signs, such as a pair of tags, an entity or a well known element. The first follows where the
HTML standard's parser would put each piece: text outside of every element makes it no HTML.
"""

import re

from assay.evaluate.measures.html_tokens import RAW_TEXT, HtmlToken, html_tokens

MAX_CHARS = 10_485_760


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_VOID = _names("area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr")
_FORMATTING = _names("a b big code em font i nobr s small strike strong tt u")
_CELLS = _names("tr td th tbody thead tfoot caption col colgroup")
_IN_TABLE = _names("table tbody thead tfoot tr")
_CLOSES_P = _names(
    """address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer form h1 h2 h3
    h4 h5 h6 header hgroup hr listing main menu nav ol p plaintext pre search section summary table ul xmp li dd dt"""
)
_WRAPPERS = _names("html head body")
ELEMENTS = _names(
    """title base link meta style article section nav aside h1 h2 h3 h4 h5 h6 header footer address p hr pre blockquote
    ol ul li dl dt dd figure figcaption main div a em strong small s cite q dfn abbr ruby rt rp data time code var samp
    kbd sub sup i b u mark bdi bdo span br wbr img iframe embed object param picture source video audio track map area
    svg math script noscript canvas ins del table caption colgroup col tbody thead tfoot tr td th form label input
    button select datalist optgroup option textarea output progress meter fieldset legend details summary dialog menu
    slot template"""
)
"""Elements of the HTML standard; one with a hyphen in its name counts too."""

_COMMON = re.compile(
    r"<(html|head|body|div|span|p|a|img|h[1-6]|ul|ol|li|table|tr|td|th|form|input|button|script|style|link|meta|br|hr)\b",
    re.IGNORECASE | re.ASCII,
)
_OPENING = re.compile(r"<[a-zA-Z][a-zA-Z0-9-]*(?:\s|>)")
_CLOSING = re.compile(r"</[a-zA-Z][a-zA-Z0-9-]*\s*>")
_EMPTY = re.compile(r"<[a-zA-Z][a-zA-Z0-9-]*(?:\s[^>]*)?/\Z")
_ENTITY = re.compile(r"&(?:[a-zA-Z]+|#[0-9]+|#x[0-9a-fA-F]+);")
_DOCTYPE = re.compile(r"<!DOCTYPE\s+html", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\s[a-zA-Z-]+=\s*[\"'][^\"']*[\"']")


def contains_html(text: str) -> bool:
    """Whether two signs of HTML are there: a common element, a document type and a pair of tags count as two."""
    if "<" not in text and "&" not in text:
        return False
    inside = text[: text.rfind(">") + 1]
    opening, closing = _OPENING.search(inside) is not None, _CLOSING.search(inside) is not None
    signs = 2 * (opening and closing) or int(opening or closing)
    signs += 2 * (_COMMON.search(text) is not None) + 2 * (_DOCTYPE.search(text) is not None)
    signs += any(_EMPTY.search(piece) for piece in inside.split(">") if piece.endswith("/"))
    signs += _ENTITY.search(text) is not None
    start = text.find("<!--")
    signs += start >= 0 and text.find("-->", start + 4) >= 0
    signs += _ATTRIBUTE.search(text) is not None
    return signs >= 2


def html_problem(text: str) -> str | None:
    """Why the text as a whole is no HTML, in a few words; None when it is."""
    text = text.strip()
    if not text:
        return "it is empty"
    if len(text) > MAX_CHARS:
        return f"it is longer than {MAX_CHARS:,} characters"
    if text[:5].lower() == "<?xml":
        return "it is XML"
    body = _Body()
    for token in html_tokens(text):
        body.take(token)
    if body.loose_text and not body.has_body:
        return "there is text outside of any element"
    return None if body.recognised else "there is no element of HTML in it"


class _Body:
    """What the parser's tree comes to: open elements, whether text lies directly in the body, what was recognised."""

    def __init__(self) -> None:
        self.loose_text = self.has_body = self.recognised = False
        self._begun = self._open_head = False
        self._open: list[str] = []
        self._formatting: list[str] = []

    def take(self, token: HtmlToken) -> None:
        """The next token."""
        if token.kind == "text":
            self._text(token.value)
        elif token.kind == "start":
            self._start(token.value, closed=token.closed)
        else:
            self._end(token.value)

    def _text(self, text: str) -> None:
        if not text.strip("\t\n\f\r \0"):
            return
        self._begun = True
        inside = self._open
        if inside and inside[-1] in _IN_TABLE:
            inside = inside[: len(inside) - 1 - inside[::-1].index("table")] if "table" in inside else []
        if not inside and not self._formatting and text.strip():
            self.loose_text = True

    def _start(self, name: str, *, closed: bool) -> None:
        if name in _WRAPPERS:
            self.recognised |= not self._begun and not (name == "html" and self._open_head)
            self.has_body |= name == "body" and not self._begun
            self._begun |= name == "body"
            self._open_head |= name != "body"
            return
        if name in _CELLS and "table" not in self._open:
            self._begun = True
            return
        self._open_head = True
        self._begun |= name not in RAW_TEXT | _VOID or name in {"br", "img", "input", "hr", "textarea"}
        self.recognised |= name in ELEMENTS or "-" in name
        if name in _CLOSES_P and "p" in self._open:
            self._end("p")
        if name in _VOID or (closed and ("svg" in self._open or "math" in self._open or name in {"svg", "math"})):
            return
        self._open.append(name)
        if name in _FORMATTING:
            self._formatting.append(name)

    def _end(self, name: str) -> None:
        if name == "br" or (name == "p" and self._begun and "p" not in self._open):
            self._begun = self.recognised = True
        self._begun |= name in {"html", "body"}
        if name in self._formatting:
            self._formatting.reverse()
            self._formatting.remove(name)
            self._formatting.reverse()
        if name in self._open:
            del self._open[len(self._open) - 1 - self._open[::-1].index(name) :]
