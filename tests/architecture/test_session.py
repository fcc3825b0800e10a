"""What the session promises every test: no way out of this machine, and a home of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

REACHES_OUT = """
import asyncio, os, socket, urllib.request
import pytest

def test_by_address_and_swallowed():
    with pytest.raises(OSError):
        socket.create_connection(("192.0.2.1", 80), timeout=1)

def test_by_name_and_swallowed():
    with pytest.raises(OSError):
        urllib.request.urlopen("http://example.com")
"""

STAYS_INSIDE = """
import asyncio, os, socket
import pytest

async def test_loopback_is_free():
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    _, writer = await asyncio.open_connection("localhost", port)
    writer.close()
    await writer.wait_closed()
    server.close()

def test_a_reserved_name_does_not_resolve():
    with pytest.raises(socket.gaierror):
        socket.create_connection(("nowhere.invalid", 80))

def test_home_is_another_and_keys_are_gone():
    assert os.environ["HOME"] != "somewhere"
    assert os.environ["XDG_CACHE_HOME"].startswith(os.environ["HOME"])
    assert not {"OPENAI_API_KEY", "ASSAY_MODELS_TIMEOUT_S", "https_proxy"} & os.environ.keys()
"""


def run(folder: Path, source: str) -> tuple[int, str]:
    """Run a file of tests in a session that has this project's ``conftest.py``; its status and its last line."""
    (folder / "test_inner.py").write_text(source)
    environment = os.environ | {
        "PYTHONPATH": str(ROOT / "tests"),
        "HOME": "somewhere",
        "OPENAI_API_KEY": "sk-not-a-key",
        "ASSAY_MODELS_TIMEOUT_S": "1",
        "https_proxy": "http://127.0.0.1:9",
    }
    command = [sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:xdist", "-c", str(ROOT / "pyproject.toml")]
    result = subprocess.run(
        [*command, str(folder)], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    return result.returncode, result.stdout.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("source", "status", "summary"),
    [
        pytest.param(REACHES_OUT, 1, "2 passed, 2 errors", id="reaches-out"),
        pytest.param(STAYS_INSIDE, 0, "3 passed", id="stays-inside"),
    ],
)
def test_a_test_that_reaches_for_the_network_fails_even_if_it_swallows_the_refusal(tmp_path, source, status, summary):
    code, last = run(tmp_path, source)

    assert (code, last.partition(" in ")[0]) == (status, summary)
