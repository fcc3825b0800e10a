"""Which suites a change touches: what each of them reads, held against what differs from a revision in Git.

A suite reads its own file, its datasets, its prompts with what they include, and its graders' files. What it
reads is noted while it is prepared (``author.project.WatchedProject``), so there is no second list to keep.
"""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from assay.author.lockfile import LOCK_FILE
from assay.author.project import PROJECT_FILE, Project
from assay.author.reference import name_in
from assay.author.source import PROMPT_SUFFIXES, GitTree
from assay.core.errors import BadInput

_FROM_THE_FORK = "..."
_NAMED_AT_MOST = 3


class Change:
    """What differs between a revision and the files as they are now.

    Args:
        project: The project.
        revision: A branch, a tag or a commit; with ``...`` behind it, the commit at which the current one parted
            from it.

    Raises:
        BadInput: There is no such revision, or no repository.
    """

    def __init__(self, project: Project, revision: str) -> None:
        self.revision = revision
        tree = GitTree(project.root, revision.removesuffix(_FROM_THE_FORK))
        self._tree = tree.fork() if revision.endswith(_FROM_THE_FORK) else tree
        self._root = project.root
        self.paths = self._tree.changed()

    def touches(self, reads: Iterable[str], prompts: Iterable[str]) -> list[str]:
        """The changed paths that matter to a suite, sorted; none when it is as it was.

        Args:
            reads: What the suite reads.
            prompts: The names of its prompts: a deleted file may have been a version of one of them.
        """
        found = (self.paths & (set(reads) | {PROJECT_FILE})) - {LOCK_FILE}
        folders = {PurePosixPath(path).parent for path in reads if path.endswith(".py")}
        for path in self.paths:
            if path.endswith(".py") and not folders.isdisjoint(PurePosixPath(path).parents):
                found.add(path)  # it may be imported by a grader beside or above it
        names = set(prompts)
        return sorted(found | {path for path in self.paths if self._was_a_version(path, names)})

    def _was_a_version(self, path: str, names: set[str]) -> bool:
        if not path.endswith(PROMPT_SUFFIXES) or (self._root / path).exists():
            return False
        try:
            return name_in(self._tree.read(path)) in names
        except BadInput:
            return False


def in_words(paths: list[str]) -> str:
    """Changed paths in a few words: ``prompts/a.prompt.md and 4 more``."""
    shown = ", ".join(paths[:_NAMED_AT_MOST])
    more = len(paths) - _NAMED_AT_MOST
    return f"{shown} and {more} more" if more > 0 else shown


def suites_of(project: Project) -> list[Path]:
    """The suite files in the project's folder ``suites``, sorted."""
    return sorted(path for path in (project.root / "suites").rglob("*.y*ml") if path.suffix in {".yaml", ".yml"})
