"""Quick calls run at once; slow ones in a process apart, with the same answers, while the event loop goes on."""

import asyncio
import contextlib
import math
import os
import signal
from pathlib import Path

import pytest

from assay.author.source import WorkingTree
from assay.core.location import Location
from assay.evaluate.script.engine import Code
from assay.evaluate.script.scripts import Scripts
from assay.evaluate.script.types import UNDEFINED, Limits, ScriptFailed, ScriptStopped, Setting

SPIN = "for (let i = 0; i < 5e6; i++);"


@contextlib.asynccontextmanager
async def scripts_in(folder: Path):
    scripts = Scripts(WorkingTree(folder), Setting(limits=Limits(time_s=1.0, slice_s=0.02)))
    try:
        yield scripts
    finally:
        await scripts.close()


def code(body: str) -> Code:
    return Code(body, ("output",), Location("suite.yaml", 7), "the assertion")


async def test_what_needs_more_than_its_slice_gives_the_same(tmp_path):
    async with scripts_in(tmp_path) as scripts:
        assert await scripts.run(code("return output"), ["a"]) == "a"
        assert await scripts.run(code(SPIN + "return {a: output}"), ["b"]) == {"a": "b"}
        assert await scripts.run(code(SPIN + "console.log('apart')"), ["b"]) is UNDEFINED
        assert math.isnan(await scripts.run(code(SPIN + "return NaN"), ["b"]))
        with pytest.raises(ScriptFailed, match=r"suite.yaml:7: the assertion failed: oh") as failed:
            await scripts.run(code(SPIN + "throw new Error('oh')"), ["b"])
        assert failed.value.message == "oh"
        assert scripts.take_log() == ["log: apart"]


async def test_what_does_not_end_is_stopped_while_the_loop_goes_on(tmp_path):
    async with scripts_in(tmp_path) as scripts:
        turns, done = 0, asyncio.ensure_future(scripts.run(code("for (;;);"), ["a"]))
        while not done.done():
            await asyncio.sleep(0.01)
            turns += 1
        with pytest.raises(ScriptStopped, match="the assertion took longer than 1 s"):
            await done
        assert turns > 10


async def test_a_slow_template_is_rendered_apart(tmp_path):
    loops = "{% for i in range(100) %}{% for j in range(400) %}{% endfor %}{% endfor %}{{ x }}"
    async with scripts_in(tmp_path) as scripts:
        assert await scripts.render(loops, {"x": 1}) == "1"
        assert await scripts.render("{{ x }}", {"x": 1}) == "1"


async def test_what_earlier_calls_have_left_in_memory_is_no_fault_of_a_later_one(tmp_path):
    (tmp_path / "keep.js").write_text("const kept = []; module.exports = (n) => kept.push('x'.repeat(n))")
    scripts = Scripts(WorkingTree(tmp_path), Setting(limits=Limits(memory_bytes=50_000_000)))
    try:
        assert [await scripts.call("keep.js", None, [20_000_000]) for _ in range(4)] == [1, 2, 1, 1]
        with pytest.raises(ScriptStopped, match=r"keep\.js needed more than 50 MB"):
            await scripts.call("keep.js", None, [200_000_000])
    finally:
        await scripts.close()


async def test_a_process_killed_in_the_middle_is_an_error_of_that_call_alone(tmp_path):
    (tmp_path / "slow.js").write_text("module.exports = (n) => { for (;;); }")
    async with scripts_in(tmp_path) as scripts:
        before = children()
        assert await scripts.run(code(SPIN + "return 1"), ["a"]) == 1
        (process,) = children() - before
        call = asyncio.ensure_future(scripts.call("slow.js", None, [1], time_s=30))
        await asyncio.sleep(0.2)
        os.kill(process, signal.SIGKILL)

        with pytest.raises(ScriptStopped, match=r"^slow\.js killed its process \(signal 9\)"):
            await call
        assert await scripts.run(code(SPIN + "return 1"), ["a"]) == 1


def children() -> set[int]:
    """The processes that this one has started."""
    return {int(pid) for task in Path("/proc/self/task").glob("*/children") for pid in task.read_text().split()}
