"""What graders ask of models is paid for once, put on the sample's bill, and an error when it brings nothing."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from assay.core.clock import SystemClock
from assay.core.errors import GraderFailed
from assay.evaluate.asking import StoredModels, spending
from assay.evaluate.bench import Bench
from assay.evaluate.replies import ReplyStore
from assay.evaluate.types import Judge
from assay.models.client import ModelClient
from assay.models.retry import NO_RETRY
from assay.models.types import Message, Parameters
from assay.testing.fake_provider import FakeProvider, echo

QUESTION = (Message(role="user", content="Is it good?"),)


@asynccontextmanager
async def models_of(folder: Path, monkeypatch: pytest.MonkeyPatch, fake: FakeProvider, **more: object):
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", fake.base_url)  # a provider whose address comes from the environment
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "k")
    store = ReplyStore(folder / "replies.db")
    try:
        async with ModelClient(policy=NO_RETRY) as client:
            yield StoredModels(client, store, clock=SystemClock(), judge=Judge(model="azure-openai/j"), **more)
    finally:
        store.close()


async def test_a_question_is_paid_for_once_and_billed_each_time(tmp_path, monkeypatch):
    async with FakeProvider(echo) as fake:
        async with models_of(tmp_path, monkeypatch, fake) as models:
            with spending() as first:
                await models.ask(QUESTION)
        async with models_of(tmp_path, monkeypatch, fake) as models:
            with spending() as second:
                reply = await models.ask(QUESTION)

    assert reply.text == "Is it good?"
    assert len(fake.requests) == 1
    assert fake.requests[0].body["temperature"] == 0
    assert first.total() == second.total()
    assert first.total().calls == 1
    assert first.total().input_tokens > 0


async def test_the_same_question_asked_twice_at_once_is_one_call(tmp_path, monkeypatch):
    async with FakeProvider(echo, latency_s=0.02) as fake, models_of(tmp_path, monkeypatch, fake) as models:
        replies = await asyncio.gather(*(models.ask(QUESTION) for _ in range(5)))

    assert {reply.text for reply in replies} == {"Is it good?"}
    assert len(fake.requests) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"repeat": 1},
        {"parameters": Parameters(temperature=1)},
        {"schema": {"type": "object"}},
        {"model": "azure-openai/k"},
    ],
)
async def test_whatever_shapes_the_answer_makes_another_question(tmp_path, monkeypatch, other):
    async with FakeProvider(echo) as fake, models_of(tmp_path, monkeypatch, fake) as models:
        await models.ask(QUESTION)
        await models.ask(QUESTION, **other)

    assert len(fake.requests) == 2


async def test_a_run_that_pays_anew_asks_anew(tmp_path, monkeypatch):
    async with FakeProvider(echo) as fake:
        for nonce in ("", "again"):
            async with models_of(tmp_path, monkeypatch, fake, nonce=nonce) as models:
                await models.ask(QUESTION)

    assert len(fake.requests) == 2


async def test_a_model_that_gives_no_reply_is_an_error_and_asked_again_next_time(tmp_path, monkeypatch):
    async with FakeProvider(echo, script=["401"]) as fake, models_of(tmp_path, monkeypatch, fake) as models:
        with spending() as bill, pytest.raises(GraderFailed) as caught:
            await models.ask(QUESTION)
        await models.ask(QUESTION)

    assert caught.value.code == "grader.model"
    assert "azure-openai/j that grades gave no reply" in caught.value.what
    assert bill.total() is None


@pytest.mark.parametrize(("model", "code"), [(None, "grader.no_judge"), ("nobody/x", "grader.judge")])
async def test_without_a_model_there_is_no_verdict(tmp_path, model, code):
    store = ReplyStore(tmp_path / "replies.db")
    async with ModelClient() as client:
        models = StoredModels(client, store, clock=SystemClock())
        with pytest.raises(GraderFailed) as caught:
            await models.ask(QUESTION, model=model)
    store.close()

    assert caught.value.code == code


async def test_a_bench_without_models_says_so(tmp_path):
    with pytest.raises(GraderFailed) as caught:
        await Bench(None).ask(QUESTION)

    assert caught.value.code == "grader.no_models"


async def test_vectors_are_paid_for_once_and_billed_each_time(tmp_path, monkeypatch):
    async with FakeProvider() as fake:
        bills = []
        for _ in range(2):
            async with models_of(tmp_path, monkeypatch, fake) as models:
                with spending() as bill:
                    vectors = await models.embed(["abba", "cab"], model="azure-openai/e")
                bills.append(bill.total())

    assert [vector[:3] for vector in vectors] == [[2, 2, 0], [1, 1, 1]]
    assert [request.path for request in fake.requests] == ["/v1/embeddings"] * 2
    assert bills[0] == bills[1]
    assert (bills[0].calls, bills[0].input_tokens) == (2, 3)


async def test_the_same_text_asked_for_twice_at_once_is_one_call(tmp_path, monkeypatch):
    async with FakeProvider(latency_s=0.02) as fake, models_of(tmp_path, monkeypatch, fake) as models:
        await asyncio.gather(*(models.embed(["same"], model="azure-openai/e") for _ in range(4)))

    assert len(fake.requests) == 1


@pytest.mark.parametrize(
    ("model", "code"),
    [("azure-openai/fault:400", "grader.model"), ("nobody/e", "grader.judge"), ("embedded/nothing", "grader.judge")],
)
async def test_a_model_that_makes_no_vectors_is_a_graders_failure(tmp_path, monkeypatch, model, code):
    async with FakeProvider() as fake, models_of(tmp_path, monkeypatch, fake) as models:
        with pytest.raises(GraderFailed) as caught:
            await models.embed(["a"], model=model)

    assert caught.value.code == code
