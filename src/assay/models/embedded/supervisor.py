"""Starts, shares and stops the embedded model's child process.

Commands that run at the same time share one child. A command that needs it calls ``ensure`` (or
holds an ``OnDemand``), and never has to stop it: the child stops by itself when it is idle.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import msgspec

from assay.core.errors import Unavailable
from assay.models.embedded.place import Configuration, Place, State, lock, place_of, runs_folder
from assay.models.embedded.probe import ask

BUSY = 75
"""The exit status of a child that found another one in its place."""

_HEALTH_LIMIT_S = 2.0
_KILL_LIMIT_S = 5.0
_PAUSE_S = 0.02

# A child that this process started is its child until it ends, and has to be collected then.
_started: list[subprocess.Popen[bytes]] = []


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where the embedded model answers, in OpenAI's chat dialect, and the key that it asks for."""

    base_url: str
    token: str
    pid: int

    def __repr__(self) -> str:
        return f"Endpoint(base_url={self.base_url!r}, pid={self.pid})"


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """A child that is alive.

    Attributes:
        healthy: Whether it answers; a child that is starting does not yet.
        fingerprint: The weights and the engine, as replies name them; None where it does not answer.
        engines: How many engines it has started.
        calls: How many replies it has given.
        idle_s: It stops after this long without a call.
        folder: Where it keeps its state and its log.
    """

    pid: int | None
    healthy: bool
    folder: Path
    base_url: str | None = None
    model: str | None = None
    fingerprint: str | None = None
    started_utc: str | None = None
    engines: int | None = None
    calls: int | None = None
    idle_s: float | None = None


class _Health(msgspec.Struct, frozen=True):
    pid: int
    engines: int
    calls: int


async def ensure(
    configuration: Configuration | None = None,
    *,
    folder: Path | None = None,
    start_limit_s: float = 60.0,
    hung_after_s: float = 10.0,
) -> Endpoint:
    """The endpoint of a child that answers: the one that runs, or a new one.

    Args:
        configuration: How the model runs.
        folder: Where children have their folders; None for the user's cache folder.
        start_limit_s: Longest time to wait for a new child.
        hung_after_s: A child that is there and does not answer for this long is ended by force, and replaced.

    Raises:
        Unavailable: The weights are not installed, or the child did not start; the sentence holds the end of its log.
        BadInput: The weights named are not there.
        StorageFailed: The folder cannot be made.
    """
    configuration = configuration or Configuration()
    place = place_of(configuration, folder)
    if (endpoint := await _claim(place, limit_s=min(_HEALTH_LIMIT_S, hung_after_s))) is not None:
        return endpoint
    deadline_s = time.monotonic() + start_limit_s
    async with _starting(place, deadline_s):
        return await _start(place, configuration, deadline_s=deadline_s, hung_after_s=hung_after_s)


async def stop(*, folder: Path | None = None, limit_s: float = 5.0) -> int:
    """Stop every child that has its folder there.

    Args:
        folder: As for ``ensure``.
        limit_s: After this long, a child is ended by force.

    Returns:
        How many were stopped.
    """
    places = [place for place in _places(folder) if place.is_served()]
    await asyncio.gather(*(_stop(place, limit_s) for place in places))
    return len(places)


async def status(*, folder: Path | None = None) -> tuple[Status, ...]:
    """Every child that has its folder there and is alive; looking does not keep it from stopping when idle."""
    return tuple([await _status(place) for place in _places(folder) if place.is_served()])


class OnDemand:
    """The endpoint, made sure of before each call, at the cost of a file lock's look where all is well.

    What the model client takes as its ``embedded_endpoint``: called, it gives the base address and the key.
    """

    def __init__(
        self, configuration: Configuration | None = None, *, folder: Path | None = None, start_limit_s: float = 60.0
    ) -> None:
        self._configuration = configuration or Configuration()
        self._folder = folder
        self._start_limit_s = start_limit_s
        self._one_at_a_time = asyncio.Lock()
        self._known: tuple[Place, Endpoint] | None = None
        self._fresh_until_s = 0.0

    async def __call__(self) -> tuple[str, str]:
        """The base address and the key.

        Raises:
            Unavailable, BadInput, StorageFailed: As ``ensure``.
        """
        async with self._one_at_a_time:
            endpoint = self._fresh() or await self._ensure()
        return endpoint.base_url, endpoint.token

    def _fresh(self) -> Endpoint | None:
        if self._known is None or time.monotonic() > self._fresh_until_s:
            return None
        place, endpoint = self._known
        return endpoint if place.is_served() else None

    async def _ensure(self) -> Endpoint:
        asked_s = time.monotonic()
        endpoint = await ensure(self._configuration, folder=self._folder, start_limit_s=self._start_limit_s)
        place = place_of(self._configuration, self._folder)
        state = place.read_state()
        # Asked for again well before it would stop, so that it does not stop between two slow calls.
        self._fresh_until_s = asked_s + (state.idle_s / 4 if state is not None else 0.0)
        self._known = place, endpoint
        return endpoint


def _places(folder: Path | None) -> list[Place]:
    folder = folder or runs_folder()
    return [Place(found) for found in sorted(folder.iterdir())] if folder.is_dir() else []


async def _claim(place: Place, *, limit_s: float = _HEALTH_LIMIT_S) -> Endpoint | None:
    """The endpoint of a child that answers, told that it is wanted; None where there is none."""
    _collect()
    state = place.read_state()
    if state is None or not place.is_served() or await _health(state, claim=True, limit_s=limit_s) is None:
        return None
    return Endpoint(base_url=_base_url(state), token=state.token, pid=state.pid)


async def _health(state: State, *, claim: bool, limit_s: float = _HEALTH_LIMIT_S) -> _Health | None:
    path = "/health?claim=1" if claim else "/health"
    told = await ask(state.port, state.token, method="GET", path=path, limit_s=limit_s)
    try:
        health = msgspec.convert(told, _Health)
    except msgspec.ValidationError:
        return None
    return health if health.pid == state.pid else None


def _base_url(state: State) -> str:
    return f"http://127.0.0.1:{state.port}/v1"


@contextlib.asynccontextmanager
async def _starting(place: Place, deadline_s: float) -> AsyncIterator[None]:
    """Be the only command that starts a child here."""
    while True:
        place.make()
        with contextlib.suppress(FileNotFoundError):
            if (handle := lock(place.starting_lock)) is not None:
                break
        if time.monotonic() > deadline_s:
            raise Unavailable(
                f"another command has been starting the embedded model in {place.folder} for too long",
                hint="run 'assay models stop', then try again",
                code="embedded.start_blocked",
            )
        await asyncio.sleep(_PAUSE_S)
    try:
        yield
    finally:
        os.close(handle)


async def _start(place: Place, configuration: Configuration, *, deadline_s: float, hung_after_s: float) -> Endpoint:
    """Start a child and wait until it answers; wait for one that is already starting; end one that hangs."""
    child: subprocess.Popen[bytes] | None = None
    hung_at_s = time.monotonic() + hung_after_s
    while time.monotonic() < deadline_s:
        if (endpoint := await _claim(place, limit_s=min(_HEALTH_LIMIT_S, hung_after_s))) is not None:
            return endpoint
        if child is None and not place.is_served():
            child = _spawn(place, configuration)
        elif child is not None and child.poll() is not None:
            if child.returncode != BUSY:
                raise _did_not_start(place, f"it ended with status {child.returncode}")
            child = None
        elif child is None and time.monotonic() > hung_at_s and place.read_state() is not None:
            _end(place)
        await asyncio.sleep(_PAUSE_S)
    if child is not None:
        child.kill()
    raise _did_not_start(place, "it did not answer in time")


def _spawn(place: Place, configuration: Configuration) -> subprocess.Popen[bytes]:
    """Start a child that is nobody's: its own session, no terminal, no file of this process, a log of its own."""
    said = msgspec.json.encode(configuration).decode()
    module = "assay.models.embedded.server"
    log = os.open(place.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    try:
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", module, "--folder", str(place.folder), "--configuration", said],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=_environment(os.environ),
            start_new_session=True,
        )
    finally:
        os.close(log)
    _started.append(child)
    return child


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What the child needs of the environment; keys and other secrets stay out of it."""
    names = {"HOME", "LANG", "PATH", "SYSTEMROOT", "TMPDIR", "VIRTUAL_ENV", "XDG_CACHE_HOME"}
    loader = ("LC_", "LD_", "DYLD_")
    kept = {name: value for name, value in environ.items() if name in names or name.startswith(loader)}
    if paths := environ.get("PYTHONPATH"):
        kept["PYTHONPATH"] = os.pathsep.join(str(Path(path).absolute()) for path in paths.split(os.pathsep) if path)
    # Two threads would wait for each other in a loop: twenty times slower on a busy machine.
    return kept | {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE", "PYTHONUNBUFFERED": "1"}


def _did_not_start(place: Place, what: str) -> Unavailable:
    said = place.last_words()
    return Unavailable(
        f"the embedded model did not start: {said or what}",
        hint=f"its log is {place.log}",
        code="embedded.start",
    )


def _end(place: Place) -> None:
    """End the child by force: only a child holds the lock, so its number is not another process's."""
    if (pid := place.holder()) is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _collect() -> None:
    """Collect the children of this process that have ended."""
    _started[:] = [child for child in _started if child.poll() is None]


async def _stop(place: Place, limit_s: float) -> None:
    state = place.read_state()
    if state is not None:
        await ask(state.port, state.token, method="POST", path="/stop", limit_s=min(_HEALTH_LIMIT_S, limit_s))
    deadline_s = time.monotonic() + limit_s
    while place.is_served() and time.monotonic() < deadline_s + _KILL_LIMIT_S:
        if state is None or time.monotonic() > deadline_s:
            _end(place)
        await asyncio.sleep(_PAUSE_S)
    _collect()


async def _status(place: Place) -> Status:
    state = place.read_state()
    health = await _health(state, claim=False) if state is not None else None
    if state is None or health is None:
        return Status(pid=place.holder(), healthy=False, folder=place.folder)
    return Status(
        pid=state.pid,
        healthy=True,
        folder=place.folder,
        base_url=_base_url(state),
        model=state.model,
        fingerprint=state.fingerprint,
        started_utc=state.started_utc,
        engines=health.engines,
        calls=health.calls,
        idle_s=state.idle_s,
    )
