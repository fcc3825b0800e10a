"""Each shell gets its script, and the script's questions are answered."""

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("shell", "holds"), [("bash", "complete -o"), ("zsh", "#compdef assay"), ("fish", "complete ")]
)
def test_each_shell_gets_a_script_that_asks_assay(assay, shell, holds):
    done = assay("completion", shell)

    assert (done.status, done.err) == (0, "")
    assert holds in done.out
    assert f"_ASSAY_COMPLETE={shell}_complete" in done.out


def test_the_script_is_one_that_bash_can_read(assay):
    script = assay("completion", "bash").out

    subprocess.run(["bash", "-n"], input=script, text=True, check=True)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("assay ev", {"eval"}),
        ("assay s", {"schema", "settings", "show"}),
        ("assay lock --c", {"--check"}),
        ("assay completion ", {"bash", "zsh", "fish"}),
        ("assay nonsense x", {""}),  # the shell's own: files
    ],
)
def test_what_is_typed_so_far_is_completed(project, typed, offered):
    words = typed.split(" ")
    asked = {"_ASSAY_COMPLETE": "bash_complete", "COMP_WORDS": typed, "COMP_CWORD": str(len(words) - 1)}
    done = subprocess.run(
        [sys.executable, "-m", "assay"], env=os.environ | asked, capture_output=True, text=True, check=False
    )

    assert {line.partition(",")[2] for line in done.stdout.splitlines()} == offered
    assert done.stderr == ""
