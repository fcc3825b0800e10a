"""Cutting a prompt file of another dialect into its YAML front matter and its body."""

from dataclasses import dataclass

from assay.core.document import Document, parse_document
from assay.core.errors import BadInput
from assay.core.location import Location, Path

_FENCES = ("---", "+++")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The front matter of a file, and what follows it.

    Attributes:
        document: The front matter; an empty mapping where there is none.
        body: The text after it, without the white space around it.
        line: The line on which the body starts.
        given: Whether there was front matter at all.
    """

    document: Document
    body: str
    line: int
    given: bool

    @property
    def values(self) -> dict[str, object]:
        """The entries."""
        value = self.document.value
        assert isinstance(value, dict)
        return value

    def get(self, *path: str) -> object:
        """The value at that path, or None."""
        value: object = self.values
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        return value

    def mapping(self, *path: str) -> dict[str, object]:
        """The mapping at that path; empty when there is nothing.

        Raises:
            BadInput: There is something else.
        """
        value = self.get(*path)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.wrong(path, "a mapping")
        return value

    def text(self, *path: str) -> str | None:
        """The text at that path; a number is taken for its digits."""
        value = self.get(*path)
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        raise self.wrong(path, "text")

    def wrong(self, path: Path, want: str) -> BadInput:
        """The error for an entry that is not what is wanted."""
        place = self.document.at(*path)
        return BadInput(f"{place.path} is not {want}", hint=f"write {want}", code="exchange.wrong_type", where=place)

    def line_of(self, *path: str | int) -> int | None:
        """The line on which that entry's key stands."""
        if not self.given:
            return None
        return self.document.at_key(*path).line if path and isinstance(path[-1], str) else self.document.at(*path).line


def split_front_matter(text: str, file: str) -> FrontMatter:
    """The front matter and the body of a file.

    Comment lines and blank lines may stand before the first fence.

    Raises:
        BadInput: The front matter is not closed, is not YAML, or is not a mapping.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    start = next((i for i, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines))
    if start == len(lines) or lines[start].strip() not in _FENCES:
        return FrontMatter(Document(file, {}, {}, {}), "\n".join(lines), 1, given=False)
    end = next((i for i in range(start + 1, len(lines)) if lines[i].rstrip() in _FENCES), None)
    if end is None:
        raise BadInput(
            "the front matter is not closed",
            hint="end it with a line '---'",
            code="exchange.front_matter",
            where=Location(file, start + 1),
        )
    document = parse_document("\n".join(lines[start + 1 : end]), file=file, first_line=start + 2)
    if document.value is None:
        document = Document(file, {}, document.marks, document.keys)
    if not isinstance(document.value, dict):
        raise BadInput(
            "the front matter is not a mapping of keys to values",
            hint="write 'key: value' lines",
            code="exchange.front_matter",
            where=Location(file, start + 2),
        )
    blank = next((i for i in range(end + 1, len(lines)) if lines[i].strip()), end + 1)
    return FrontMatter(document, "\n".join(lines[end + 1 :]).strip(), blank + 1, given=True)
