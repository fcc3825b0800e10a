"""The grader ``classifier``: a text classifier's labels."""

import json
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from assay.core.errors import BadInput, GraderFailed

LABELS = [{"label": "toxic", "score": 0.1}, {"label": "friendly", "score": 0.85}]


@asynccontextmanager
async def served(answer):
    asked = []

    async def handle(request):
        asked.append(json.loads(await request.read()))
        return web.json_response(answer)

    runner = web.ServerRunner(web.Server(handle), shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/models/x", asked
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("answer", [LABELS, [LABELS]])
@pytest.mark.parametrize(
    ("settings", "score", "passes"),
    [
        ({"value": "friendly", "threshold": 0.8}, 0.85, True),
        ({"value": "friendly"}, 0.85, False),
        ({"value": "toxic", "threshold": 0.5}, 0.1, False),
        ({"value": "unheard", "threshold": 0.5}, 0.0, False),
        ({"threshold": 0.8}, 0.85, True),
    ],
)
async def test_the_labels_score_passes_from_the_threshold_on(build, case, outcome, answer, settings, score, passes):
    async with served(answer) as (url, asked):
        verdict = await build("classifier", url=url, **settings)(case(), outcome("Hello"))

    assert verdict.score == pytest.approx(score)
    assert verdict.passed is passes
    assert asked == [{"inputs": "Hello"}]
    assert verdict.detail["labels"]["toxic"] == 0.1


@pytest.mark.parametrize("answer", [[], [[]], {"error": "loading"}, [{"label": 1, "score": 1}], [{"label": "a"}], "x"])
async def test_an_answer_without_labels_is_an_error(build, case, outcome, answer):
    async with served(answer) as (url, _):
        with pytest.raises(GraderFailed) as caught:
            await build("classifier", url=url)(case(), outcome("x"))

    assert caught.value.code == "grader.result"


def test_the_address_is_needed(build):
    with pytest.raises(BadInput) as caught:
        build("classifier", value="toxic")

    assert caught.value.code == "grader.missing_setting"
