"""Plug-ins are found in a folder first, then among installed entry points; a wrong name gets the nearest."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.core.errors import Unavailable, UnknownName
from assay.core.location import Location
from assay.core.plugins import Registry

BUILT_IN = """
from sample_kinds import sounds

@sounds.register("{name}")
def make():
    return "{name}"
"""


@pytest.fixture
def sounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """A registry over a real package with two built-in plug-ins, on the import path."""
    package = tmp_path / "sample_kinds"
    (package / "sound").mkdir(parents=True)
    (package / "__init__.py").write_text(
        "from assay.core.plugins import Registry\nsounds = Registry('sound', 'sample_kinds.sound')\n"
    )
    (package / "sound" / "__init__.py").touch()
    (package / "sound" / "low_hum.py").write_text(BUILT_IN.format(name="low-hum"))
    (package / "sound" / "buzz.py").write_text(BUILT_IN.format(name="buzz"))
    (package / "sound" / "_tone.py").write_text("raise ImportError('never imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    from sample_kinds import sounds as registry

    yield registry
    for name in [name for name in sys.modules if name.split(".")[0] in {"sample_kinds", "outside"}]:
        del sys.modules[name]


def install(folder: Path, entries: str, module: str = "def ping(): return 'ping'\n") -> None:
    """A distribution as an installer leaves it: its metadata with the entry points, and one module."""
    metadata = folder / "outside-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: outside\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[assay.sounds]\n{entries}\n")
    (folder / "outside.py").write_text(module)


def test_a_module_of_the_folder_is_a_plugin(sounds):
    assert sounds.get("low-hum")() == "low-hum"


def test_names_are_known_without_importing_anything(sounds):
    assert sounds.names() == ["buzz", "low-hum"]
    assert "sample_kinds.sound.buzz" not in sys.modules


def test_only_the_module_that_is_asked_for_is_imported(sounds):
    sounds.get("buzz")

    assert "sample_kinds.sound.buzz" in sys.modules
    assert "sample_kinds.sound.low_hum" not in sys.modules


def test_a_module_with_an_underscore_is_no_plugin(sounds):
    with pytest.raises(UnknownName):
        sounds.get("-tone")


def test_an_installed_package_offers_plugins_by_entry_point(sounds, tmp_path):
    install(tmp_path, "ping = outside:ping")

    assert sounds.get("ping")() == "ping"
    assert sounds.names() == ["buzz", "low-hum", "ping"]


def test_a_built_in_plugin_wins_over_an_outside_one_of_the_same_name(sounds, tmp_path):
    install(tmp_path, "buzz = outside:ping")

    assert sounds.get("buzz")() == "buzz"


@pytest.mark.parametrize(
    ("entry", "module"),
    [
        pytest.param("ping = outside:ping", "import no_such_part\n", id="needs-a-missing-part"),
        pytest.param("ping = nowhere:ping", "", id="module-missing"),
        pytest.param("ping = outside:pong", "ping = 1\n", id="name-missing"),
    ],
)
def test_an_outside_plugin_that_cannot_be_imported_says_so(sounds, tmp_path, entry, module):
    install(tmp_path, entry, module)

    with pytest.raises(Unavailable, match=r"the sound 'ping' from .* cannot be imported") as caught:
        sounds.get("ping")

    assert caught.value.code == "sound.not_importable"


def test_an_unknown_name_suggests_the_nearest_and_says_where(sounds):
    with pytest.raises(UnknownName) as caught:
        sounds.get("low-hun", where=Location("suite.yaml", 4, 9))

    assert str(caught.value) == "suite.yaml:4:9: no sound is named 'low-hun'"
    assert caught.value.hint == "did you mean 'low-hum'?"
    assert caught.value.code == "sound.unknown"


def test_what_is_registered_by_hand_is_found_first(sounds):
    @sounds.register("buzz")
    def mine() -> str:
        return "mine"

    assert sounds.get("buzz") is mine
