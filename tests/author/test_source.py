"""Reading a project's files: those of the folder, or of a revision, and nothing outside."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.author.source import GitTree, WorkingTree, decode, inside
from assay.core.errors import BadInput
from assay.core.location import Location

HERE = Location("a.prompt.md", 5)


def git(folder: Path, *arguments: str) -> None:
    """Git, with nobody's own settings."""
    name = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "A"}
    environment = {
        **os.environ, **name, "GIT_COMMITTER_EMAIL": "a@example.com", "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }  # fmt: skip
    subprocess.run(["git", *arguments], cwd=folder, env=environment, check=True, capture_output=True)


@pytest.fixture
def repository(project: Path) -> Path:
    """A project in a subfolder of a repository, with two commits."""
    root = project / "team"
    (root / "partials").mkdir(parents=True)
    (root / "a.prompt.md").write_text("---\nprompt: a\n---\nfirst\n")
    (root / "partials" / "p.md").write_text("P\n")
    (project / "outside.md").write_text("outside\n")
    (root / "latin.prompt.md").write_bytes(b"Gr\xfc\xdfe")
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "one")
    git(project, "tag", "v1")
    (root / "a.prompt.md").write_text("---\nprompt: a\n---\nsecond\n")
    git(project, "commit", "-q", "-am", "two")
    (root / "a.prompt.md").write_text("---\nprompt: a\n---\nnot committed\n")
    return root


@pytest.mark.parametrize(
    "path",
    ["../x", "a/../../x", "..", "a/../..", "/etc/passwd", "//x", "a/../../../x", "..\\x", "C:\\x", "a\0b", "./../x"],
)
def test_a_path_that_leads_out_is_refused(path: str) -> None:
    with pytest.raises(BadInput, match="leads out of the project's folder") as caught:
        inside(path, HERE)

    assert caught.value.where == HERE


@pytest.mark.parametrize(
    ("path", "expected"), [("a", "a"), ("./a", "a"), ("a/./b", "a/b"), ("a/../b", "b"), ("a//b", "a/b"), ("...", "...")]
)
def test_a_path_inside_is_brought_into_one_form(path: str, expected: str) -> None:
    assert inside(path) == expected


@given(st.text(alphabet="./ab\\", max_size=12))
def test_whatever_is_let_through_lies_inside(path: str) -> None:
    try:
        found = inside(path)
    except BadInput:
        return

    assert (Path("/p/q") / found).resolve().is_relative_to("/p/q")
    assert os.path.normpath(f"/p/q/{path}") == os.path.normpath(f"/p/q/{found}")


def test_files_are_read_as_utf_8_with_plain_line_ends(project: Path) -> None:
    (project / "a.md").write_bytes("\ufeffé\r\nb\r\n".encode())

    assert WorkingTree(project).read("a.md") == "é\nb\n"


def test_bytes_that_are_not_utf_8_are_named_with_their_line() -> None:
    with pytest.raises(BadInput, match="byte 0xff") as caught:
        decode(b"a\nb\xffc", "a.md")

    assert str(caught.value.where) == "a.md:2"


@pytest.mark.parametrize("kind", ["file", "folder", "absolute", "through-a-link-inside"])
def test_a_symbolic_link_leads_nowhere_outside(
    project: Path, tmp_path_factory: pytest.TempPathFactory, kind: str
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "x.md").write_text("secret")
    root = project / "root"
    (root / "in").mkdir(parents=True)
    target = {
        "file": outside / "x.md",
        "folder": outside,
        "absolute": Path("/etc/passwd"),
        "through-a-link-inside": outside,
    }
    (root / "link").symlink_to(target[kind])
    if kind == "through-a-link-inside":
        (root / "in" / "second").symlink_to("../link")
    path = {"file": "link", "folder": "link/x.md", "absolute": "link", "through-a-link-inside": "in/second/x.md"}[kind]

    with pytest.raises(BadInput, match="leads out") as caught:
        WorkingTree(root).read(path)
    assert "secret" not in str(caught.value)


def test_a_link_inside_the_project_is_followed(project: Path) -> None:
    (project / "a.md").write_text("A")
    (project / "b.md").symlink_to("a.md")

    assert WorkingTree(project).read("b.md") == "A"


def test_a_circle_of_links_is_a_sentence(project: Path) -> None:
    (project / "a.md").symlink_to("b.md")
    (project / "b.md").symlink_to("a.md")

    with pytest.raises(BadInput, match=r"a\.md cannot be read"):
        WorkingTree(project).read("a.md")


def test_prompt_files_are_found_but_not_in_hidden_folders_or_those_of_tools(project: Path) -> None:
    for path in [
        "b.prompt.md",
        "x/a.prompt.yaml",
        "x/c.prompt.yml",
        ".git/d.prompt.md",
        "node_modules/e.prompt.md",
        "x/f.md",
    ]:
        (project / path).parent.mkdir(exist_ok=True)
        (project / path).write_text("")

    assert WorkingTree(project).prompts() == ["b.prompt.md", "x/a.prompt.yaml", "x/c.prompt.yml"]


def test_messages_name_a_file_as_one_would_type_it(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = WorkingTree(project)
    (project / "deep").mkdir()

    assert tree.name("a.md") == "a.md"
    monkeypatch.chdir(project / "deep")
    assert tree.name("a.md") == "../a.md"


def test_a_revision_has_the_files_as_they_were(repository: Path) -> None:
    assert "first" in GitTree(repository, "v1").read("a.prompt.md")
    assert "second" in GitTree(repository, "main").read("a.prompt.md")
    assert "second" in GitTree(repository, "HEAD").read("./a.prompt.md")
    assert "not committed" in WorkingTree(repository).read("a.prompt.md")
    assert GitTree(repository, "v1").read("partials/p.md") == "P\n"


def test_a_revision_knows_its_files(repository: Path) -> None:
    tree = GitTree(repository, "v1")

    assert tree.prompts() == ["a.prompt.md", "latin.prompt.md"]
    assert (tree.has("partials/p.md"), tree.has("partials/q.md")) == (True, False)
    assert tree.name("a.prompt.md") == "v1:a.prompt.md"


@pytest.mark.parametrize(
    ("revision", "path", "what"),
    [
        ("v9", "a.prompt.md", "Git knows no revision 'v9'"),
        ("--help", "a.prompt.md", "Git knows no revision '--help'"),
        ("main:team", "a.prompt.md", "Git knows no revision"),
        ("", "a.prompt.md", "Git knows no revision"),
        ("main", "nope.prompt.md", "nope.prompt.md does not exist at main"),
        ("main", "../outside.md", "leads out of the project's folder"),
        ("main", "partials", "does not exist at main"),
        ("main", "latin.prompt.md", "not UTF-8"),
    ],
)
def test_what_a_revision_does_not_have_is_one_sentence(repository: Path, revision: str, path: str, what: str) -> None:
    with pytest.raises(BadInput, match=what) as caught:
        GitTree(repository, revision).read(path)

    assert "\n" not in caught.value.what


def test_a_folder_without_a_repository_says_so(project: Path) -> None:
    with pytest.raises(BadInput, match="no Git repository"):
        GitTree(project, "main")
