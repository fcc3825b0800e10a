"""A file is there whole or not at all, and what goes wrong is told of the file that was asked for."""

import os
import threading
from pathlib import Path

import pytest

from assay.storage.whole_file import reason_of, write_whole, writing_whole


def test_a_file_is_the_new_one_when_the_block_ended_well(tmp_path):
    write_whole(tmp_path / "a.txt", b"old")
    with writing_whole(tmp_path / "a.txt") as out:
        out.write(b"new")
        assert (tmp_path / "a.txt").read_bytes() == b"old"

    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.txt", b"new")]


def test_a_block_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    write_whole(tmp_path / "a.txt", b"old")
    with pytest.raises(ValueError, match="no"), writing_whole(tmp_path / "a.txt"):
        raise ValueError("no")

    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.txt", b"old")]


def test_a_folder_that_is_missing_is_named(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        write_whole(tmp_path / "Gone" / "x.xml", b"")

    assert caught.value.filename == str(tmp_path / "Gone" / "x.xml")
    assert reason_of(caught.value) == f"there is no folder {tmp_path / 'Gone'}"


def test_a_file_in_the_place_of_its_folder_is_told_without_the_temporary_name(tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(NotADirectoryError) as caught:
        write_whole(tmp_path / "taken" / "x.xml", b"")

    assert (caught.value.filename, reason_of(caught.value)) == (str(tmp_path / "taken" / "x.xml"), "not a directory")


def test_the_error_of_another_file_keeps_its_name(tmp_path):
    with pytest.raises(FileNotFoundError) as caught, writing_whole(tmp_path / "a.txt"):
        (tmp_path / "other").read_bytes()

    assert Path(caught.value.filename) == tmp_path / "other"


def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard: list[bytes] = []
    listener = threading.Thread(target=lambda: heard.append(pipe.read_bytes()))
    listener.start()
    write_whole(pipe, b"said")
    listener.join(timeout=10)

    assert heard == [b"said"]
    assert pipe.is_fifo()
