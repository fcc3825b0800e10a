"""Dependencies are few, explained, permissively licensed and locked."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PAGE = ROOT / "docs/decisions/0002-dependencies.md"

PERMISSIVE = {
    "0BSD", "Apache 2.0", "Apache-2.0", "Apache Software License", "BSD License", "BSD-2-Clause", "BSD-3-Clause",
    "CC0-1.0", "ISC", "MIT", "MIT License", "PSF-2.0", "Python Software Foundation License", "Zlib",
}  # fmt: skip

READ_BY_HAND = {"quickjs-ng": "MIT"}  # says it in its licence file alone


def direct() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [re.split(r"[<>=~!;\[ ]", requirement)[0] for requirement in project["dependencies"]]


def locked(lock: Path) -> list[str]:
    return re.findall(r"^([A-Za-z0-9_.-]+)==", lock.read_text(encoding="utf-8"), re.MULTILINE)


def licences(name: str) -> set[str]:
    """What a package's metadata says of its licence: an expression, or else its classifiers, or else a free text."""
    data = metadata(name)
    if expression := data.get("License-Expression"):
        return set(re.split(r" AND | OR ", expression.replace("(", "").replace(")", "")))
    if name in READ_BY_HAND:
        return {READ_BY_HAND[name]}
    classifiers = [c for c in data.get_all("Classifier") or [] if c.startswith("License ::")]
    return {c.rpartition(" :: ")[2] for c in classifiers} or {data.get("License") or "none"}


def test_there_are_at_most_fourteen():
    assert len(direct()) <= 14


@pytest.mark.parametrize("name", direct())
def test_each_is_explained_with_its_weight_and_licence(name):
    rows = re.findall(rf"^\| `{name}` \|.*\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert len(rows[0].strip("|").split("|")) == 6


@pytest.mark.parametrize("name", sorted(set(locked(ROOT / "requirements/runtime.txt"))))
def test_each_with_all_that_it_brings_is_under_a_permissive_licence(name):
    try:
        found = licences(name)
    except PackageNotFoundError:  # locked for another platform
        return

    assert found <= PERMISSIVE
    assert re.search(rf"\b{name}\b", PAGE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_pins_every_version_by_its_hash_and_names_no_index(lock):
    entries = lock.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()

    assert [line for line in entries if not re.match(r"[A-Za-z0-9_.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line)] == []
    assert [line for line in entries if "://" in line] == []


@pytest.mark.parametrize("lock", ["build.txt", "dev.txt"])
def test_the_locks_agree_with_each_other(lock):
    def pins(path: Path) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for name, version in re.findall(r"^([A-Za-z0-9_.-]+)==(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            found.setdefault(name, set()).add(version)
        return found

    runtime, other = pins(ROOT / "requirements/runtime.txt"), pins(ROOT / "requirements" / lock)

    assert {
        name: (runtime[name], other[name]) for name in runtime.keys() & other.keys() if runtime[name] != other[name]
    } == {}


def test_the_runtime_lock_holds_every_direct_dependency():
    assert set(direct()) - set(locked(ROOT / "requirements/runtime.txt")) == set()
