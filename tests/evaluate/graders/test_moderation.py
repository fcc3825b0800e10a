"""The grader ``moderation``: what a moderation endpoint flags."""

import json
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from assay.core.errors import BadInput, GraderFailed


@asynccontextmanager
async def served(answer):
    asked = []

    async def handle(request):
        asked.append((request.headers.get("Authorization"), json.loads(await request.read())))
        return web.json_response(answer)

    runner = web.ServerRunner(web.Server(handle), shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1/moderations", asked
    finally:
        await runner.cleanup()


def flagging(**categories):
    return {"results": [{"flagged": any(categories.values()), "categories": categories}]}


@pytest.mark.parametrize(
    ("categories", "value", "passes", "reason"),
    [
        ({"hate": False, "violence": None}, None, True, "nothing is flagged"),
        ({"hate": True, "violence": True}, None, False, "flagged: hate, violence"),
        ({"hate": True, "violence": False}, ["violence"], True, "flagged only: hate"),
        ({"hate": True, "violence": True}, ["violence"], False, "flagged: violence"),
    ],
)
async def test_the_categories_that_count_fail_a_reply(build, case, outcome, categories, value, passes, reason):
    async with served(flagging(**categories)) as (url, asked):
        verdict = await build("moderation", url=url, value=value)(case(), outcome("Hello"))

    assert (verdict.score, verdict.passed, verdict.reason) == (float(passes), passes, reason)
    assert asked == [(None, {"model": "omni-moderation-latest", "input": "Hello"})]


async def test_a_category_that_the_endpoint_does_not_have_lets_no_reply_pass(build, case, outcome):
    async with served(flagging(hate=False, violence=False)) as (url, _):
        with pytest.raises(GraderFailed) as caught:
            await build("moderation", url=url, value=["voilence"])(case(), outcome("Hello"))

    assert (caught.value.code, caught.value.hint) == ("grader.value", "it has hate, violence")


async def test_the_key_in_the_environment_goes_to_no_other_address(build, case, outcome, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("OTHER", "other")
    async with served(flagging()) as (url, asked):
        await build("moderation", url=url)(case(), outcome("Hello"))
        await build("moderation", url=url, headers={"Authorization": "Bearer env:OTHER"})(case(), outcome("Hello"))

    assert [key for key, _ in asked] == [None, "Bearer other"]


async def test_nothing_is_asked_about_an_empty_reply(build, case, outcome):
    assert (await build("moderation", url="http://127.0.0.1:9/")(case(), outcome(""))).passed


@pytest.mark.parametrize(
    "answer", [{}, [], {"results": []}, {"results": [{}]}, {"results": [{"categories": {"a": 1}}]}]
)
async def test_an_answer_without_categories_is_an_error_and_no_pass(build, case, outcome, answer):
    async with served(answer) as (url, _):
        with pytest.raises(GraderFailed) as caught:
            await build("moderation", url=url)(case(), outcome("x"))

    assert caught.value.code == "grader.result"


def test_an_address_that_is_none_is_refused(build):
    with pytest.raises(BadInput):
        build("moderation", url="nowhere")
