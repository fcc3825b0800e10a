"""A person reads a run: why samples failed, and everything about one case, without a call."""

import re
import subprocess

import pytest


@pytest.fixture
def ran(small, here, sorter, against):
    here("eval", "suites/sort.yaml", *against(sorter))
    return sorter


def test_failures_are_told_by_code_and_in_groups(small, here, ran):
    told, found = here("failures", "last"), here("failures", "last", "--json").json()

    assert found["codes"] == {"baseline": {"wrong-answer": 3}, "candidate": {"wrong-answer": 1}}
    assert sum(group["n"] for group in found["groups"]) == 4
    assert all(sum(group["variants"].values()) == group["n"] for group in found["groups"])
    assert "a grader says that the answer is wrong" in told.out
    assert "baseline: 3 samples did not pass" in told.out
    assert "Samples that are alike, the largest groups first" in told.out
    assert re.search(r"baseline \d(, candidate 1)?; \d cases?: t-\d", told.out)
    assert here("failures", "last", "--variant", "candidat").status == 2


def test_a_case_is_explained_from_what_is_on_disk(small, here, ran):
    asked = len(ran.requests)
    told = here("explain", "t-005")
    same = here("eval", "suites/sort.yaml", "--explain", "t-005")
    found = here("explain", "t-005", "--json").json()

    assert told.out == same.out
    assert "[ticket, developer] Ticket 5 is about" in told.out or "[ticket, user] Ticket 5 is about" in told.out
    assert "failed (wrong-answer)" in told.out
    assert "baseline 0 of 1, candidate 1 of 1 passed" in told.out
    assert [sample["failure"] for sample in found["samples"]] == ["wrong-answer", None]
    assert found["messages"]["baseline"][0]["content"] == "Sort the ticket."
    assert len(ran.requests) == asked


def test_a_version_that_is_gone_is_said(small, here, ran):
    path = small.root / "prompts/sort-1.prompt.md"
    path.write_text(path.read_text().replace("Sort the ticket.", "Sort it."))

    told = " ".join(here("explain", "t-005").out.split())
    assert "is neither among the project's files nor in the last 50 commits" in told


def in_git(small, text: str | None = None, note: str = "next") -> None:
    """Commit all there is, with another system message of the first prompt if there is one."""
    path = small.root / "prompts/sort-1.prompt.md"
    if text is not None:
        path.write_text(re.sub(r"(?<=system:\n).*", text, path.read_text()))
    for arguments in (("init", "-q"), ("add", "."), ("commit", "-q", "--allow-empty", "-m", note)):
        subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments], cwd=small.root, check=True)


@pytest.mark.parametrize(
    ("baseline", "after"),
    [
        pytest.param("desk.sort@git:HEAD", "edited", id="at-head-and-edited"),
        pytest.param("desk.sort@git:HEAD", "committed", id="at-head-and-committed-over"),
        pytest.param("../prompts/sort-1.prompt.md@git:HEAD~2", "committed", id="further-back-by-path"),
        pytest.param("../prompts/sort-1.prompt.md@git:aside", "committed", id="on-a-branch-of-its-own"),
        pytest.param("../prompts/sort-1.prompt.md", "committed", id="file-that-was-committed-over"),
    ],
)
def test_a_version_that_git_has_is_explained_after_the_prompt_changed(small, here, sorter, against, baseline, after):
    in_git(small)
    (small.root / "prompts/sort-2.prompt.md").unlink()  # one file is the prompt, and Git has its versions
    if baseline.endswith("HEAD~2"):
        in_git(small, "Sort with care.")
    if baseline.endswith("aside"):
        subprocess.run(["git", "branch", "-q", "aside"], cwd=small.root, check=True)
        in_git(small, "Sort with care.")
        subprocess.run(["git", "checkout", "-q", "--orphan", "new"], cwd=small.root, check=True)
    suite = (small.root / "suites/sort.yaml").read_text()
    suite = suite.replace("../prompts/sort-1.prompt.md", baseline).replace("sort-2", "sort-1")
    small.write("suites/sort.yaml", suite)
    in_git(small)
    ended = here("eval", "suites/sort.yaml", *against(sorter)).status
    for n in range(3):
        if after == "committed":
            in_git(small, f"Sort it in another way, {n}.")
    path = small.root / "prompts/sort-1.prompt.md"
    path.write_text(re.sub(r"(?<=system:\n).*", "Sort it, edited.", path.read_text()))

    found = here("explain", "t-005", "--json").json()

    assert ended in (0, 1, 3)
    assert found["messages"]["baseline"][0]["content"] == "Sort the ticket."


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("explain", "t-999"), "has no case 't-999'"),
        (("eval", "--explain", "t-005"), "--explain takes one suite"),
        (("failures", "nothing"), "there is no run 'nothing'"),
    ],
)
def test_mistakes_get_a_sentence(small, here, ran, arguments, what):
    done = here(*arguments)

    assert done.status == 2
    assert what in done.err
