"""The project: the folder of files that a team keeps in Git, found from where one stands."""

from dataclasses import dataclass, field
from pathlib import Path

from assay.author.source import WatchedTree, WorkingTree, read_text
from assay.core.document import Document, parse_document

PROJECT_FILE = "assay.yaml"


@dataclass(frozen=True, slots=True)
class Project:
    """A project's folder, and its ``assay.yaml`` if it has one."""

    root: Path
    document: Document | None

    @property
    def source(self) -> WorkingTree:
        """Its files as they are now."""
        return WorkingTree(self.root)

    def relative(self, path: Path) -> str | None:
        """The path relative to the project's folder, or None when it lies outside."""
        absolute = path.resolve()
        return absolute.relative_to(self.root).as_posix() if absolute.is_relative_to(self.root) else None


@dataclass(frozen=True, slots=True)
class WatchedProject(Project):
    """A project with a note of every file that is read; of prompts that are looked through, none is made.

    Attributes:
        reads: The paths, relative to the project's folder.
    """

    reads: set[str] = field(default_factory=set)

    @property
    def source(self) -> WorkingTree:
        """Its files as they are now."""
        return WatchedTree(self.root, self.reads)


def find_project(start: Path) -> Project:
    """The project around a folder or file: the nearest folder upward with an ``assay.yaml``, or the folder itself.

    Raises:
        BadInput: Its ``assay.yaml`` cannot be read.
    """
    here = start.resolve()
    if not here.is_dir():
        here = here.parent
    for folder in (here, *here.parents):
        file = folder / PROJECT_FILE
        if file.is_file():
            return Project(folder, _read(file))
    return Project(here, None)


def _read(file: Path) -> Document:
    name = WorkingTree(file.parent).name(file.name)
    return parse_document(read_text(file, name), file=name)
