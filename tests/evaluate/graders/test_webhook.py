"""The grader ``webhook``: a service says whether the reply passes."""

import json
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from assay.core.errors import BadInput, GraderFailed


@asynccontextmanager
async def hook(answer):
    asked = []

    async def handle(request):
        asked.append(json.loads(await request.read()))
        return web.json_response(answer)

    runner = web.ServerRunner(web.Server(handle), shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook", asked
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("answer", "score", "passes", "reason"),
    [
        ({"pass": True}, 1.0, True, "the webhook says pass"),
        ({"pass": False}, 0.0, False, "the webhook says fail"),
        ({"pass": True, "score": 0.4, "reason": "so\nso"}, 0.4, True, "so so"),
    ],
)
async def test_its_answer_is_the_verdict(build, case, outcome, answer, score, passes, reason):
    async with hook(answer) as (url, asked):
        verdict = await build("webhook", value=url)(case(inputs={"name": "Ada"}), outcome("Hello Ada"))

    assert (verdict.score, verdict.passed, verdict.reason) == (score, passes, reason)
    assert asked == [{"output": "Hello Ada", "context": {"prompt": "hello", "vars": {"name": "Ada"}}}]


async def test_it_is_asked_about_an_empty_reply_too(build, case, outcome):
    async with hook({"pass": True}) as (url, asked):
        assert (await build("webhook", value=url)(case(), outcome(""))).passed

    assert asked[0]["output"] == ""


@pytest.mark.parametrize(
    "answer", [{}, [], "yes", {"pass": 1}, {"pass": True, "score": 2}, {"pass": True, "score": "a"}]
)
async def test_an_answer_that_is_no_verdict_is_an_error(build, case, outcome, answer):
    async with hook(answer) as (url, _):
        with pytest.raises(GraderFailed) as caught:
            await build("webhook", value=url)(case(), outcome("x"))

    assert caught.value.code == "grader.result"


def test_an_address_that_is_none_is_refused_before_the_run(build):
    with pytest.raises(BadInput) as caught:
        build("webhook", value="not an address")

    assert caught.value.where.line == 8
