"""promptfoo's own configurations: each gives the rows, verdicts and scores that promptfoo gave."""

import contextlib
import importlib.util
import json
import os
import shutil
from pathlib import Path
from types import ModuleType

import pytest

from assay.cli.main import run

CASES = Path(__file__).parents[3] / "shared" / "data" / "promptfoo"
FOLDERS = sorted(path.parent for path in CASES.glob("*/case.json"))

EXCEPTIONS: dict[str, str] = {}
"""Case -> why it does not agree. A case that does agree may not stand here."""

pytestmark = pytest.mark.skipif(not FOLDERS, reason="the conformance data is not there")


@pytest.fixture(scope="module")
def check() -> ModuleType:
    """The script that comes with the cases."""
    spec = importlib.util.spec_from_file_location("promptfoo_check", CASES / "check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def environment():
    """The environment as it is now, afterwards too: a configuration may set variables."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


class Options:
    """What the script compares: everything."""

    outputs = assertions = True
    rows_only = False


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_configuration_gives_what_promptfoo_gave(folder, check, tmp_path, monkeypatch, capsys):
    case = json.loads((folder / "case.json").read_text("utf-8"))
    want = json.loads((folder / "golden.json").read_text("utf-8"))
    shutil.copytree(folder, tmp_path / "case")
    monkeypatch.chdir(tmp_path / "case" / case["cwd"])
    for name, value in case["env"].items():
        monkeypatch.setenv(name, value)
    out = tmp_path / "out.json"
    with serving(check, case, monkeypatch):
        flags = ["--exit-codes", "promptfoo", "--export", f"promptfoo={out}", "-q"]
        status = run(["eval", *case["configs"], *case["flags"], *flags])
    refused = want["stats"] is None
    found = []
    if check.exit_class(status, refused) != check.exit_class(want["exit_code"], refused):
        found.append(f"exit status {status}, wanted {want['exit_code']}: {capsys.readouterr().err[-400:]}")
    if not refused:
        found += compared(check, want, out, capsys)

    if folder.name in EXCEPTIONS:
        assert found, f"{folder.name} agrees; take it off the list"
    else:
        assert found == []


def compared(check, want, out, capsys) -> list[str]:
    if not out.exists():
        return [f"no results: {capsys.readouterr().err[-400:]}"]
    return check.compare(want, check.to_golden(json.loads(out.read_bytes())), Options)


def serving(check, case, monkeypatch):
    """The stand-in model that the case asks, for as long as it runs."""
    if not case["stub"]:
        return contextlib.nullcontext()
    stub = check.Stub(check.find_stub(None), case["stub"])
    for name, value in {
        "OPENAI_BASE_URL": stub.url + "/v1",
        "OPENAI_API_KEY": "x",
        "ANTHROPIC_BASE_URL": stub.url,
        "ANTHROPIC_API_KEY": "x",
        "STUB_URL": stub.url,
    }.items():
        monkeypatch.setenv(name, value)
    stack = contextlib.ExitStack()
    stack.callback(lambda: (stub.stop(), stub.process.stdout.close()))
    return stack


def test_every_exception_is_a_case_with_a_reason():
    assert set(EXCEPTIONS) <= {folder.name for folder in FOLDERS}
    assert all(EXCEPTIONS.values())
