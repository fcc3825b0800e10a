"""The child's life: one for all, replaced when it dies or hangs, and gone when nobody needs it."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.core.errors import BadInput, ConnectionFailed, Unavailable
from assay.models.client import ModelClient
from assay.models.embedded.place import Configuration, Place, State, place_of
from assay.models.embedded.supervisor import Endpoint, OnDemand, ensure, status, stop
from assay.models.embedded.weights import MODEL
from assay.models.retry import RetryPolicy
from assay.models.target import parse_target
from assay.models.types import Message, Parameters, Request

MINE = Configuration(idle_s=30.0, engines=1, context_tokens=512)
ENSURE = """
import asyncio, sys, time
from pathlib import Path
from assay.models.embedded.place import Configuration
from assay.models.embedded.supervisor import ensure
configuration = Configuration(idle_s=float(sys.argv[2]), engines=1, context_tokens=512)
endpoint = asyncio.run(ensure(configuration, folder=Path(sys.argv[1])))
print(endpoint.pid, endpoint.base_url, flush=True)
sys.stdin.read()
"""


def command(folder: Path, idle_s: float = 30.0) -> subprocess.Popen[str]:
    """Another command that needs the model, and stays until its input ends."""
    return subprocess.Popen(
        [sys.executable, "-P", "-c", ENSURE, str(folder), str(idle_s)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def place(folder: Path) -> Place:
    return place_of(MINE, folder)


async def until(condition: Callable[[], object], limit_s: float = 10.0) -> None:
    """Wait for what another process does."""
    async with asyncio.timeout(limit_s):
        while not condition():  # noqa: ASYNC110 - the other process tells nobody
            await asyncio.sleep(0.01)


async def until_gone(where: Place) -> None:
    """Wait until no child is there."""
    await until(lambda: not where.is_served())


def ask(text: str = "Say hello.", *, max_tokens: int = 4) -> Request:
    return Request(
        model=MODEL, messages=(Message(role="user", content=text),), parameters=Parameters(max_tokens=max_tokens)
    )


TARGET = parse_target(f"embedded/{MODEL}")


def test_a_printed_endpoint_keeps_its_key_to_itself():
    assert "secret" not in repr(Endpoint(base_url="http://127.0.0.1:1/v1", token="secret", pid=1))


async def test_with_no_child_there_is_nothing_to_show_or_stop(tmp_path):
    assert await status(folder=tmp_path / "none") == ()
    assert await stop(folder=tmp_path / "none") == 0


async def test_weights_that_are_not_there_are_refused_before_anything_starts(tmp_path):
    with pytest.raises(BadInput, match="there are no weights at"):
        await ensure(Configuration(weights=str(tmp_path / "none.gguf")), folder=tmp_path / "run")

    assert not (tmp_path / "run").exists()


async def test_a_child_that_cannot_start_says_why(tmp_path):
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF and then nothing")

    with pytest.raises(Unavailable, match=r"did not start: error: .*is not a GGUF file") as caught:
        await ensure(Configuration(weights=str(broken)), folder=tmp_path / "run")

    assert "server.log" in caught.value.hint


@pytest.mark.model
async def test_weights_that_the_engine_cannot_load_are_named(small_file, folder):
    with pytest.raises(Unavailable, match="the engine cannot load") as caught:
        await ensure(Configuration(weights=str(small_file)), folder=folder)

    assert caught.value.code == "embedded.start"


async def test_a_child_that_takes_too_long_is_given_up(folder):
    with pytest.raises(Unavailable, match="it did not answer in time"):
        await ensure(MINE, folder=folder, start_limit_s=0.05)

    await until_gone(place(folder))


@pytest.mark.model
async def test_one_child_is_started_shared_shown_and_stopped(folder):
    first = await ensure(MINE, folder=folder)
    again = await ensure(MINE, folder=folder)
    (shown,) = await status(folder=folder)

    assert again == first
    assert (shown.healthy, shown.pid, shown.base_url, shown.model) == (True, first.pid, first.base_url, MODEL)
    assert (shown.engines, shown.calls, shown.idle_s) == (1, 0, 30.0)
    assert await stop(folder=folder) == 1
    assert await status(folder=folder) == ()
    assert not alive(first.pid)
    assert place(folder).read_state() is None


@pytest.mark.model
async def test_the_child_sees_no_key_of_its_starter(folder, monkeypatch):
    monkeypatch.setenv("EXAMPLE_API_KEY", "a-secret-of-the-user")
    endpoint = await ensure(MINE, folder=folder)
    seen = await asyncio.to_thread(Path(f"/proc/{endpoint.pid}/environ").read_bytes)

    assert b"a-secret-of-the-user" not in seen
    assert endpoint.token.encode() not in seen
    assert endpoint.token not in place(folder).last_words()


@pytest.mark.model
async def test_many_commands_at_once_start_exactly_one_child(folder):
    commands = [command(folder) for _ in range(4)]
    ours = await ensure(MINE, folder=folder)
    said = {await asyncio.to_thread(running.stdout.readline) for running in commands}
    for running in commands:
        await asyncio.to_thread(running.communicate)

    assert said == {f"{ours.pid} {ours.base_url}\n"}
    assert len(await status(folder=folder)) == 1


@pytest.mark.model
async def test_a_child_outlives_a_killed_starter_only_until_it_is_idle(folder):
    running = command(folder, idle_s=1.0)
    pid = int((await asyncio.to_thread(running.stdout.readline)).split()[0])
    running.kill()
    await asyncio.to_thread(running.communicate)

    assert place(folder).holder() == pid
    await until_gone(place(folder))


@pytest.mark.model
async def test_a_starter_killed_before_its_child_answers_leaves_nothing(folder):
    running = command(folder, idle_s=0.5)
    await until(place(folder).is_served)
    running.kill()
    await asyncio.to_thread(running.communicate)
    ours = await ensure(MINE, folder=folder)

    assert place(folder).holder() == ours.pid
    assert len(await status(folder=folder)) == 1
    await until_gone(place(folder))


@pytest.mark.model
async def test_a_claim_keeps_a_child_and_a_look_does_not(folder):
    short = Configuration(idle_s=2.0, engines=1, context_tokens=512)
    endpoint = await ensure(short, folder=folder)
    for _ in range(2):
        await asyncio.sleep(1.2)
        assert (await ensure(short, folder=folder)).pid == endpoint.pid
    for _ in range(40):
        await asyncio.sleep(0.2)
        if not await status(folder=folder):
            return
    pytest.fail("the child is still there")


@pytest.mark.model
@pytest.mark.parametrize("lost", ["state", "folder"])
async def test_a_child_whose_folder_forgets_it_ends(folder, lost):
    await ensure(MINE, folder=folder)
    where = place(folder)
    pid = where.holder()
    if lost == "state":
        where.forget()
    else:
        shutil.rmtree(folder)

    assert pid is not None
    await until(lambda: not alive(pid))


def alive(pid: int) -> bool:
    """Whether the process runs; one that ended and was not collected yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.model
async def test_a_killed_child_is_replaced(folder):
    first = await ensure(MINE, folder=folder)
    os.kill(first.pid, signal.SIGKILL)
    second = await ensure(MINE, folder=folder)

    assert second.pid != first.pid
    assert second.token != first.token
    async with ModelClient(embedded_endpoint=OnDemand(MINE, folder=folder)) as client:
        assert (await client.generate(TARGET, ask())).usage.output == 4


@pytest.mark.model
async def test_a_call_whose_child_is_killed_gets_its_reply_from_the_next_one(folder):
    endpoint = OnDemand(MINE, folder=folder)
    async with ModelClient(embedded_endpoint=endpoint) as client:
        await client.generate(TARGET, ask())
        killed = place(folder).holder()
        call = asyncio.create_task(client.generate(TARGET, ask("Tell me a long story.", max_tokens=120)))
        await asyncio.sleep(0.3)
        os.kill(killed, signal.SIGKILL)
        reply = await call

    assert reply.attempts > 1
    assert reply.usage.output is not None
    assert place(folder).holder() not in {None, killed}


@pytest.mark.model
async def test_a_call_whose_child_is_killed_fails_as_a_broken_connection(folder):
    async with ModelClient(embedded_endpoint=OnDemand(MINE, folder=folder)) as client:
        await client.generate(TARGET, ask())
        once = RetryPolicy(max_attempts=1)
        call = asyncio.create_task(client.generate(TARGET, ask("A story.", max_tokens=200), policy=once))
        await asyncio.sleep(0.3)
        os.kill(place(folder).holder(), signal.SIGKILL)
        with pytest.raises(ConnectionFailed):
            await call


@pytest.mark.model
@pytest.mark.parametrize("told", ["dead", "wrong-port", "reused-number"])
async def test_what_a_dead_child_left_is_recovered_from(folder, told):
    where = place(folder)
    where.make()
    where.write_state(
        State(
            pid=os.getpid() if told == "reused-number" else 2**22 - 3,
            port=1,
            token="old",
            model=MODEL,
            fingerprint="old",
            idle_s=30.0,
            started_utc="2026-01-01T00:00:00+00:00",
        )
    )
    where.serving_lock.write_text(str(os.getpid()))

    assert await stop(folder=folder) == 0
    endpoint = await ensure(MINE, folder=folder)

    assert endpoint.token != "old"
    assert alive(os.getpid())


@pytest.mark.model
async def test_a_child_with_another_ones_state_is_not_trusted(folder):
    endpoint = await ensure(MINE, folder=folder)
    where = place(folder)
    state = json.loads((where.folder / "state.json").read_text())
    (where.folder / "state.json").write_text(json.dumps({**state, "token": "forged"}))

    fresh = await ensure(MINE, folder=folder)

    assert fresh.pid != endpoint.pid
    assert fresh.token not in {endpoint.token, "forged"}


@pytest.mark.model
async def test_a_child_that_hangs_is_replaced(folder):
    first = await ensure(MINE, folder=folder)
    os.kill(first.pid, signal.SIGSTOP)
    second = await ensure(MINE, folder=folder, hung_after_s=0.2)

    assert second.pid != first.pid
    assert not alive(first.pid)


@pytest.mark.model
async def test_stopping_ends_a_child_that_hangs(folder):
    endpoint = await ensure(MINE, folder=folder)
    os.kill(endpoint.pid, signal.SIGSTOP)

    assert await stop(folder=folder, limit_s=0.2) == 1
    assert not alive(endpoint.pid)


@pytest.mark.model
async def test_on_demand_asks_once_for_many_calls_and_again_after_a_death(folder):
    endpoint = OnDemand(MINE, folder=folder)
    answers = set(await asyncio.gather(*(endpoint() for _ in range(20))))
    ((base_url, token),) = answers
    os.kill(place(folder).holder(), signal.SIGKILL)
    await until_gone(place(folder))
    after = await endpoint()

    assert token != after[1]
    assert base_url.startswith("http://127.0.0.1:")
    assert len(await status(folder=folder)) == 1
