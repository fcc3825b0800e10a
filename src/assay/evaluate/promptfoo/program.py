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
            out, said = await process.communicate()
    except TimeoutError:
        raise failed(f"{name} took longer than {timeout_s:g} s", "promptfoo.timeout") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if len(out) > MAX_OUTPUT_BYTES:
        raise failed(f"{name} printed more than {MAX_OUTPUT_BYTES:,} bytes", "promptfoo.program")
    if process.returncode != 0 and not out.strip():
        told = said.decode("utf-8", "replace").strip().splitlines()
        last = told[-1][:300] if told else "it said nothing"
        raise failed(f"{name} ended with status {process.returncode}: {last}", "promptfoo.program")
    return out.decode("utf-8", "replace").rstrip("\n")
