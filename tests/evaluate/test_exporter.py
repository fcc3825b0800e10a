"""A finished run is read back from its folder, and put in place whole in another format."""

import pytest

from assay.core.errors import BadInput, StorageFailed, UnknownName
from assay.evaluate.exporter import FinishedRun, export_to, exporters, load_run
from assay.evaluate.run_folder import open_run
from assay.testing.example_run import example_view


@pytest.fixture
def run(tmp_path):
    view = example_view(12)
    folder = open_run(tmp_path / "runs", "identity", new_id="r1", plan={})
    with folder.rows() as rows:
        for row in view.rows:
            rows.add(row)
    folder.write_summary(view.summary)
    folder.close()
    return FinishedRun(view.summary, folder.path)


def test_a_run_comes_back_as_it_was(run):
    loaded = load_run(run.folder)

    assert loaded.summary == run.summary
    assert list(loaded.rows()) == list(loaded.rows()) == example_view(12).rows


def test_what_is_exported_again_is_the_same(run, tmp_path):
    for name in ("a.xml", "b.xml"):
        export_to("junit", load_run(run.folder), tmp_path / name)

    assert (tmp_path / "a.xml").read_bytes() == (tmp_path / "b.xml").read_bytes() != b""


def test_an_unknown_exporter_is_answered_with_the_nearest(run, tmp_path):
    with pytest.raises(UnknownName) as caught:
        export_to("junitt", run, tmp_path / "x")

    assert caught.value.hint == "did you mean 'junit'?"


def test_an_export_that_fails_leaves_the_old_file(run, tmp_path):
    @exporters.register("failing")
    def failing(run, out):
        out.write(b"half")
        raise BadInput("the format cannot hold it", code="export.test")

    target = tmp_path / "old"
    target.write_bytes(b"old")

    with pytest.raises(BadInput):
        export_to("failing", run, target)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.glob(".*")) == []


def test_a_place_that_cannot_be_written_is_said(run, tmp_path):
    with pytest.raises(StorageFailed) as caught:
        export_to("junit", run, tmp_path / "gone" / "x.xml")

    assert caught.value.what == f"{tmp_path}/gone/x.xml cannot be written: there is no folder {tmp_path}/gone"


@pytest.mark.parametrize("made", ["nothing", "folder", "damaged"])
def test_a_folder_that_is_no_finished_run_is_refused(tmp_path, made):
    folder = tmp_path / "r"
    if made != "nothing":
        folder.mkdir()
    if made == "damaged":
        (folder / "summary.json").write_text("{")

    with pytest.raises(BadInput) as caught:
        load_run(folder)

    assert str(folder) in caught.value.what
