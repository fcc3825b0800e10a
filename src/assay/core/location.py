"""A place in a text file, and in the document that it holds."""

from dataclasses import dataclass

Path = tuple[str | int, ...]


def format_path(path: Path) -> str:
    """A document path as people write it: ``inputs.ticket.examples[0]``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text


@dataclass(frozen=True, slots=True)
class Location:
    """A file, with 1-based line and column where known, and the path in the document where there is one."""

    file: str
    line: int | None = None
    column: int | None = None
    path: str | None = None

    def __str__(self) -> str:
        place = self.file
        if self.line is not None:
            place += f":{self.line}"
            if self.column is not None:
                place += f":{self.column}"
        if self.path:
            place += f" ({self.path})"
        return place

    def as_dict(self) -> dict[str, object]:
        """JSON-ready data; what is not known is left out."""
        fields = {"file": self.file, "line": self.line, "column": self.column, "path": self.path or None}
        return {name: value for name, value in fields.items() if value is not None}
