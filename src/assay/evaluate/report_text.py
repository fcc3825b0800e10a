"""Text of models and cases, made fit for a page: clipped, and with nothing in it that acts unseen.

Escaping is the template's business; this is about characters that escaping leaves alone: controls, and the
marks that reorder the text around them.
"""

from dataclasses import dataclass

_PICTURES = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\t"} | {0x7F: 0x2421}
_NAMED = [*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029, 0xFEFF]
_VISIBLE = _PICTURES | {code: f"⟨U+{code:04X}⟩" for code in _NAMED}


@dataclass(frozen=True, slots=True)
class Clip:
    """The beginning of a text, and how many characters were left out."""

    text: str
    left_out: int = 0


def visible(text: str) -> str:
    """The text with control characters and reordering marks as signs that can be seen."""
    whole = text.replace("\r\n", "\n").translate(_VISIBLE)
    return whole.encode("utf-8", "replace").decode()


def clip(text: str, limit_chars: int) -> Clip:
    """At most ``limit_chars`` of a text; what would leave out less than a line is shown whole."""
    if len(text) <= limit_chars + 40:
        return Clip(visible(text))
    return Clip(visible(text[:limit_chars]), len(text) - limit_chars)


def one_line(text: str, limit_chars: int) -> str:
    """The text's beginning on one line."""
    flat = " ".join(text[: 4 * limit_chars].split())
    cut = len(flat) > limit_chars or len(text) > 4 * limit_chars
    return visible(flat[:limit_chars] + "…" if cut else flat)
