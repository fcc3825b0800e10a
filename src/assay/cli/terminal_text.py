"""Text for a terminal of unknown powers: nothing in it acts, and nothing in it fails to be encoded.

Says nothing about colour or layout.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from assay.cli.output import plain

if TYPE_CHECKING:
    from rich.console import Console

_OURS = "✓✗…−×·–⏎━─"
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " "})
_ASCII = str.maketrans({"✓": "+", "✗": "x", "…": "...", "−": "-", "×": "x", "·": "|", "–": "-"})


@dataclass(frozen=True, slots=True)
class TerminalText:
    """What a stream can print.

    Attributes:
        encoding: The stream's.
        ascii_only: Whether it lacks the signs that we use.
    """

    encoding: str
    ascii_only: bool

    @classmethod
    def of(cls, console: "Console") -> Self:
        """What this console's stream can print."""
        encoding = console.encoding or "ascii"
        try:
            _OURS.encode(encoding)
        except (UnicodeEncodeError, LookupError):
            return cls(encoding, ascii_only=True)
        return cls(encoding, ascii_only=False)

    def safe(self, text: str) -> str:
        """The text with control characters made visible, our signs replaced where they must be, the rest escaped."""
        shown = plain(text.translate(_SPACES))
        if self.ascii_only:
            shown = shown.translate(_ASCII)
        try:
            return shown.encode(self.encoding, "backslashreplace").decode(self.encoding)
        except LookupError:
            return shown.encode("ascii", "backslashreplace").decode()

    def one_line(self, text: str, width: int) -> str:
        """The beginning of a text on one line of at most so many columns."""
        from rich.cells import cell_len, set_cell_size  # noqa: PLC0415 - costs start-up time

        head = text[: 4 * width].replace("\r\n", "\n").replace("\t", " ")
        flat = self.safe(head.replace("\n", "\\n" if self.ascii_only else "⏎"))
        if cell_len(flat) <= width and len(text) <= 4 * width:
            return flat
        dots = "..." if self.ascii_only else "…"
        return set_cell_size(flat, width - len(dots)).rstrip() + dots
