"""The child's folder: what it says is whole and private, and its locks last as long as it does."""

import subprocess
import sys

import pytest

from assay.core.errors import BadInput, StorageFailed
from assay.models.embedded.place import Configuration, Place, State, lock, place_of, serve_alone

STATE = State(
    pid=1, port=2, token="secret", model="m", fingerprint="f", idle_s=3.0, started_utc="2026-11-22T12:00:00+00:00"
)
HOLD = """
import sys
from pathlib import Path
from assay.models.embedded.place import Place, serve_alone
assert serve_alone(Place(Path(sys.argv[1])), limit_s=1) is not None
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def place(tmp_path):
    made = Place(tmp_path / "run" / "one")
    made.make()
    return made


def test_what_was_said_is_read_again_and_is_the_owners_alone(place):
    place.write_state(STATE)

    assert place.read_state() == STATE
    assert (place.folder / "state.json").stat().st_mode & 0o777 == 0o600
    assert place.folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("held", [b"", b"{}", b'{"pid": 1', b"\xff", b"[]"])
def test_a_state_that_cannot_be_read_is_none(place, held):
    (place.folder / "state.json").write_bytes(held)

    assert place.read_state() is None


def test_what_is_taken_back_is_gone(place):
    place.write_state(STATE)
    (place.folder / "state.abc.part").write_bytes(b"half")

    place.forget()

    assert place.read_state() is None
    assert list(place.folder.iterdir()) == []


def test_a_child_is_alive_exactly_while_it_holds_the_lock(place):
    assert not place.is_served()
    child = subprocess.Popen(
        [sys.executable, "-P", "-c", HOLD, str(place.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert child.stdout.readline() == b"held\n"
        assert place.is_served()
        assert place.holder() == child.pid
        assert serve_alone(place, limit_s=0) is None
    finally:
        child.kill()
        child.communicate()

    assert not place.is_served()
    assert place.holder() is None


def test_a_lock_in_a_folder_that_was_replaced_is_not_taken_for_held(place):
    handle = lock(place.starting_lock)
    place.starting_lock.unlink()

    assert handle is not None
    assert lock(place.starting_lock) is not None


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(StorageFailed, match="cannot be made"):
        Place(tmp_path / "file" / "run").make()


@pytest.mark.parametrize(
    "wrong", [{"context_tokens": 100}, {"context_tokens": 9000}, {"engines": 0}, {"idle_s": 0.0}], ids=str
)
def test_a_configuration_that_cannot_work_is_refused(wrong):
    with pytest.raises(BadInput, match=next(iter(wrong))):
        Configuration(**wrong)


def test_equal_configurations_share_a_place_and_others_do_not(small_file, tmp_path):
    def name(**more):
        return place_of(Configuration(weights=str(small_file), engines=1, **more), tmp_path).folder

    usual = name()

    assert name(idle_s=5.0) == usual
    assert len({usual, name(context_tokens=512), name(requantise=False)}) == 3
    small_file.write_bytes(b"other weights")
    assert name() != usual


def test_the_end_of_the_log_is_one_line(place):
    assert place.last_words() == ""
    place.log.write_text("".join(f"line {at}\n\n" for at in range(9)))

    assert place.last_words(4) == "line 7 | line 8"
