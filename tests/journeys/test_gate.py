"""A decision that can be made again from its folder, and that is not made by running until it comes out well."""

import json
import re

import pytest

EVAL = ("eval", "suites/sort.yaml", "--json")


def parts(found: dict[str, object]) -> dict[str, dict[str, object]]:
    return {part["rule"]: part for part in found["gate"]}


def change(desk, path: str, old: str, new: str) -> None:
    text = (desk.root / path).read_text("utf-8")
    assert old in text
    desk.write(path, text.replace(old, new))


def test_the_record_is_made_again_to_the_same_bytes(small, sorter, here, against):
    decided = here(*EVAL, *against(sorter))
    kept = (small.runs()[-1] / "gate.json").read_bytes()
    said = here("gate", "last")
    found = here("gate", "last", "--json")

    assert said.status == found.status == decided.status
    assert "The same bytes as gate.json: sha256:" in said.out
    assert found.json()["same"] is True
    assert found.json()["record"] == json.loads(kept)
    assert (small.runs()[-1] / "gate.json").read_bytes() == kept


def test_a_record_or_a_row_that_was_changed_is_found_out(small, sorter, here, against):
    here(*EVAL, *against(sorter))
    folder = small.runs()[-1]
    record = (folder / "gate.json").read_text("utf-8")
    (folder / "gate.json").write_text(record.replace('"decision":"inconclusive"', '"decision":"pass"'), "utf-8")
    said = here("gate", "last")
    (folder / "gate.json").write_text(record, "utf-8")
    rows = (folder / "samples.jsonl").read_text("utf-8")
    (folder / "samples.jsonl").write_text(rows.replace('"status":"failed"', '"status":"passed"', 1), "utf-8")
    then = here("gate", "last", "--json")

    assert said.status == then.status == 2
    assert "gate.json says something else than its run comes to: decision, parts" in said.out
    assert then.json()["same"] is False


def test_a_second_draw_for_the_same_versions_does_not_pass_by_itself(small, sorter, here, against):
    change(small, "suites/sort.yaml", "margin: 0.02", "margin: 0.9")
    first = here(*EVAL, *against(sorter))
    again = here(*EVAL, *against(sorter))
    fresh = here(*EVAL, "--fresh", *against(sorter))
    approved = here(*EVAL, "--fresh", "--approve-look", "Ada: the provider had changed its model", *against(sorter))

    assert first.status == again.status == 0
    assert first.json()["look"]["number"] == again.json()["look"]["number"] == 1
    assert fresh.status == 3
    assert fresh.json()["look"]["number"] == 2
    assert parts(fresh.json())["compare"]["decision"] == "pass"
    assert "2nd look at the same versions" in parts(fresh.json())["looks"]["sentence"]
    assert approved.status == 0
    assert "approved by Ada: the provider had changed its model" in parts(approved.json())["looks"]["sentence"]
    assert here("gate", small.runs()[-1].name).status == 0  # with the look that the record holds


def test_an_approval_says_who_and_why(small, sorter, here, against):
    done = here(*EVAL, "--approve-look", "Ada", *against(sorter))

    assert done.status == 2
    assert "does not say who and why" in done.err
    assert sorter.requests == []


def test_another_version_begins_its_looks_anew(small, sorter, here, against):
    here(*EVAL, *against(sorter))
    change(small, "prompts/sort-2.prompt.md", "user:", "system:\nBe brief.\n\nuser:")
    found = here(*EVAL, *against(sorter)).json()

    assert found["look"]["number"] == 1


def test_a_plan_of_looks_lets_cases_be_added(small, sorter, here, against):
    plan = "margin: 0.9}\n  looks: {plan: bonferroni, at: [12, 24]}"
    change(small, "suites/sort.yaml", "margin: 0.02}", plan)
    first = here(*EVAL, *against(sorter)).json()
    cases = (small.root / "datasets/tickets.jsonl").read_text("utf-8")
    more = cases.replace('"id":"', '"id":"more-').replace('"id": "', '"id": "more-').replace("Ticket", "Second ticket")
    small.write("datasets/tickets.jsonl", cases + more)
    second = here(*EVAL, *against(sorter)).json()

    assert (first["look"]["stage"], first["look"]["alpha"], first["look"]["planned"]) == (1, 0.025, True)
    assert (second["look"]["stage"], second["look"]["number"], second["look"]["planned"]) == (2, 2, True)
    assert parts(second)["compare"]["level"] == pytest.approx(0.95)
    assert parts(second)["looks"]["decision"] == "pass"


def test_a_run_is_gated_against_one_that_was_kept(small, sorter, here, against):
    change(small, "suites/sort.yaml", "margin: 0.02", "margin: 0.9")
    here(*EVAL, *against(sorter))
    first = small.runs()[-1].name
    change(small, "prompts/sort-2.prompt.md", "user:", "system:\nBe brief.\n\nuser:")
    here(*EVAL, *against(sorter))
    done = here("gate", small.runs()[-1].name, "--baseline", first, "--json")
    record = done.json()["record"]

    assert done.status == 0
    assert record["parts"][1]["n"] == 12
    assert record["parts"][1]["sentence"].startswith("candidate is not worse than candidate before")


def test_runs_over_different_cases_cannot_be_gated(small, sorter, here, against):
    here(*EVAL, *against(sorter))
    first = small.runs()[-1].name
    cases = (small.root / "datasets/tickets.jsonl").read_text("utf-8").splitlines(keepends=True)
    small.write("datasets/tickets.jsonl", "".join(cases[:-1]))
    here(*EVAL, *against(sorter))
    done = here("gate", small.runs()[-1].name, "--baseline", first, "--json")

    assert done.status == 3
    assert done.json()["record"]["decision"] == "invalid"
    sentence = done.json()["record"]["sentence"]
    digest = "sha256:[0-9a-f]{8}"
    assert re.fullmatch(
        f"The two runs were made over different datasets: datasets/tickets.jsonl was {digest} and is {digest}.",
        sentence,
    )


def test_runs_that_were_graded_differently_cannot_be_gated(small, sorter, here, against):
    here(*EVAL, *against(sorter))
    first = small.runs()[-1].name
    change(small, "suites/sort.yaml", "  - choice\n", "  - {grader: choice, weight: 3}\n")
    here(*EVAL, *against(sorter))
    done = here("gate", small.runs()[-1].name, "--baseline", first)

    assert done.status == 3
    assert "The two runs were graded differently: the grader choice is not the same." in done.out


def test_a_grader_that_only_one_run_has_is_named_with_the_suites(small, sorter, here, against):
    here(*EVAL, *against(sorter))
    first = small.runs()[-1].name
    change(small, "suites/sort.yaml", "  - choice\n", "  - choice\n  - {grader: word-count, value: {max: 99}}\n")
    change(small, "suites/sort.yaml", "suite: ", "suite: other.")
    here(*EVAL, *against(sorter))
    done = here("gate", small.runs()[-1].name, "--baseline", first)

    assert done.status == 3
    told = "only the second has the grader word-count (the suites are desk.sort and other.desk.sort)"
    assert told in done.out.replace("\n", "")


def test_runs_of_suites_that_differ_in_their_name_alone_are_gated(small, sorter, here, against):
    change(small, "suites/sort.yaml", "margin: 0.02", "margin: 0.9")
    here(*EVAL, *against(sorter))
    first = small.runs()[-1].name
    change(small, "suites/sort.yaml", "suite: ", "suite: other.")
    here(*EVAL, *against(sorter))
    done = here("gate", small.runs()[-1].name, "--baseline", first, "--json")

    assert done.status == 0
    assert done.json()["record"]["decision"] == "pass"


def test_the_judge_is_named_where_it_is_what_differs(small, sorter, here, against):
    change(small, "suites/sort.yaml", "graders:", "judge: openai/one\ngraders:")
    here(*EVAL, *against(sorter))
    first = small.runs()[-1].name
    change(small, "suites/sort.yaml", "judge: openai/one", "judge: openai/two")
    here(*EVAL, *against(sorter))
    done = here("gate", small.runs()[-1].name, "--baseline", first)

    told = "graded differently: the judge is not the same (was openai/one, is openai/two)."
    assert told in " ".join(done.out.split())


@pytest.mark.parametrize(
    ("tags", "line", "hint"),
    [("[parity, paritty]", 14, "did you mean 'parity'?"), ("channel", 14, "known: parity")],
)
def test_a_tag_that_no_case_has_is_refused_before_the_first_call(small, sorter, here, against, tags, line, hint):
    change(small, "suites/sort.yaml", "margin: 0.02}\n", f"margin: 0.02}}\n  slices: {{tags: {tags}, margin: 0.5}}\n")
    done = here(*EVAL, *against(sorter))
    planned, linted = here("plan", "suites/sort.yaml"), here("lint", "suites/sort.yaml")

    assert (done.status, planned.status, linted.status) == (2, 2, 1)
    for told in (done.err, planned.err, linted.out):
        assert f"suites/sort.yaml:{line}" in told
        assert "which no case has" in told
        assert hint in told
    assert sorter.requests == []


def test_a_tag_that_some_case_has_is_not_refused(small, sorter, here, against):
    change(small, "suites/sort.yaml", "margin: 0.02}\n", "margin: 0.9}\n  slices: {tags: parity, margin: 0.9}\n")

    assert here(*EVAL, *against(sorter)).status in (0, 3)


@pytest.mark.parametrize(
    "option", [("--variant", "candidate"), ("--margin", "0.1"), ("--approve-look", "Ada: it is only an example")]
)
def test_an_option_for_two_runs_is_refused_with_one(small, sorter, here, against, option):
    here(*EVAL, *against(sorter))
    done = here("gate", "last", *option)

    assert done.status == 2
    assert f"{option[0]} goes with --baseline" in done.err


@pytest.mark.parametrize("command", [("gate", "last"), ("report", "last"), ("gate", "last", "--baseline", "last")])
def test_a_damaged_row_is_told_with_its_file_and_line(small, sorter, here, against, command):
    here(*EVAL, *against(sorter))
    file = small.runs()[-1] / "samples.jsonl"
    lines = file.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join([*lines[:5], "{broken\n", *lines[6:]]), "utf-8")
    done = here(*command)

    assert done.status == 2
    assert f"{file}:6: the line cannot be read as a sample: JSON is malformed" in done.err


def test_when_a_case_passes_is_told_with_the_decision(small, sorter, here, against):
    here(*EVAL, *against(sorter))
    assert "cases" not in json.loads((small.runs()[-1] / "gate.json").read_bytes())["policy"]
    change(small, "suites/sort.yaml", "margin: 0.02}", "margin: 0.9}\n  cases: {passes: 2, of: 3}")
    change(small, "suites/sort.yaml", "concurrency: 8", "repeats: 3")
    found = here(*EVAL, *against(sorter)).json()
    done = here("gate", small.runs()[-1].name)

    assert found["policy"]["cases"] == {"passes": 2, "of": 3}
    assert json.loads((small.runs()[-1] / "gate.json").read_bytes())["policy"]["cases"] == {"passes": 2, "of": 3}
    assert "A case passes when at least 2 of its 3 repeats do." in done.out
    assert "The same bytes as gate.json" in done.out


def test_a_version_that_is_compared_with_itself_is_told_before_the_run(small, sorter, here, against):
    usual = here(*EVAL, *against(sorter))
    change(small, "suites/sort.yaml", "sort-2.prompt.md", "sort-1.prompt.md")
    made = len(sorter.requests)
    done, planned = here(*EVAL, *against(sorter)), here("plan", "suites/sort.yaml", "--json")

    assert "A/A" not in usual.err
    told = (
        "candidate and baseline are the same version, desk.sort 1.0.0 on openai-compatible/m with the same parameters"
    )
    assert f"suites/sort.yaml: {told} (A/A)" in done.err
    assert "(A/A)" in planned.err
    assert done.json()["decision"] is not None
    assert len(sorter.requests) == made  # the replies of one are those of the other
