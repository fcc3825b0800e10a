"""Calls of addresses that graders name: retries, limits, secrets by reference, and what counts as no answer."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from assay.core.errors import BadInput, GraderFailed
from assay.evaluate import endpoint
from assay.evaluate.endpoint import Endpoints, check_endpoint


@asynccontextmanager
async def service(*answers):
    """An address that gives these answers in turn, and what it was asked."""
    asked, left = [], list(answers)

    async def answer(request):
        asked.append((dict(request.headers), await request.read()))
        made = left.pop(0) if len(left) > 1 else left[0]
        return await made() if callable(made) else web.Response(**made)

    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/check", asked
    finally:
        await runner.cleanup()


async def post(url, body=None, **more):
    endpoints = Endpoints()
    try:
        return await endpoints.post(url, body, **{"headers": {}, "timeout_s": 2.0, **more})
    finally:
        await endpoints.close()


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    monkeypatch.setattr(endpoint, "PAUSE_S", 0.001)


async def test_json_goes_out_and_comes_back():
    async with service({"text": '{"a": [1]}'}) as (url, asked):
        found = await post(url, {"text": "é"}, headers={"X-Team": "qa"})

    assert found == {"a": [1]}
    assert asked[0][0]["X-Team"] == "qa"
    assert asked[0][1] == '{"text":"é"}'.encode()


async def test_a_busy_address_is_asked_again():
    async with service({"status": 503}, {"status": 429, "headers": {"Retry-After": "0"}}, {"text": "1"}) as (
        url,
        asked,
    ):
        assert await post(url) == 1

    assert len(asked) == 3


async def hang():
    await asyncio.sleep(5)


@pytest.mark.parametrize(
    ("answer", "calls", "what"),
    [
        ({"status": 500}, 3, "answered 500"),
        ({"status": 404}, 1, "answered 404"),
        ({"status": 302, "headers": {"Location": "http://example.com"}}, 1, "answered 302"),
        ({"text": "<html>"}, 1, "answered 6 bytes that are not JSON"),
        (hang, 3, "gave no answer within 0.05 s"),
    ],
)
async def test_no_usable_answer_is_an_error_that_names_the_host(answer, calls, what):
    async with service(answer) as (url, asked):
        with pytest.raises(GraderFailed) as caught:
            await post(url, timeout_s=0.05 if answer is hang else 2.0)

    assert caught.value.what.endswith(what)
    assert caught.value.what.startswith("127.0.0.1:")
    assert len(asked) == calls


async def test_an_address_that_is_not_there_is_an_error():
    with pytest.raises(GraderFailed, match="cannot be reached"):
        await post("http://127.0.0.1:9/x", retries=0)


async def test_a_secret_is_looked_up_at_the_call_and_shown_nowhere(monkeypatch):
    monkeypatch.setenv("HOOK_TOKEN", "tok-123")
    async with service({"status": 401}) as (url, asked):
        with pytest.raises(GraderFailed) as caught:
            await post(url, headers={"Authorization": "Bearer env:HOOK_TOKEN"})

    assert asked[0][0]["Authorization"] == "Bearer tok-123"
    assert "tok-123" not in str(caught.value)


async def test_a_secret_that_is_not_there_is_an_error_before_the_call():
    with pytest.raises(GraderFailed) as caught:
        await post("http://127.0.0.1:9/x", headers={"Authorization": "env:NOT_SET_ANYWHERE"})

    assert "NOT_SET_ANYWHERE" in caught.value.what


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("ftp://host/x", {}),
        ("host", {}),
        ("http://user:hunter2@host/", {}),
        ("http://host/", {"a b": "c"}),
        ("http://host/", {"a": "b\nc"}),
    ],
)
def test_an_address_or_header_that_is_none_is_refused(url, headers):
    with pytest.raises(BadInput) as caught:
        check_endpoint(url, headers, code="grader.value")

    assert caught.value.code == "grader.value"
    assert "hunter2" not in str(caught.value)
