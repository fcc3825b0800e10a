"""References to prompts: by path, by name, and by name with a version, a digest or a Git revision.

prompts/triage.prompt.md          a file
support.triage                    the file with that name; of several, the highest version
support.triage@1.0.0              the one whose file claims that version
support.triage@sha256:4f1c…       the one with that digest (eight digits or more are enough)
support.triage@git:main           the one that a Git revision has; a path works here too
"""

import re
from pathlib import Path

from assay.author.parse import load_prompt
from assay.author.project import Project
from assay.author.source import PROMPT_SUFFIXES, GitTree, Source
from assay.author.types import Prompt
from assay.author.version import digest_of
from assay.core.errors import BadInput, unknown_name
from assay.core.location import Location

_NAMED = re.compile(r"^[\"']?prompt[\"']?[ \t]*:[ \t]*[\"']?([\w.-]+)", re.MULTILINE)


def is_path(reference: str) -> bool:
    """Whether a reference names a file rather than a prompt."""
    bare = reference.split("@git:", maxsplit=1)[0]
    return bare.endswith(PROMPT_SUFFIXES) or "/" in bare


def resolve(project: Project, reference: str, *, folder: Path | None = None, where: Location | None = None) -> Prompt:
    """The prompt that the reference names.

    Args:
        project: Where names are looked up.
        reference: One of the forms above.
        folder: What paths are relative to; the current folder when None.
        where: The place that holds the reference, for messages.

    Raises:
        BadInput: Nothing, or more than one thing, has that name; or the file is not a prompt.
    """
    bare, _, selector = reference.partition("@")
    source: Source = project.source
    if selector.startswith("git:"):
        try:
            source = GitTree(project.root, selector.removeprefix("git:"))
        except BadInput as error:
            error.where = where
            raise
        selector = ""
    if is_path(bare):
        return load_prompt(source, _inside(project, bare, folder, where), where=where)
    found = _named(source, bare, where)
    if selector.startswith("sha256:"):
        return _by_digest(found, selector, reference, where)
    if selector:
        return _by_version(found, selector, reference, where)
    return _highest(found, reference, where)


def _inside(project: Project, path: str, folder: Path | None, where: Location | None) -> str:
    relative = project.relative((folder or Path.cwd()) / path)
    if relative is None:
        raise BadInput(
            f"{path} lies outside the project's folder, {project.root}",
            hint="name a file inside it, or add an 'assay.yaml' to the folder that holds both",
            code="reference.outside",
            where=where,
        )
    return relative


def _named(source: Source, name: str, where: Location | None) -> list[Prompt]:
    names: dict[str, str] = {}
    unread: list[BadInput] = []
    for path in source.prompts():
        try:
            claimed = name_in(source.peek(path))
        except BadInput as error:
            unread.append(error)  # another prompt's file is no reason to refuse this one
            continue
        if claimed is not None:
            names[path] = claimed
    found = [path for path in names if names[path] == name]
    if not found and unread:
        raise unread[0]
    if not found:
        raise unknown_name("prompt", name, set(names.values()), code="reference.unknown", where=where)
    return [load_prompt(source, path, where=where) for path in found]


def name_in(text: str) -> str | None:
    """The name that a prompt file's text claims, without reading it whole."""
    found = _NAMED.search(text)
    return None if found is None else found[1]


def _by_digest(found: list[Prompt], digest: str, reference: str, where: Location | None) -> Prompt:
    if len(digest) < len("sha256:") + 8:
        raise BadInput(
            f"{reference!r} gives too few digits of the digest",
            hint="write at least eight",
            code="reference.digest",
            where=where,
        )
    return _only([p for p in found if digest_of(p).startswith(digest)], found, reference, where)


def _by_version(found: list[Prompt], version: str, reference: str, where: Location | None) -> Prompt:
    return _only([p for p in found if p.version == version], found, reference, where)


def _highest(found: list[Prompt], reference: str, where: Location | None) -> Prompt:
    best = max(_order(p) for p in found)
    return _only([p for p in found if _order(p) == best], found, reference, where)


def _order(prompt: Prompt) -> tuple[int, ...]:
    return tuple(int(part) for part in (prompt.version or "0.0.0").split("."))


def _only(chosen: list[Prompt], found: list[Prompt], reference: str, where: Location | None) -> Prompt:
    if len(chosen) == 1:
        return chosen[0]
    listed = ", ".join(f"{p.file} (version {p.version or 'none'}, {digest_of(p)[:15]}…)" for p in chosen or found)
    what = f"{len(chosen)} files answer to {reference!r}: {listed}" if chosen else f"no file answers to {reference!r}"
    hint = "name the file itself, or give them different versions" if chosen else f"there is {listed}"
    raise BadInput(what, hint=hint, code="reference.ambiguous" if chosen else "reference.unknown", where=where)
