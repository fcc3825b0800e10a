"""Running a program that a configuration names: its arguments at the end, its output read, its time bounded.

It runs in the configuration's folder with the configuration's environment, as the person who named it would run it.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping
from pathlib import Path

from assay.evaluate.promptfoo.scripting import failed

MAX_OUTPUT_BYTES = 10_000_000
_PART_BYTES = 1 << 16


async def run_program(file: Path, *arguments: str, folder: Path, timeout_s: float = 60.0) -> str:
    """What an executable file prints.

    Raises:
        GraderFailed: It cannot be started, took too long, or ended with an error.
    """
    return await run_command([str(file), *arguments], folder=folder, timeout_s=timeout_s)


async def run_command(
    command: list[str], *, folder: Path, timeout_s: float, env: Mapping[str, str] | None = None
) -> str:
    """What a command prints, without the line break at its end.

    Raises:
        GraderFailed: It cannot be started, took too long, or ended with an error.
    """
    name = Path(command[0]).name
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=folder,
            env={**os.environ, **(env or {})},
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise failed(f"{name} cannot be started: {reason}", "promptfoo.program") from None
    try:
        async with asyncio.timeout(timeout_s):
            out, said, _ = await asyncio.gather(_all(process), _end(process.stderr), process.wait())
    except _TooMuch:
        raise failed(f"{name} printed more than {MAX_OUTPUT_BYTES:,} bytes", "promptfoo.program") from None
    except TimeoutError:
        raise failed(f"{name} took longer than {timeout_s:g} s", "promptfoo.timeout") from None
    finally:
        if process.returncode is None:
            _kill(process)
            await process.wait()
    if process.returncode != 0 and not out.strip():
        told = said.decode("utf-8", "replace").strip().splitlines()
        last = told[-1][:300] if told else "it said nothing"
        raise failed(f"{name} ended with status {process.returncode}: {last}", "promptfoo.program")
    return out.decode("utf-8", "replace").rstrip("\n")


class _TooMuch(Exception):
    """More was printed than is read."""


def _kill(process: asyncio.subprocess.Process) -> None:
    """End it at once, and whatever it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


async def _all(process: asyncio.subprocess.Process) -> bytes:
    """What it prints; one that prints too much is ended, and the rest read off, as a full pipe never ends."""
    found, much = bytearray(), False
    while process.stdout is not None and (part := await process.stdout.read(_PART_BYTES)):
        found += b"" if much else part
        if len(found) > MAX_OUTPUT_BYTES and not much:
            much = True
            _kill(process)
    if much:
        raise _TooMuch
    return bytes(found)


async def _end(stream: asyncio.StreamReader | None) -> bytes:
    """The end of what is printed, however much there is."""
    found = b""
    while stream is not None and (part := await stream.read(_PART_BYTES)):
        found = (found + part)[-_PART_BYTES:]
    return found
