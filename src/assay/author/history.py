"""A prompt's version found again by its digest, in the commits of the Git repository that holds the project.

The working tree is ``reference.py``'s. What was never committed cannot be found here.
"""

from collections.abc import Iterator
from pathlib import Path

from assay.author.parse import load_prompt
from assay.author.source import GitTree
from assay.author.types import Prompt
from assay.author.version import digest_of
from assay.core.errors import BadInput

MOST_COMMITS = 50
"""How many commits that changed the prompt, or a partial, are looked at."""

_PARTIALS = ":(glob)**/partials/**"


def past_version(root: Path, path: str, digest: str, *, revision: str = "HEAD") -> Prompt | None:
    """The prompt with that digest, as a commit has it; None where none of the commits looked at does.

    Args:
        root: The project's folder.
        path: The prompt's file, relative to the project's folder.
        digest: What ``digest_of`` says of the version.
        revision: Looked at first, then the last commits up to it, and then those up to the current one.
    """
    for tree in _trees(root, revision, path):
        try:
            prompt = load_prompt(tree, path)
        except BadInput:
            continue  # the commit does not have the file, or has it broken
        if digest_of(prompt) == digest:
            return prompt
    return None


def _trees(root: Path, revision: str, path: str) -> Iterator[GitTree]:
    seen: set[str] = set()
    for start in dict.fromkeys((revision, "HEAD")):
        try:
            tree = GitTree(root, start)
        except BadInput:
            continue  # no repository, or a branch that is gone
        yield tree
        commits = [commit for commit in tree.commits(path, _PARTIALS, most=MOST_COMMITS) if commit not in seen]
        seen.update(commits)
        yield from (GitTree(root, commit) for commit in commits)
