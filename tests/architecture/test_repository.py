"""The repository itself: what may be tracked, how things are named, what travels in the wheel."""

import ast
import json
import re
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))

FILE_KIB = 700
PUBLIC_NAMES = 20
MOCKS_PER_TEST = 0.03

# Spelled in pieces, so that this file does not hold what it looks for.
REGISTRIES = re.compile(
    "|".join(map(re.escape, ("pypi" + ".org", "python" + "hosted.org", "registry." + "npmjs", "proxy." + "golang")))
)
MACHINE = re.compile(r"(?<![\w.~$}-])/(" + "|".join(("ro" + "ot", "ho" + "me", "wo" + "rk", "Us" + "ers")) + r")/\w")
TEMPORARY = re.compile(r"(?<![\w.~$}-])/t" + r"mp/\w")
LEFT_OPEN = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
# A silenced check with nothing behind it in the line.
SILENCED = re.compile(
    r"#\s*(?:type:\s*ignore(?:\[[\w-]+(?:,\s*[\w-]+)*\])?|no" + r"qa(?::\s*[A-Z0-9, ]+)?)\s*$", re.MULTILINE
)
VAGUE = {"base", "common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}


def tracked() -> list[Path]:
    """Every file that is in the repository or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = [ROOT / name.decode() for name in listed.stdout.split(b"\0") if name]
    return [path for path in paths if path.is_file()]


def texts() -> Iterator[tuple[str, str]]:
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        try:
            yield name, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def assert_nowhere(pattern: re.Pattern[str], *, but: tuple[str, ...] = ()) -> None:
    found = [
        f"{name}:{text[: match.start()].count(chr(10)) + 1}: {match[0].strip()}"
        for name, text in texts()
        if not name.startswith(but)
        for match in pattern.finditer(text)
    ]

    assert not found, "\n  ".join(["", *found])


def public_modules() -> list[Path]:
    return [path for path in SOURCES if not path.stem.startswith("_") or path.stem in {"__init__", "__main__"}]


def test_no_tracked_file_is_large():
    sizes = {path.relative_to(ROOT).as_posix(): path.stat().st_size for path in tracked()}

    assert {name: size for name, size in sizes.items() if size > FILE_KIB * 1024} == {}


def test_no_package_registry_is_named():
    assert_nowhere(REGISTRIES)


def test_no_path_of_one_machine_is_named():
    assert_nowhere(MACHINE)


def test_only_tests_name_a_temporary_folder():
    assert_nowhere(TEMPORARY, but=("tests/",))


def test_nothing_is_left_open_in_a_comment():
    assert_nowhere(LEFT_OPEN, but=("requirements/",))


def test_a_silenced_check_gives_its_reason_in_the_same_line():
    assert_nowhere(SILENCED)


def test_every_public_module_says_what_it_is_for():
    silent = [
        p.relative_to(ROOT).as_posix() for p in public_modules() if not ast.get_docstring(ast.parse(p.read_text()))
    ]

    assert silent == []


def test_a_module_has_a_name_that_says_something():
    vague = [path.relative_to(ROOT).as_posix() for path in SOURCES if VAGUE & set(path.stem.lower().split("_"))]

    assert vague == []


def test_folders_lie_at_most_three_deep():
    src = ROOT / "src/assay"
    deep = [path.relative_to(ROOT).as_posix() for path in SOURCES if len(path.relative_to(src).parents) > 4]

    assert deep == []


def test_a_module_offers_few_names():
    crowded = {}
    for path in SOURCES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and any(
                isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets
            ):
                names = ast.literal_eval(node.value)
                if len(names) > PUBLIC_NAMES:
                    crowded[path.relative_to(ROOT).as_posix()] = len(names)

    assert crowded == {}


def test_mocks_are_few():
    tests = mocks = 0
    for path in TESTS:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            tests += isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
            mocks += isinstance(node, ast.Call) and is_mock(node.func)

    assert mocks <= MOCKS_PER_TEST * tests, f"{mocks} mocks in {tests} tests"


def is_mock(called: ast.expr) -> bool:
    """Whether a call puts a stand-in where the real part was: a mock, or an attribute set from outside."""
    name = ast.unparse(called)
    return name.rpartition(".")[2] in {"Mock", "MagicMock", "AsyncMock", "patch"} or name == "monkeypatch.setattr"


def test_the_changelog_has_a_place_for_what_is_to_come():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert re.search(r"^## Unreleased$", text, re.MULTILINE)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names in the wheel that the build backend makes of this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    with zipfile.ZipFile(built) as archive:
        return archive.namelist()


def test_the_wheel_holds_the_package_with_its_data(wheel):
    src = ROOT / "src"
    wanted = {path.relative_to(src).as_posix() for path in tracked() if path.is_relative_to(src)}

    assert wanted - set(wheel) == set()
    assert "assay/py.typed" in wheel


def test_the_wheel_holds_the_scripts_of_others_with_their_licences(wheel):
    assets = json.loads((ROOT / "requirements/assets.json").read_text(encoding="utf-8"))
    wanted = {f"{a['folder'].removeprefix('src/')}/{name}" for a in assets for name in a["files"].values()}

    assert wanted - set(wheel) == set(), "python requirements/assets.py fetches them"
    assert [a["name"] for a in assets if not any("LICENSE" in name for name in a["files"].values())] == []


def test_the_wheel_holds_the_licence_the_command_and_nothing_else(wheel):
    outside = {name.partition("/")[2] for name in wheel if not name.startswith("assay/")}

    assert outside == {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}
