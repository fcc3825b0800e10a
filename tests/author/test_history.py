"""A prompt's version is found by its digest in the commits that changed it, and not beyond a bound."""

import subprocess
from pathlib import Path

import pytest

from assay.author import history
from assay.author.history import past_version
from assay.author.parse import load_prompt
from assay.author.source import WorkingTree
from assay.author.version import digest_of

PATH = "p.prompt.md"
TEXT = """\
---
prompt: a.b
---
user:
{% include "tail" %}
Version WORD.
"""


@pytest.fixture
def past(tmp_path: Path):
    """A repository with four versions of a prompt, the last of the partial only; and their digests."""
    (tmp_path / "partials").mkdir()
    git(tmp_path, "init", "-q")
    digests = []
    for word, tail in (("one", "T"), ("two", "T"), ("three", "T"), ("three", "another T")):
        (tmp_path / PATH).write_text(TEXT.replace("WORD", word))
        (tmp_path / "partials/tail.md").write_text(f"{tail}\n")
        digests.append(digest_of(load_prompt(WorkingTree(tmp_path), PATH)))
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "-q", "-m", word)
    (tmp_path / PATH).write_text(TEXT.replace("WORD", "edited"))
    return tmp_path, digests


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments], cwd=folder, check=True)


@pytest.mark.parametrize("revision", ["HEAD", "HEAD~3", "gone"])
def test_every_committed_version_is_found_from_any_revision(past, revision):
    root, digests = past

    assert len(set(digests)) == 4
    assert [digest_of(past_version(root, PATH, digest, revision=revision)) for digest in digests] == digests


def test_a_version_on_a_branch_of_its_own_is_found_by_the_revision(past):
    root, _ = past
    git(root, "checkout", "-q", "-f", "-b", "aside")
    (root / PATH).write_text(TEXT.replace("WORD", "aside"))
    digest = digest_of(load_prompt(WorkingTree(root), PATH))
    git(root, "commit", "-q", "-a", "-m", "aside")
    git(root, "checkout", "-q", "-")

    assert past_version(root, PATH, digest, revision="aside") is not None
    assert past_version(root, PATH, digest) is None


def test_the_search_ends_at_the_bound(past, monkeypatch):
    root, digests = past
    monkeypatch.setattr(history, "MOST_COMMITS", 2)

    assert past_version(root, PATH, digests[2]) is not None
    assert past_version(root, PATH, digests[0]) is None


def test_without_a_repository_nothing_is_found(tmp_path):
    assert past_version(tmp_path, PATH, "sha256:0") is None
