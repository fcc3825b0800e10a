"""Paths in a configuration: relative to its folder, inside the project, with globs as promptfoo orders them."""

import glob
from pathlib import Path

from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.promptfoo.types import CodeRef

JAVASCRIPT = (".js", ".cjs", ".mjs", ".ts", ".cts", ".mts")
_FILE = "file://"


class Files:
    """The files around a configuration.

    Args:
        folder: The configuration's folder.
        root: The project's; nothing outside it is read.
    """

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder.resolve()
        self.root = root.resolve()

    def locate(self, reference: str, where: Location | None = None, *, base: Path | None = None) -> Path:
        """The file that a reference names, with or without ``file://``.

        Raises:
            BadInput: It lies outside the project.
        """
        path = reference.removeprefix(_FILE)
        target = ((base or self.folder) / path).resolve()
        if not target.is_relative_to(self.root):
            raise BadInput(
                f"{reference!r} lies outside the project's folder, {self.root}",
                hint="move the file into the project, or run the configuration from the folder that holds both",
                code="promptfoo.outside",
                where=where,
            )
        return target

    def read(self, reference: str, where: Location | None = None, *, base: Path | None = None) -> str:
        """The text of the file.

        Raises:
            BadInput: It lies outside the project, or cannot be read as text.
        """
        return read_file(self.locate(reference, where, base=base), where)

    def glob(self, pattern: str, where: Location | None = None, *, base: Path | None = None) -> list[Path]:
        """The files that match, in promptfoo's order: each folder's from last to first."""
        pattern = pattern.removeprefix(_FILE)
        if not is_pattern(pattern):
            target = self.locate(pattern, where, base=base)
            return [target] if target.is_file() else []
        found = glob.glob(pattern, root_dir=base or self.folder, recursive=True)  # noqa: PTH207 - it takes a root
        located = [self.locate(name, where, base=base) for name in sorted(found, reverse=True)]
        return [path for path in located if path.is_file()]

    def code(self, reference: str, where: Location | None = None, *, base: Path | None = None) -> CodeRef:
        """The function that ``file://path.py:name`` names.

        Raises:
            BadInput: There is no such file, or it lies outside the project.
        """
        path, name = split_function(reference)
        target = self.locate(path, where, base=base)
        if not target.is_file():
            raise missing(reference, where)
        return CodeRef(target, name)

    def name(self, path: Path) -> str:
        """A path as messages and labels show it: relative to the configuration where it lies beneath."""
        return path.relative_to(self.folder).as_posix() if path.is_relative_to(self.folder) else str(path)


def read_file(path: Path, where: Location | None = None) -> str:
    """The text of a file, with a byte order mark removed.

    Raises:
        BadInput: It cannot be read as text.
    """
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise BadInput(
            f"{path} cannot be read: {reason.lower()}",
            hint="mend the path or the file",
            code="promptfoo.unreadable",
            where=where,
        ) from None


def missing(reference: str, where: Location | None) -> BadInput:
    """The error for a file that is not there."""
    return BadInput(
        f"there is no file {reference.removeprefix(_FILE)}",
        hint="paths are relative to the configuration's folder",
        code="promptfoo.missing_file",
        where=where,
    )


def split_function(reference: str) -> tuple[str, str | None]:
    """Path and function of ``path.py:name``; the function is None where none is named."""
    path, colon, name = reference.rpartition(":")
    if colon and is_code(path):
        return path, name or None
    return reference, None


def is_code(reference: str) -> bool:
    """Whether a path is that of JavaScript or Python."""
    return reference.endswith((*JAVASCRIPT, ".py"))


def is_javascript(path: Path) -> bool:
    """Whether a file is JavaScript."""
    return path.suffix in JAVASCRIPT


def is_pattern(path: str) -> bool:
    """Whether a path has wildcards."""
    return any(character in path for character in "*?[{")
