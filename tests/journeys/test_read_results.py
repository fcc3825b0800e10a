"""A person reads a run: why samples failed, and everything about one case, without a call."""

import pytest


@pytest.fixture
def ran(small, here, sorter, against):
    here("eval", "suites/sort.yaml", *against(sorter))
    return sorter


def test_failures_are_told_by_code_and_in_groups(small, here, ran):
    told, found = here("failures", "last"), here("failures", "last", "--json").json()

    assert found["codes"] == {"baseline": {"wrong-answer": 3}, "candidate": {"wrong-answer": 1}}
    assert sum(group["n"] for group in found["groups"]) == 4
    assert "a grader says that the answer is wrong" in told.out
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

    assert "the project no longer has the version" in here("explain", "t-005").out


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
