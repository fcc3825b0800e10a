"""A folder that every machine sees, by path or address: whole files, and one sentence when it cannot be used."""

import uuid

import pytest

from assay.core.errors import BadInput, StorageFailed
from assay.evaluate.cluster.shared_folder import SharedFolder


@pytest.fixture(params=["path", "address"])
def address(request, tmp_path):
    return str(tmp_path / "shards") if request.param == "path" else f"memory://{uuid.uuid4().hex}/shards"


def test_what_is_written_is_there_for_whoever_opens_it(address):
    SharedFolder(address).write("0.jsonl", b"one\ntwo\n")
    other = SharedFolder(address)

    with other.reading("0.jsonl") as handle:
        assert list(handle) == [b"one\n", b"two\n"]
    assert other.names() == {"0.jsonl"}


def test_a_folder_is_taken_away_with_all_that_is_in_it(address):
    folder = SharedFolder(address)
    folder.write("0.jsonl", b"")
    folder.remove()

    assert SharedFolder(address).names() == set()


def test_only_a_path_is_a_place_on_this_machine(tmp_path):
    assert SharedFolder(str(tmp_path / "a")).path == tmp_path / "a"
    assert SharedFolder(f"memory://{uuid.uuid4().hex}").path is None


def test_a_file_that_is_not_there_is_said_with_the_folder(address):
    folder = SharedFolder(address)

    with pytest.raises(StorageFailed) as caught, folder.reading("9.jsonl"):
        pass

    assert address in caught.value.what


def test_an_address_of_no_known_kind_is_refused():
    with pytest.raises(BadInput) as caught:
        SharedFolder("nowhere://bucket/x")

    assert "nowhere://bucket/x names no place" in caught.value.what


def test_a_place_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("x")

    with pytest.raises(StorageFailed):
        SharedFolder(str(tmp_path / "file" / "below"))
