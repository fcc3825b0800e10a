"""Quick calls run at once; slow ones in a process apart, with the same answers, while the event loop goes on."""

import asyncio
import contextlib
import math
import time
from pathlib import Path

import pytest

from assay.author.source import WorkingTree
from assay.core.location import Location
from assay.evaluate.script.engine import Code
from assay.evaluate.script.scripts import Scripts
from assay.evaluate.script.types import UNDEFINED, Limits, ScriptFailed, ScriptStopped, Setting

SPIN = "const end = Date.now() + 150; while (Date.now() < end);"


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
        longest, done = 0.0, asyncio.ensure_future(scripts.run(code("for (;;);"), ["a"]))
        while not done.done():
            start = time.monotonic()
            await asyncio.sleep(0.01)
            longest = max(longest, time.monotonic() - start)
        with pytest.raises(ScriptStopped, match="the assertion took longer than 1 s"):
            await done
        assert longest < 0.9


async def test_a_slow_template_is_rendered_apart(tmp_path):
    loops = "{% for i in range(100) %}{% for j in range(400) %}{% endfor %}{% endfor %}{{ x }}"
    async with scripts_in(tmp_path) as scripts:
        assert await scripts.render(loops, {"x": 1}) == "1"
        assert await scripts.render("{{ x }}", {"x": 1}) == "1"
