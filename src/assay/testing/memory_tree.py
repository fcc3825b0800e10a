"""A project's files held in memory: a ``Source`` for tests that need no folder."""

from collections.abc import Mapping
from pathlib import Path

from assay.author.parse import load_prompt
from assay.author.source import PROMPT_SUFFIXES, inside
from assay.author.types import Prompt
from assay.core.errors import BadInput
from assay.core.location import Location


class MemoryTree:
    """Files by path, as ``author.source.WorkingTree`` offers those of a folder."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.root = Path()
        self.files = dict(files)

    def read(self, path: str, *, where: Location | None = None) -> str:
        """The text of a file."""
        text = self.files.get(inside(path, where))
        if text is None:
            raise BadInput(f"{path} is not among the files", code="source.missing", where=where)
        return text

    def peek(self, path: str) -> str:
        """The same of a file that is only looked through."""
        return self.read(path)

    def has(self, path: str) -> bool:
        """Whether there is a file with that path."""
        return path in self.files

    def prompts(self) -> list[str]:
        """The paths of all prompt files, sorted."""
        return sorted(path for path in self.files if path.endswith(PROMPT_SUFFIXES))

    def name(self, path: str) -> str:
        """The file as messages name it: its path."""
        return path


def prompt_of(text: str, files: Mapping[str, str] | None = None, *, path: str = "p.prompt.md") -> Prompt:
    """The prompt that the text is, with the files that it includes or names."""
    return load_prompt(MemoryTree({**(files or {}), path: text}), path)
