"""Scripts of others are fetched as they are locked, or not at all."""

import importlib.util
import io
import json
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def assets(tmp_path: Path):
    spec = importlib.util.spec_from_file_location("assets", ROOT / "requirements/assets.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.ROOT = tmp_path
    return module


def test_the_lock_names_a_checksum_a_licence_and_no_address():
    text = (ROOT / "requirements/assets.json").read_text(encoding="utf-8")

    assert "://" not in text
    for asset in json.loads(text):
        assert asset["integrity"].startswith("sha512-")
        assert asset["licence"] in {"MIT", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "ISC"}


def test_an_archive_with_another_checksum_is_refused(assets, tmp_path):
    archive = tmp_path / "a.tgz"
    with tarfile.open(archive, "w:gz") as made:
        made.addfile(tarfile.TarInfo("package/a.js"), io.BytesIO())

    with pytest.raises(assets.Refused, match=r"a 1\.0 is not the one that is locked"):
        assets.check({"name": "a", "version": "1.0", "integrity": "sha512-AAAA"}, archive)


def test_files_from_another_version_count_as_missing(assets, tmp_path):
    asset = {"name": "a", "integrity": "sha512-new", "folder": "made", "files": {"a.js": "a.js"}}
    (tmp_path / "made").mkdir()
    (tmp_path / "made/a.js").write_text("")
    assert not assets.is_there(asset)

    (tmp_path / "made/lock.json").write_text('{"a": "sha512-old"}')
    assert not assets.is_there(asset)

    (tmp_path / "made/lock.json").write_text('{"a": "sha512-new"}')
    assert assets.is_there(asset)
