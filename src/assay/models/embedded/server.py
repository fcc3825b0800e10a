"""The child process: loads the model, serves it on loopback, and ends by itself.

Started by ``supervisor.py`` as ``python -m assay.models.embedded.server``. It ends when it was idle for
long enough, when it is told to, and when its folder no longer says that it is the one: so it never
outlives what started it for long, however that ended.
"""

import argparse
import asyncio
import contextlib
import os
import secrets
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import msgspec
from aiohttp import web

from assay.core.clock import SystemClock
from assay.core.errors import AssayError
from assay.models.embedded.llama import Llama, open_session, start_engine
from assay.models.embedded.place import Configuration, Place, State, engine_version, serve_alone
from assay.models.embedded.pool import Pool
from assay.models.embedded.service import About, Service
from assay.models.embedded.supervisor import BUSY
from assay.models.embedded.weights import MODEL, Prepared, cache_folder, find, prepare

_LOCK_LIMIT_S = 5.0
_LOOK_EVERY_S = 0.5
_LAST_CALLS_S = 1.0


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Serve until there is no reason to, then end the process at once: the engine's own end is not waited for."""
    place, configuration = _read(arguments)
    status = 1
    try:
        status = _run(place, configuration)
    except AssayError as error:
        _say(f"error: {error}" + (f" (hint: {error.hint})" if error.hint else ""))
    finally:
        sys.stderr.flush()
        os._exit(status)


def _read(arguments: Sequence[str] | None) -> tuple[Place, Configuration]:
    parser = argparse.ArgumentParser(prog="python -m assay.models.embedded.server", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where the state, the log and the locks are")
    parser.add_argument("--configuration", default="{}", help="how the model runs, as JSON")
    given = parser.parse_args(arguments)
    return Place(given.folder.absolute()), msgspec.json.decode(given.configuration, type=Configuration)


def _run(place: Place, configuration: Configuration) -> int:
    if serve_alone(place, limit_s=_LOCK_LIMIT_S) is None:
        return BUSY
    place.forget()
    prepared = prepare(find(configuration.weights), cache_folder(), requantise=configuration.requantise)
    try:
        asyncio.run(_serve(place, configuration, prepared))
    finally:
        place.forget()
    return 0


async def _serve(place: Place, configuration: Configuration, prepared: Prepared) -> None:
    state = State(
        pid=os.getpid(),
        port=0,
        token=secrets.token_urlsafe(32),
        model=MODEL,
        fingerprint=fingerprint(prepared),
        idle_s=configuration.idle_s,
        started_utc=SystemClock().now_utc().isoformat(timespec="seconds"),
    )
    async with open_session() as session:

        async def start() -> Llama:
            return start_engine(prepared.path, context_tokens=configuration.context_tokens, session=session)

        pool = Pool(start, most=configuration.engines)
        await pool.first()
        service = Service(_about(state, configuration, prepared), pool)
        _end_on_signals(service)
        runner = web.AppRunner(
            service.application(), access_log=None, handler_cancellation=True, shutdown_timeout=_LAST_CALLS_S
        )
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        state = msgspec.structs.replace(state, port=runner.addresses[0][1])
        place.write_state(state)
        await _until_the_end(place, service, state)
        place.forget()
        await runner.cleanup()


def fingerprint(prepared: Prepared) -> str:
    """The weights and the engine, as replies name them: equal names, seeds and prompts give equal replies."""
    return f"{MODEL}-{prepared.quantisation}-{prepared.sha256[:8]}-xllamacpp-{engine_version()}"


def _about(state: State, configuration: Configuration, prepared: Prepared) -> About:
    return About(
        pid=state.pid,
        token=state.token,
        fingerprint=state.fingerprint,
        vocabulary=prepared.vocabulary,
        context_tokens=configuration.context_tokens,
    )


def _end_on_signals(service: Service) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, service.ending.set)


async def _until_the_end(place: Place, service: Service, state: State) -> None:
    """Return once there is no reason to go on."""
    while place.read_state() == state and service.activity.idle_s() < state.idle_s:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(service.ending.wait(), min(_LOOK_EVERY_S, state.idle_s / 4))
            return


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 - standard error is this process's log


if __name__ == "__main__":
    main()
