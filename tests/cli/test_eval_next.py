"""What a newcomer meets around ``assay eval``: a suite by its name, a run that fails, an unknown model, no Git."""

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
    assert "-i review=" in out


def test_an_embedded_model_that_does_not_exist_is_refused_before_a_call(started, capsys):
    assert run(["eval", "suites/sentiment.yaml", "--model", "embedded/gpt2"]) == 2

    assert "no embedded model is named 'gpt2'" in capsys.readouterr().err


def test_a_folder_without_git_is_called_that(started, capsys):
    assert run(["diff", "sentiment"]) == 2

    assert "is in no Git repository" in capsys.readouterr().err
