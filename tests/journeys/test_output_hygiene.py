"""Data goes to standard output and talk to standard error; nothing that a terminal or a pipe would trip over."""

import json
import os
import re
import signal
import subprocess

import pytest

from assay.cli.main import _VERBS

ESCAPE = "\x1b"
EVAL = ("eval", "suites/sort.yaml")
COMMANDS = list(_VERBS)


def test_json_stands_alone_on_standard_output(small, sorter, against):
    done = small.assay(*EVAL, "--json", *against(sorter))

    assert done.json()["cases"] == 12
    assert done.err == ""


def test_talk_goes_to_standard_error_and_the_result_to_standard_output(small, sorter, against):
    done = small.assay(*EVAL, *against(sorter))

    assert "candidate" in done.out
    assert "report.html" in done.out
    assert re.fullmatch(r"24/24 · .*\n", done.err)  # how far it was, and nothing else


def test_quiet_says_nothing_on_the_way(small, sorter, against):
    assert small.assay(*EVAL, "--quiet", *against(sorter)).err == ""


@pytest.mark.parametrize(
    "command",
    [
        ("render", "desk.sort", "-i", "ticket=\x1b[31mred"),
        ("show", "desk.sort"),
        ("settings",),
        ("diff", "desk.sort@1.0.0", "desk.sort@1.1.0"),
        ("lint",),
        ("eval", "none.yaml"),
    ],
    ids=lambda command: command[0],
)
def test_what_is_no_terminal_gets_no_colour(command, small, here):
    done = here(*command)

    assert done.out + done.err
    assert ESCAPE not in done.out + done.err


@pytest.mark.parametrize("environ", [{}, {"NO_COLOR": "1"}], ids=["piped", "no-color"])
def test_a_pipe_gets_no_colour(environ, small, sorter, against):
    small.environ.update(environ)
    done = small.assay(*EVAL, *against(sorter))

    assert ESCAPE not in done.out + done.err


def test_no_color_holds_on_a_terminal_too(small):
    """On a terminal there is colour, and with NO_COLOR there is none."""

    def shown() -> str:
        outer, inner = os.openpty()
        process = small.start("render", "desk.sort", "-i", "ticket=hello", stdout=inner, stderr=inner)
        os.close(inner)
        found = b""
        while True:
            try:
                piece = os.read(outer, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            found += piece
        os.close(outer)
        process.wait(timeout=60)
        return found.decode()

    small.environ["TERM"] = "xterm-256color"
    coloured = shown()
    small.environ["NO_COLOR"] = "1"
    plain = shown()

    assert ESCAPE in coloured
    assert not re.search(r"\x1b\[[0-9;]*(3|4|9)[0-7]", plain)  # bold may stay; a colour may not
    assert "hello" in plain


@pytest.mark.parametrize(
    "command",
    [
        ("show", "desk.sort"),
        ("render", "desk.sort", "-i", "ticket=" + "long " * 20_000),
        ("render", "desk.sort", "-i", "ticket=" + "long " * 20_000, "--json"),
        ("settings", "--json"),
        ("--help",),
    ],
    ids=["show", "render", "render-json", "settings", "help"],
)
def test_a_reader_that_has_gone_is_no_error(command, small):
    outer, inner = os.pipe()
    os.close(outer)  # nobody will ever read
    process = small.start(*command, stdout=inner)
    os.close(inner)
    _, err = process.communicate(timeout=60)

    assert err == ""
    assert process.returncode == 128 + signal.SIGPIPE  # and neither a pass nor a failure


def test_an_eval_whose_reader_leaves_after_a_line_ends_in_order(small, sorter, against):
    process = small.start(*EVAL, "--json", *against(sorter), stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == "{\n"
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=60)

    assert err == ""
    assert process.returncode in {3, 128 + signal.SIGPIPE}  # the pipe may have held all of it
    assert (small.runs()[-1] / "summary.json").exists()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_each_command_shows_an_example(name, small, here):
    done = here(name, "--help")

    assert done.status == 0
    assert "Examples:" in done.out
    assert re.search(rf"^  .*\bassay {name}\b", done.out, re.MULTILINE)
    assert _VERBS[name][1].rstrip(".") in re.sub(r"\s+", " ", done.out)  # the line that `assay --help` has for it


def test_the_help_lists_every_command(small, here):
    done = here("--help")

    assert done.status == 0
    for name in COMMANDS:
        assert re.search(rf"^  {name}\s+\S", done.out, re.MULTILINE)


def test_the_version_is_a_line(small, here):
    done = here("--version")

    assert done.status == 0
    assert re.fullmatch(r"assay \d+\.\d+\.\d+\S*\n", done.out)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_its_completion_script(shell, small, here):
    done = here("completion", shell)

    assert done.status == 0
    assert "assay" in done.out
    assert len(done.out) > 200


def test_the_shell_is_told_the_commands(small):
    small.environ |= {"_ASSAY_COMPLETE": "bash_complete", "COMP_WORDS": "assay ren", "COMP_CWORD": "1"}
    done = small.assay(status=0)

    assert "render" in done.out


@pytest.mark.parametrize(
    "command",
    [("show", "desk.sort"), ("settings",), ("diff", "desk.sort@1.0.0", "desk.sort@1.1.0"), ("lint",), ("models",)],
    ids=lambda command: command[0],
)
def test_what_is_printed_for_people_can_be_had_as_json(command, small, here):
    arguments = ("models", "list") if command == ("models",) else command
    done = here(*arguments, "--json")

    assert done.status in {0, 1}
    json.loads(done.out)
