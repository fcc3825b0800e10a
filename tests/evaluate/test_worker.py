"""Worker processes end with the process that started them, however it ends; and cost little while they run."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assay.author.source import WorkingTree
from assay.core.errors import GraderFailed
from assay.evaluate.worker import WorkerPool

OWN = """
import os, re, time
def pid(): return os.getpid()
def spin():
    while True: pass
def stuck(): re.match("(a+)+b", "a" * 80)
def add(a, b): return a + b
def disturb(text, times):
    for number in range(3, 16):
        try: os.write(number, text.encode() * times)
        except OSError: pass
    time.sleep(0.2)
    return "mine"
"""
PARENT = """
import asyncio, sys
from pathlib import Path
from assay.author.source import WorkingTree
from assay.evaluate import worker

worker.GRACE_S = 0.5

async def main():
    pool = worker.WorkerPool(Path(sys.argv[1]), WorkingTree(Path(sys.argv[1]).parent))
    print(await pool.call("pid", timeout_s=5), flush=True)
    if sys.argv[2] != "idle":
        await pool.call(sys.argv[2], timeout_s=1.0)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    file = tmp_path / "own.py"
    file.write_text(OWN)
    return file


@contextlib.asynccontextmanager
async def pool_of(file: Path):
    pool = WorkerPool(file, WorkingTree(file.parent))
    try:
        yield pool
    finally:
        await pool.close()


def alive(pid: int) -> bool:
    """Whether the process runs; one that is dead and waits to be buried does not."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        if sys.platform == "linux":
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
        os.kill(pid, 0)
        return True
    return False


@pytest.mark.parametrize("doing", ["idle", "spin", "stuck"])
def test_a_killed_parent_leaves_no_process_behind(own, doing):
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(own), doing], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert alive(child)
    time.sleep(0.2)

    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()

    until = time.monotonic() + 10
    while alive(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive(child)


async def test_closing_the_pool_ends_its_processes(own):
    async with pool_of(own) as pool:
        pids = await asyncio.gather(*(pool.call("pid", timeout_s=5) for _ in range(4)))
        assert all(alive(pid) for pid in pids)

    assert not any(alive(pid) for pid in pids)


async def test_closing_the_pool_ends_what_is_under_way(own):
    async with pool_of(own) as pool:
        pid = await pool.call("pid", timeout_s=5)
        call = asyncio.create_task(pool.call("spin", timeout_s=60))
        await asyncio.sleep(0.1)

    with pytest.raises(GraderFailed):
        await call
    assert not alive(pid)


async def test_a_pool_that_was_never_asked_starts_nothing(own, monkeypatch):
    monkeypatch.setenv("PATH", "")

    async with pool_of(own):
        pass


async def test_a_thousand_calls_are_answered_in_their_own_places(own):
    async with pool_of(own) as pool:
        sums = await asyncio.gather(*(pool.call("add", i, 1, timeout_s=30) for i in range(1000)))

    assert sums == list(range(1, 1001))


async def test_an_argument_may_be_as_large_as_a_reply(own):
    async with pool_of(own) as pool:
        with pytest.raises(GraderFailed, match="more than 100,000 characters"):
            await pool.call("add", "x" * 3_000_000, "y", timeout_s=30)

        assert await pool.call("add", "x", "y", timeout_s=30) == "xy"


@pytest.mark.parametrize(
    ("text", "times"), [("not json\n", 1), ("x", 2_000_000), ('{"kind": "returned", "value": 7}\n', 2)]
)
async def test_code_that_writes_where_its_answers_go_cannot_disturb_other_calls(own, text, times):
    async with pool_of(own) as pool:
        with contextlib.suppress(GraderFailed):
            await pool.call("disturb", text, times, timeout_s=5)
        with contextlib.suppress(GraderFailed):
            assert await pool.call("add", 1, 2, timeout_s=5) == 3

        assert [await pool.call("add", 1, i, timeout_s=5) for i in range(3)] == [1, 2, 3]


async def test_a_process_that_cannot_be_started_is_an_error_of_the_grader(own, tmp_path):
    pool = WorkerPool(own, WorkingTree(tmp_path / "gone"))

    with pytest.raises(GraderFailed) as caught:
        await pool.call("pid", timeout_s=5)

    assert caught.value.code == "grader.not_started"
    assert "no process can be started for it: No such file" in caught.value.what


async def test_ending_a_pool_leaves_no_word_on_the_terminal(own, caplog):
    for _ in range(8):
        async with pool_of(own) as pool:
            await asyncio.gather(*(pool.call("pid", timeout_s=5) for _ in range(2)))

    assert [record.message for record in caplog.records] == []
