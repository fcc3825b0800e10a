"""What changed between two versions, for people and for programs."""

import pytest


@pytest.fixture
def committed(greet, commit):
    commit()
    return greet


def change(file, old: str, new: str) -> None:
    file.write_text(file.read_text().replace(old, new))


def test_with_one_name_the_last_commit_is_the_older_side(assay, committed):
    change(committed, "warmly", "kindly")

    short, long = assay("diff", "greet"), assay("diff", "greet@git:HEAD", "greet")

    assert (short.status, short.err) == (0, "")
    assert short.out == long.out
    assert "[-warmly-]{+kindly+}" in short.out
    assert "version: patch, so 1.0.1" in short.out
    assert "the file claims 1.0.0, which is too low" in short.out


def test_a_file_can_be_named_instead_of_a_prompt(assay, committed):
    change(committed, "warmly", "kindly")

    assert "{+kindly+}" in assay("diff", "prompts/greet.prompt.md").out


def test_nothing_changed_is_said(assay, committed):
    assert assay("diff", "greet").out.endswith("\nnothing changed\n")


def test_a_removed_input_asks_for_a_major_version(assay, committed):
    change(committed, "  times?: integer, how often\n", "")

    done = assay("diff", "greet", "--json")

    assert (done.json["bump"], done.json["next_version"], done.json["claim_is_enough"]) == ("major", "2.0.0", False)
    assert [(c["area"], c["name"], c["kind"]) for c in done.json["changes"]] == [("input", "times", "removed")]


def test_the_json_holds_tokens_and_cost(assay, committed):
    change(committed, "warmly", "warmly and at some length")

    found = assay("diff", "greet", "--json").json

    assert found["tokens"]["change"] == found["tokens"]["new"] - found["tokens"]["old"] > 0
    assert float(found["cost_per_1000_calls"]["change_usd"]) > 0
    assert set(found) >= {"old", "new", "changes", "messages", "partials"}


def test_what_a_terminal_would_obey_is_shown_and_not_obeyed(assay, committed):
    committed.write_text(committed.read_text().replace("warmly", "warmly \x1b[31mred"), "utf-8")

    assert "\x1b" not in assay("diff", "greet").out


@pytest.mark.parametrize("words", [["greet"], ["greet", "gret"], ["greet@1.0.0"]])
def test_a_side_that_is_not_there_is_one_sentence(assay, greet, words):
    done = assay("diff", *words)

    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("error: ")
    assert "Traceback" not in done.err


def test_one_side_that_names_a_version_is_compared_with_nothing(assay, committed):
    done = assay("diff", "greet@1.0.0")

    assert done.status == 2
    assert "hint: name the other side too" in done.err
