"""Where a project's files are read from: the working tree, or a revision in Git.

Paths are relative to the project's folder, with ``/``. Nothing outside it can be read: not by ``..``,
not by an absolute path, not through a symbolic link.
"""

import os
import subprocess
from pathlib import Path, PurePosixPath
from typing import Protocol

from assay.core.errors import BadInput
from assay.core.location import Location

PROMPT_SUFFIXES = (".prompt.md", ".prompt.yaml", ".prompt.yml")
MAX_FILE_BYTES = 2_000_000

_SKIPPED = {"node_modules", "build", "dist", "site", "venv", "__pycache__"}


class Source(Protocol):
    """A tree of files."""

    root: Path

    def read(self, path: str, *, where: Location | None = None) -> str:
        """The text of a file; ``where`` is the place that named it, for messages."""
        ...

    def peek(self, path: str) -> str:
        """The same of a file that is only looked through, to see whether it is the one that is meant."""
        ...

    def has(self, path: str) -> bool:
        """Whether there is a file with that path."""
        ...

    def prompts(self) -> list[str]:
        """The paths of all prompt files, sorted."""
        ...

    def name(self, path: str) -> str:
        """The file as messages name it."""
        ...


class WorkingTree:
    """The files as they are now."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def read(self, path: str, *, where: Location | None = None) -> str:
        """The text of a file."""
        target = self.locate(path, where=where)
        try:
            if target.stat().st_size > MAX_FILE_BYTES:
                raise _too_large(self.name(path), where)
            return decode(target.read_bytes(), self.name(path))
        except OSError as error:
            raise unreadable(self.name(path), error, where) from None

    def peek(self, path: str) -> str:
        """The same of a file that is only looked through."""
        return self.read(path)

    def locate(self, path: str, *, where: Location | None = None) -> Path:
        """Where the file lies, for what is read as a stream or run; it need not exist.

        Raises:
            BadInput: It lies outside the project's folder.
        """
        target = self.root / inside(path, where)
        try:
            within = target.resolve().is_relative_to(self.root)
        except (OSError, RuntimeError):  # a circle of symbolic links, or a name that is too long
            within = True  # opening it says what is wrong
        if not within:
            raise _outside(path, where)
        return target

    def has(self, path: str) -> bool:
        """Whether there is a file with that path."""
        return (self.root / path).is_file()

    def prompts(self) -> list[str]:
        """The paths of all prompt files, sorted; hidden folders and those of tools are left out."""
        found: list[str] = []
        for folder, folders, files in os.walk(self.root):
            folders[:] = [f for f in folders if not f.startswith(".") and f not in _SKIPPED]
            found += [
                (Path(folder) / f).relative_to(self.root).as_posix() for f in files if f.endswith(PROMPT_SUFFIXES)
            ]
        return sorted(found)

    def name(self, path: str) -> str:
        """The path as seen from the current folder, where that is shorter."""
        absolute = self.root / path
        relative = os.path.relpath(absolute)
        return relative if len(relative) <= len(str(absolute)) else str(absolute)


class WatchedTree(WorkingTree):
    """The files as they are now, with a note of each that is read or run, and not of those that are looked through.

    Args:
        root: The project's folder.
        read: Takes the paths.
    """

    def __init__(self, root: Path, read: set[str]) -> None:
        super().__init__(root)
        self._read = read

    def peek(self, path: str) -> str:
        """The text of a file, without a note of it."""
        return WorkingTree(self.root).read(path)

    def locate(self, path: str, *, where: Location | None = None) -> Path:
        """Where the file lies."""
        target = super().locate(path, where=where)
        self._read.add(inside(path, where))
        return target


class GitTree:
    """The files at a revision, read through the ``git`` command."""

    def __init__(self, root: Path, revision: str) -> None:
        self.root = root.resolve()
        self.revision = revision
        if self._git("rev-parse", "--git-dir") is None:
            raise BadInput(
                f"the folder {self.root.name}/ is in no Git repository",
                hint="make one with 'git init' and a commit, or compare two files",
                code="source.no_repository",
            )
        if revision.startswith("-") or self._git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}") is None:
            raise BadInput(
                f"Git knows no revision {revision!r} in {self.root.name}/",
                hint="name a branch, a tag or a commit of this repository",
                code="source.revision",
            )

    def read(self, path: str, *, where: Location | None = None) -> str:
        """The text of a file."""
        data = self._git("cat-file", "blob", f"{self.revision}:./{inside(path, where)}")
        if data is None:
            raise BadInput(
                f"{path} does not exist at {self.revision}",
                hint="name a revision that has it",
                code="source.missing",
                where=where,
            )
        if len(data) > MAX_FILE_BYTES:
            raise _too_large(self.name(path), where)
        return decode(data, self.name(path))

    def peek(self, path: str) -> str:
        """The same of a file that is only looked through."""
        return self.read(path)

    def fork(self) -> "GitTree":
        """The tree of the commit at which the current one parted from this revision; this one where there is none."""
        found = self._git("merge-base", self.revision, "HEAD")
        return GitTree(self.root, found.decode().strip()) if found else self

    def changed(self) -> set[str]:
        """The paths that differ between the revision and the files as they are now; new and deleted ones too."""
        tracked = self._git("diff", "--name-only", "--no-renames", "--relative", "-z", self.revision, "--", ".")
        new = self._git("ls-files", "--others", "--exclude-standard", "-z", "--", ".")
        listed = (tracked or b"") + (new or b"")
        return {path for path in listed.decode("utf-8", "surrogateescape").split("\0") if path}

    def commits(self, *paths: str, most: int) -> list[str]:
        """The last commits up to the revision that changed one of the paths, newest first."""
        listed = self._git("log", f"--max-count={most}", "--format=%H", self.revision, "--", *paths)
        return (listed or b"").decode().split()

    def has(self, path: str) -> bool:
        """Whether there is a file with that path."""
        return self._git("cat-file", "-e", f"{self.revision}:./{path}") is not None

    def prompts(self) -> list[str]:
        """The paths of all prompt files, sorted."""
        listed = self._git("ls-tree", "-r", "-z", "--name-only", self.revision, ".") or b""
        return sorted(p for p in listed.decode("utf-8", "replace").split("\0") if p.endswith(PROMPT_SUFFIXES))

    def name(self, path: str) -> str:
        """The path with its revision."""
        return f"{self.revision}:{path}"

    def _git(self, *arguments: str) -> bytes | None:
        """What the command prints, or None when it fails."""
        try:
            done = subprocess.run(["git", *arguments], cwd=self.root, capture_output=True, check=False, timeout=30)
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout if done.returncode == 0 else None


def inside(path: str, where: Location | None = None) -> str:
    """The path, if it stays inside the project's folder by its own words.

    Raises:
        BadInput: It is absolute, or climbs out with ``..``.
    """
    parts: list[str] = []
    for part in PurePosixPath(path).parts:
        if part == "..":
            if not parts:
                raise _outside(path, where)
            parts.pop()
        else:
            parts.append(part)
    if PurePosixPath(path).is_absolute() or "\\" in path or "\0" in path:
        raise _outside(path, where)
    return "/".join(parts)


def read_text(path: Path, file: str) -> str:
    """The text of a file that a person named; ``file`` is how messages name it.

    Raises:
        BadInput: It cannot be read, or is not UTF-8.
    """
    try:
        return decode(path.read_bytes(), file)
    except OSError as error:
        raise unreadable(file, error) from None


def decode(data: bytes, file: str) -> str:
    """UTF-8 text with plain line feeds and no byte order mark.

    Raises:
        BadInput: The bytes are not UTF-8; the place is the line of the first bad byte.
    """
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadInput(
            f"the file is not UTF-8: byte 0x{data[error.start]:02x} on this line",
            hint="save it as UTF-8",
            code="source.not_utf8",
            where=Location(file, line),
        ) from None


def unreadable(file: str, error: OSError, where: Location | None = None) -> BadInput:
    """The error for a file that cannot be opened; ``where`` is the place that named it."""
    reason = (error.strerror or type(error).__name__).lower()
    return BadInput(
        f"{file} cannot be read: {reason}",
        hint="check the path and its permissions",
        code="source.unreadable",
        where=where,
    )


def _outside(path: str, where: Location | None) -> BadInput:
    return BadInput(
        f"the path {path!r} leads out of the project's folder",
        hint="name a file inside the project, relative and without '..'",
        code="source.outside",
        where=where,
    )


def _too_large(file: str, where: Location | None) -> BadInput:
    return BadInput(
        f"{file} is larger than {MAX_FILE_BYTES // 1_000_000} MB",
        hint="a prompt and its partials are small text files",
        code="source.too_large",
        where=where,
    )
