"""Which folder is the project."""

from pathlib import Path

import pytest

from assay.author.project import PROJECT_FILE, Project, find_project
from assay.core.errors import BadInput


def test_the_nearest_folder_upward_with_a_project_file_is_the_project(project: Path) -> None:
    (project / "a" / "b").mkdir(parents=True)
    (project / PROJECT_FILE).write_text("model: x/y\n")
    (project / "a" / PROJECT_FILE).write_text("model: z/y\n")
    (project / "a" / "b" / "f.md").write_text("")

    assert find_project(project).root == project
    assert find_project(project / "a" / "b").root == project / "a"
    assert find_project(project / "a" / "b" / "f.md").root == project / "a"
    assert find_project(project / "a" / "nope.md").root == project / "a"


def test_without_one_it_is_the_folder_itself(project: Path) -> None:
    found = find_project(project)

    assert found == Project(project, None)


def test_its_settings_keep_their_places(project: Path) -> None:
    (project / PROJECT_FILE).write_text("lint:\n  token_budget: 5\n")
    document = find_project(project).document

    assert document is not None
    assert str(document.at("lint", "token_budget")) == "assay.yaml:2:17 (lint.token_budget)"


@pytest.mark.parametrize(("data", "what"), [(b"a: [", "not valid YAML"), (b"\xff", "not UTF-8")])
def test_a_project_file_that_cannot_be_read_is_one_sentence(project: Path, data: bytes, what: str) -> None:
    (project / PROJECT_FILE).write_bytes(data)

    with pytest.raises(BadInput, match=what) as caught:
        find_project(project)
    assert caught.value.where is not None
    assert caught.value.where.file == "assay.yaml"


def test_paths_are_told_relative_to_it(project: Path) -> None:
    found = Project(project, None)

    assert found.relative(project / "a" / "b.md") == "a/b.md"
    assert found.relative(Path("a/../b.md")) == "b.md"
    assert found.relative(project.parent) is None
    assert found.source.root == project
