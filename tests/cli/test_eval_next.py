"""What a newcomer meets around ``assay eval``: a suite by its name, a run that fails, an unknown model, no Git."""

import json

import pytest

from assay.cli.main import run
from assay.testing.fake_provider import FakeProvider


@pytest.fixture
def started(project, capsys):
    assert run(["init", "."]) == 0
    capsys.readouterr()
    return project


def test_a_suite_by_its_name_is_answered_with_its_file(started, capsys):
    assert run(["eval", "sentimnt"]) == 2

    assert "did you mean suites/sentiment.yaml?" in capsys.readouterr().err


def test_a_run_of_one_variant_shows_what_did_not_pass_and_commands_that_can_be_given(started, capsys):
    with FakeProvider("positive") as fake:
        address = ["--model", "openai-compatible/m", "--base-url", fake.base_url]
        status = run(["eval", "suites/sentiment.yaml", "-q", *address])
    out = capsys.readouterr().out

    assert status == 3
    assert "Failed: 8 samples; the first 5" in out
    assert "s-02" in out
    assert "more cases" in out
    assert "Try next:\n  assay failures last\n  assay explain s-02\n  assay show " in out
    assert run(["failures", "last"]) == 0
    assert run(["explain", "s-02"]) == 0
    assert "-i review=" not in out


def test_the_run_before_is_what_a_run_that_failed_is_compared_with(started, capsys):
    with FakeProvider("positive") as fake:
        address = ["--model", "openai-compatible/m", "--base-url", fake.base_url]
        run(["eval", "suites/sentiment.yaml", "-q", *address])
        run(["eval", "suites/sentiment.yaml", "-q", *address, "--fresh"])
    out = capsys.readouterr().out
    before, after = sorted(path.name for path in (started / ".assay/runs").iterdir())

    assert set(out.split("Try next:")[2].splitlines()[3].split()) == {"assay", "compare", before, after}


def test_commands_begin_with_the_projects_folder_where_the_user_stands_elsewhere(started, capsys, monkeypatch):
    monkeypatch.chdir(started.parent)
    with FakeProvider("positive") as fake:
        address = ["--model", "openai-compatible/m", "--base-url", fake.base_url]
        run(["eval", f"{started.name}/suites/sentiment.yaml", "-q", *address])
    lines = capsys.readouterr().out.split("Try next:")[1].splitlines()

    assert [lines[1], lines[4]] == [f"  cd {started.name}", "  assay show prompts/sentiment.prompt.md"]


def test_several_suites_end_with_a_line_that_sums_up(started, capsys):
    again = (started / "suites/sentiment.yaml").read_text().replace("suite: sentiment", "suite: again", 1)
    (started / "suites/again.yaml").write_text(again)
    with FakeProvider("positive") as fake:
        address = ["--model", "openai-compatible/m", "--base-url", fake.base_url]
        run(["eval", "suites/sentiment.yaml", "suites/again.yaml", "-q", *address])

    out = capsys.readouterr().out
    last = out.splitlines()[-1]
    first = next(
        path.name
        for path in (started / ".assay/runs").iterdir()
        if json.loads((path / "plan.json").read_text())["suite"] == "sentiment"
    )

    assert f"assay failures {first}\n  assay explain s-02 --run {first}\n" in out  # another run comes after it
    assert out.count("assay failures last") == 1
    assert last == "2 suites.  ? Inconclusive: sentiment;  ? Inconclusive: again"


def test_a_run_that_passed_is_followed_by_commands_that_can_be_given(started, capsys):
    (started / "datasets/sentiment.jsonl").write_text(
        '{"id": "a", "inputs": {"review": "x"}, "expected": "positive"}\n'
    )
    with FakeProvider("positive") as fake:
        run(["eval", "suites/sentiment.yaml", "-q", "--model", "openai-compatible/m", "--base-url", fake.base_url])

    assert "-i review=" in capsys.readouterr().out


def test_an_embedded_model_that_does_not_exist_is_refused_before_a_call(started, capsys):
    assert run(["eval", "suites/sentiment.yaml", "--model", "embedded/gpt2"]) == 2

    assert "no embedded model is named 'gpt2'" in capsys.readouterr().err


def test_a_folder_without_git_is_called_that(started, capsys):
    assert run(["diff", "sentiment"]) == 2

    assert "is in no Git repository" in capsys.readouterr().err
