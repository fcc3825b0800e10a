"""What holds for every test: its own home folder, no network but loopback, and Chromium only where it is.

The home and the cache folder are made once a session and shared by its worker processes, so that
what is expensive to make (the re-quantised model) is made once.
"""

import ipaddress
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

# A shell without job control has its background commands ignore Ctrl-C, and they hand that down to all that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


HOME_VARIABLE = "ASSAY_TESTS_HOME"

hypothesis.settings.register_profile("dev", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_configure(config: pytest.Config) -> None:
    """Move the session away from the user's own settings, keys and caches, in the first process of the session."""
    if hasattr(config, "workerinput"):
        return
    for name in list(os.environ):
        if _is_personal(name):
            del os.environ[name]
    home = Path(tempfile.mkdtemp(prefix="assay-tests-"))
    os.environ[HOME_VARIABLE] = os.environ["HOME"] = str(home)
    for kind in ("cache", "config", "data", "state"):
        os.environ[f"XDG_{kind.upper()}_HOME"] = str(home / f".{kind}")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the session's home folder."""
    if not hasattr(config, "workerinput") and (home := os.environ.get(HOME_VARIABLE)):
        shutil.rmtree(home, ignore_errors=True)


def _is_personal(name: str) -> bool:
    """Whether a variable of the user's could change what a test sees."""
    if name in {"ASSAY_REQUIRE_CHROMIUM", HOME_VARIABLE}:
        return False
    colour = {"NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES"}
    hosts = name.startswith("GITHUB_") or name == "CI_PROJECT_DIR"  # a job of a CI system changes what is printed
    return hosts or name.startswith("ASSAY_") or name.endswith(("_API_KEY", "_proxy", "_PROXY")) or name in colour


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the browser tests out where there is no Chromium, unless it is required."""
    if shutil.which("chromium") or os.environ.get("ASSAY_REQUIRE_CHROMIUM"):
        return
    left_out = [item for item in items if item.get_closest_marker("browser")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("browser")]


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium; for tests marked ``browser``."""
    path = shutil.which("chromium")
    assert path, "Chromium is required here (ASSAY_REQUIRE_CHROMIUM) and not installed"
    return path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that the test stands in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


class OutsideError(OSError):
    """What a test gets that reaches for the network; an ``OSError``, so that the code under test may handle it."""


_reached: list[str] = []


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Refuse connections and look-ups that leave this machine, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _guarded(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", _guarded(socket.socket.connect_ex))
        look_up = socket.getaddrinfo
        patch.setattr(socket, "getaddrinfo", lambda host, *a, **k: (_check(host), look_up(host, *a, **k))[1])
        yield


@pytest.fixture(autouse=True)
def _stayed_inside(_no_network: None) -> Iterator[None]:
    """Fail the test that reached outside, even where the code under test swallowed the refusal."""
    _reached.clear()
    yield
    assert not _reached, f"the test reached for the network: {', '.join(_reached)}"


def _guarded(connect):
    def guarded(self: socket.socket, address):
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            _check(address[0])
        return connect(self, address)

    return guarded


def _check(host: str | bytes | None) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if not name or name == "localhost":
        return
    if name.endswith(".invalid"):  # reserved for names that never exist: answered here as any resolver would
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    try:
        if ipaddress.ip_address(name.partition("%")[0]).is_loopback:
            return
    except ValueError:
        pass
    _reached.append(name)
    raise OutsideError(f"tests stay on this machine, and this one reached for {name}")
