"""The command finds its verbs, and whatever goes wrong becomes a sentence and an exit status."""

import io
import json
import os
import subprocess
import sys

import click
import pytest

from assay._version import __version__
from assay.cli import main as command
from assay.cli.main import _VERBS, cli, main


def test_its_version_and_its_help_go_to_stdout(assay):
    assert assay("--version").out == f"assay {__version__}\n"

    shown = assay("-h")
    assert shown.status == 0
    assert [name for name in _VERBS if f"  {name} " not in shown.out] == []
    assert "assay init my-project" in shown.out


def test_the_help_of_all_loads_no_verb():
    script = (
        "import sys; from assay.cli.main import run; run(['--help']);"
        "loaded = {m.split('.')[1] for m in sys.modules if m.startswith('assay.')};"
        "print(sorted(loaded - {'cli', 'core', '_version'}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("verb", _VERBS)
def test_each_verb_explains_itself_and_shows_how_it_is_called(assay, verb):
    shown = assay(verb, "--help")

    assert (shown.status, shown.err) == (0, "")
    assert shown.out.startswith(f"Usage: assay {verb} ")
    assert f"assay {verb}" in shown.out.partition("xample")[2]


@pytest.mark.parametrize(("typed", "meant"), [("evla", "eval"), ("setings", "settings"), ("lnit", "lint")])
def test_a_misspelt_verb_is_answered_with_the_nearest(assay, typed, meant):
    done = assay(typed, "x")

    assert (done.status, done.out) == (2, "")
    assert done.err == f"error: no command is named '{typed}'\nhint: did you mean '{meant}'?\n"


def test_a_verb_that_resembles_none_is_answered_with_all(assay):
    assert f"known: {', '.join(sorted(_VERBS)[:20])}" in assay("zzz").err


@pytest.mark.parametrize(
    "words",
    [["show"], ["show", "--no-such-option"], ["show", "a", "b"], ["completion", "tcsh"], ["run", "a", "--seed", "x"]],
    ids=" ".join,
)
def test_a_wrong_command_line_is_one_sentence_with_status_2(assay, words):
    done = assay(*words)

    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("error: ")
    assert done.err.count("\n") == 2
    assert f"hint: 'assay {words[0]} --help' says" in done.err


def test_an_error_is_json_on_stdout_and_a_sentence_on_stderr(assay, greet):
    greet.write_text(greet.read_text().replace("owner: desk", "onwer: desk"))

    done = assay("show", "greet", "--json")

    assert done.status == 2
    assert done.json == {
        "error": {
            "code": "prompt.unknown_key",
            "what": "the key 'onwer' is not known here",
            "hint": "did you mean 'owner'?",
            "file": "prompts/greet.prompt.md",
            "line": 10,
            "column": 1,
            "path": "onwer",
        }
    }
    assert "error: prompts/greet.prompt.md:10:1 (onwer): the key 'onwer'" in done.err


def test_a_wrong_option_is_json_too(assay):
    done = assay("show", "--json", "--nope")

    assert done.json["error"]["code"] == "cli.usage"


def test_without_a_verb_it_shows_its_help(assay):
    done = assay()

    assert done.status == 2
    assert "Start here:" in done.out + done.err


@pytest.mark.parametrize("raised", [KeyboardInterrupt, click.Abort])
def test_an_interruption_ends_with_130(assay, monkeypatch, raised):
    def interrupted(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(cli, "main", interrupted)

    done = assay("settings")

    assert (done.status, done.out, done.err) == (130, "", "interrupted\n")


def test_a_reader_that_has_gone_is_no_error_and_no_pass():
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "assay", "settings", "--json"], stdout=writing, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writing)

    assert (done.returncode, done.stderr) == (141, b"")


def test_the_process_ends_with_the_status(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["assay", "--version"])
    monkeypatch.setattr(sys, "stdout", io.StringIO())

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 0


def test_what_is_printed_as_json_is_one_document_with_the_keys_in_order(assay, greet):
    done = assay("show", "greet", "--json")

    assert list(json.loads(done.out)) == list(done.json)
    assert done.out.startswith('{\n  "name": "greet",\n')
    assert command.run(["show", "greet", "--json"]) == 0
