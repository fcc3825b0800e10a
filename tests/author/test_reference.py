"""References: by path, by name, with a version, a digest or a revision."""

from pathlib import Path

import pytest

from assay.author.project import Project
from assay.author.reference import is_path, resolve
from assay.author.version import digest_of
from assay.core.errors import BadInput
from assay.core.location import Location

HERE = Location("suite.yaml", 3)


def write(folder: Path, file: str, name: str, version: str | None = None, text: str = "Hello.") -> None:
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    claim = f"version: {version}\n" if version else ""
    (folder / file).write_text(f"---\n{claim}prompt: {name}\n---\nuser:\n{text}\n")


@pytest.fixture
def known(project: Path) -> Project:
    write(project, "prompts/triage.prompt.md", "support.triage", "1.10.0", "new")
    write(project, "prompts/triage.old.prompt.md", "support.triage", "1.9.0", "old")
    write(project, "prompts/reply.prompt.md", "support.reply")
    return Project(project, None)


@pytest.mark.parametrize(
    ("reference", "file"),
    [
        ("prompts/reply.prompt.md", "prompts/reply.prompt.md"),
        ("./prompts/../prompts/reply.prompt.md", "prompts/reply.prompt.md"),
        ("support.reply", "prompts/reply.prompt.md"),
        ("support.triage", "prompts/triage.prompt.md"),
        ("support.triage@1.9.0", "prompts/triage.old.prompt.md"),
        ("support.triage@1.10.0", "prompts/triage.prompt.md"),
    ],
)
def test_each_form_names_its_file(known: Project, reference: str, file: str) -> None:
    assert resolve(known, reference).file == file


def test_paths_are_relative_to_the_folder_that_is_given(known: Project) -> None:
    assert resolve(known, "../prompts/reply.prompt.md", folder=known.root / "suites").name == "support.reply"
    assert resolve(known, str(known.root / "prompts/reply.prompt.md")).name == "support.reply"


def test_a_digest_names_its_version_by_eight_digits_or_more(known: Project) -> None:
    digest = digest_of(resolve(known, "support.triage@1.9.0"))

    assert resolve(known, f"support.triage@{digest}").version == "1.9.0"
    assert resolve(known, f"support.triage@{digest[:15]}").version == "1.9.0"


@pytest.mark.parametrize(
    ("reference", "what", "hint"),
    [
        ("support.triag", "no prompt is named 'support.triag'", "did you mean 'support.triage'?"),
        ("support.triage@2.0.0", "no file answers to 'support.triage@2.0.0'", "version 1.10.0"),
        ("support.triage@sha256:00000000", "no file answers to", "version 1.9.0"),
        ("support.triage@sha256:0000", "too few digits", "at least eight"),
        ("prompts/nope.prompt.md", "cannot be read", "check the path"),
        ("../outside.prompt.md", "lies outside the project's folder", "assay.yaml"),
        ("support.triage@git:main", "no Git repository", "git init"),
    ],
)
def test_what_nothing_answers_to_is_one_sentence(known: Project, reference: str, what: str, hint: str) -> None:
    with pytest.raises(BadInput, match=what) as caught:
        resolve(known, reference, where=HERE)

    assert hint in str(caught.value.hint)
    assert caught.value.where == HERE


def test_two_files_with_one_version_are_told_apart_by_no_name(known: Project) -> None:
    write(known.root, "prompts/copy.prompt.md", "support.triage", "1.10.0", "copy")

    with pytest.raises(BadInput, match=r"2 files answer to 'support\.triage'") as caught:
        resolve(known, "support.triage")
    assert "prompts/copy.prompt.md" in caught.value.what
    assert resolve(known, "support.triage@1.9.0").version == "1.9.0"


def test_another_prompts_broken_file_is_no_hindrance(known: Project) -> None:
    (known.root / "broken.prompt.md").write_bytes(b"\xff\xfe")
    (known.root / "empty.prompt.md").write_text("")

    assert resolve(known, "support.reply").name == "support.reply"
    with pytest.raises(BadInput, match="not UTF-8"):
        resolve(known, "support.unknown")


def test_a_name_far_down_in_the_front_matter_is_found(project: Path) -> None:
    inputs = "".join(f"  x{i}: string\n" for i in range(1_000))
    (project / "a.prompt.md").write_text(f"---\ninputs:\n{inputs}prompt: far.down\n---\nuser:\nprompt: other\n")

    assert resolve(Project(project, None), "far.down").name == "far.down"


@pytest.mark.parametrize(
    ("reference", "path"),
    [
        ("support.triage", False),
        ("a.prompt.md", True),
        ("x/y", True),
        ("a.prompt.yaml@git:main", True),
        ("a@git:x/y", False),
    ],
)
def test_a_path_is_told_from_a_name(reference: str, path: bool) -> None:
    assert is_path(reference) is path
