"""Partials are pinned, and a prompt whose partial has changed since is refused until someone has looked."""

from pathlib import Path

import pytest


@pytest.fixture
def tone(project: Path, greet: Path) -> Path:
    """A partial that the prompt includes."""
    greet.write_text(greet.read_text().replace("Greet people", '{% include "tone" %}\nGreet people'))
    file = project / "partials/tone.md"
    file.parent.mkdir()
    file.write_text("Be brief.\n")
    return file


def test_it_writes_one_line_a_partial_and_then_has_nothing_to_do(assay, project, tone):
    first, second = assay("lock"), assay("lock")

    assert (first.status, first.out, first.err) == (0, "", "wrote prompts.lock: 1 partial\n")
    assert second.err == "prompts.lock is up to date: 1 partial\n"
    assert "  tone: sha256:" in (project / "prompts.lock").read_text()


def test_a_change_of_the_partial_is_refused_until_it_is_pinned(assay, tone):
    assay("lock")
    tone.write_text("Be long.\n")

    refused = assay("show", "greet")
    assert refused.status == 2
    assert "error: prompts.lock:4:9 (partials.tone): the partial 'tone' has changed since it was pinned" in refused.err
    assert "assay lock" in refused.err

    assert assay("lock").status == 0
    assert assay("show", "greet").status == 0


def test_check_writes_nothing_and_fails_when_the_file_would_change(assay, project, tone):
    missing = assay("lock", "--check")
    assert (missing.status, (project / "prompts.lock").exists()) == (2, False)

    assay("lock")
    assert assay("lock", "--check").status == 0

    tone.write_text("Be long.\n")
    before = (project / "prompts.lock").read_bytes()
    stale = assay("lock", "--check")
    assert (stale.status, stale.err.splitlines()[0]) == (2, "error: prompts.lock is not up to date")
    assert (project / "prompts.lock").read_bytes() == before


def test_a_project_without_partials_has_an_empty_lock_that_reads(assay, project, greet):
    assert assay("lock").err == "wrote prompts.lock: 0 partials\n"
    assert assay("show", "greet").status == 0


def test_a_project_that_has_nothing_to_pin_needs_no_lock_file(assay, project, greet):
    done = assay("lock", "--check")

    assert (done.status, done.err) == (0, "there are no partials to pin\n")
    assert not (project / "prompts.lock").exists()


def test_two_partials_of_one_name_are_refused(assay, project, tone):
    (project / "prompts/partials").mkdir()
    (project / "prompts/partials/tone.md").write_text("Another.\n")
    (project / "more").mkdir()
    (project / "more/other.prompt.md").write_text('---\nprompt: other\n---\nuser:\n{% include "tone" %}\n')

    done = assay("lock")

    assert done.status == 2
    assert "two different partials are named 'tone'" in done.err


@pytest.mark.parametrize("content", [b"\xff\xfe not text", b"partials: 3\n"])
def test_a_lock_file_that_cannot_be_read_is_written_anew(assay, project, tone, content):
    (project / "prompts.lock").write_bytes(content)

    assert assay("lock").status == 0
    assert assay("show", "greet").status == 0


def test_a_lock_file_that_cannot_be_written_is_one_sentence(assay, project, tone):
    (project / "prompts.lock").mkdir()

    done = assay("lock")

    assert done.status == 2
    assert done.err.startswith("error: prompts.lock cannot be written: ")
