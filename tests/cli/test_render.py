"""The messages of a prompt with values filled in, each piece with its source."""

import io

import pytest


@pytest.fixture(autouse=True)
def _project(greet):
    return greet


def test_people_see_which_text_is_a_value_and_whose(assay):
    done = assay("render", "greet", "-i", "name=Ann")

    assert done.status == 0
    assert "system:\nGreet people warmly.\n" in done.out
    assert "user:\n⟦name·user: Ann⟧\n" in done.out
    assert "tokens" in done.out


def test_programs_get_segments_with_trust_labels(assay):
    found = assay("render", "greet", "-i", "name=Ann", "--json").json

    assert found["messages"][1] == {
        "role": "user",
        "content": "Ann",
        "segments": [{"text": "Ann", "source": "name", "trust": "user"}],
    }
    assert found["tokens"] > 0
    assert found["tokens_exact"] is True
    assert found["digest"].startswith("sha256:")


@pytest.mark.parametrize("value", ["a=b", "=", "", "  spaced  ", '{"x": 1}', "12", "ünï\u2028code", "{{ name }}"])
def test_text_is_taken_as_it_is(assay, value):
    assert assay("render", "greet", "-i", f"name={value}", "--json").json["messages"][1]["content"] == value


def test_a_value_comes_from_a_file_and_many_from_one(assay, project, monkeypatch):
    (project / "name.txt").write_text("Ann")
    (project / "values.yaml").write_text("name: Bea\ntimes: 2\n")

    def name(*words: str) -> object:
        return assay("render", "greet", *words, "--json").json["messages"][1]["content"]

    assert name("-i", "name=@name.txt") == "Ann"
    assert name("--inputs", "values.yaml") == "Bea"
    assert name("--inputs", "values.yaml", "-i", "name=Cleo") == "Cleo"
    monkeypatch.setattr("sys.stdin", io.StringIO('{"name": "Dora"}'))
    assert name("--inputs", "-") == "Dora"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "name"),
        (["-i", "name"], "--input 'name' has no '='"),
        (["-i", "name=a", "-i", "nmae=b"], "nmae"),
        (["-i", "name=a", "-i", "times=often"], "the input 'times' takes integer, and 'often' is not JSON"),
        (["-i", "name=a", "-i", "times=1.5"], "times"),
        (["-i", f"name={'x' * 41}"], "40"),
        (["-i", "name=@none.txt"], "none.txt"),
        (["--inputs", "none.yaml"], "none.yaml"),
        (["--inputs", "list.yaml"], "the inputs are not a mapping"),
    ],
)
def test_values_that_do_not_fit_are_one_sentence(assay, project, words, says):
    (project / "list.yaml").write_text("- a\n")

    done = assay("render", "greet", *words)

    assert (done.status, done.out) == (2, "")
    assert says in done.err
    assert done.err.startswith("error: ")
    assert "hint: " in done.err


def test_a_value_cannot_control_the_terminal(assay):
    done = assay("render", "greet", "-i", "name=\x1b[2Jgone\x07")

    assert "\x1b" not in done.out
    assert "\\x1b[2Jgone\\x07" in done.out
