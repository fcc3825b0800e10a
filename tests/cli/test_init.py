"""A new project works at once, and nothing that was there is changed."""

from pathlib import Path

import pytest

from assay.author.project import find_project
from assay.cli.ci import ci
from assay.evaluate.suite import load_suite

FILES = [".gitignore", "assay.yaml", "datasets/sentiment.jsonl", "prompts/sentiment.prompt.md", "suites/sentiment.yaml"]


def made(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_it_makes_its_files_and_says_how_to_go_on(assay, project):
    done = assay("init", "my-project")

    assert (done.status, made(project / "my-project")) == (0, FILES)
    assert done.out.splitlines() == [f"made my-project/{file}" for file in sorted(FILES, key=lambda f: f.strip("."))]
    assert "  cd my-project\n  assay eval suites/sentiment.yaml\n" in done.err


def test_in_the_current_folder_there_is_nowhere_to_go(assay, project):
    done = assay("init")

    assert (done.status, made(project)) == (0, FILES)
    assert "cd " not in done.err


@pytest.mark.parametrize(
    ("folder", "name"), [("my-project", "my-project"), ("My Café 2", "my-caf-2"), ("é", "my-project")]
)
def test_the_project_is_named_after_its_folder(assay, project, folder, name):
    assay("init", folder)

    document = find_project(project / folder).document
    assert document is not None
    assert document.value == {"project": name}


def test_every_command_that_it_names_works(assay, project, monkeypatch):
    assay("init", "here")
    monkeypatch.chdir(project / "here")

    assert assay("render", "sentiment", "-i", "review=Not bad at all.").status == 0
    assert assay("lint").status == 0
    assert assay("lock", "--check").status in {0, 2}
    suite = load_suite(find_project(Path.cwd()), Path("suites/sentiment.yaml"))
    assert suite.name == "sentiment"


@pytest.mark.parametrize("file", ["assay.yaml", "prompts/sentiment.prompt.md"])
def test_a_file_that_exists_stops_it_before_it_makes_any(assay, project, file):
    (project / file).parent.mkdir(exist_ok=True)
    (project / file).write_text("mine")

    done = assay("init", ".")

    assert (done.status, done.err.splitlines()[0]) == (2, f"error: {file} exists already")
    assert made(project) == [file]


def test_what_assay_writes_is_not_for_git(assay, project):
    assay("init")
    out = next(option.default for option in ci.params if option.name == "out")

    assert {".assay/", f"{out}/"} <= set((project / ".gitignore").read_text().splitlines())


def test_a_gitignore_of_ones_own_stays(assay, project):
    (project / ".gitignore").write_text("mine")

    assert assay("init").status == 0
    assert (project / ".gitignore").read_text() == "mine"


def test_a_place_where_it_cannot_write_is_one_sentence(assay, project):
    (project / "taken").write_text("a file, not a folder")

    done = assay("init", "taken/inside")

    assert done.status == 2
    assert done.err.startswith("error: taken/inside/assay.yaml cannot be written: ")
