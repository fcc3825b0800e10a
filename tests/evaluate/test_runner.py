"""Samples are run once each, kept at once, and come out in plan order, whatever happens on the way."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assay.author.parse import parse_prompt
from assay.author.source import WorkingTree
from assay.core.clock import SystemClock
from assay.core.errors import BadInput, GraderFailed, Unavailable
from assay.core.location import Location
from assay.engine.engine import Engine
from assay.engine.prepare import prepare
from assay.engine.types import Outcome
from assay.evaluate.grader import Grader
from assay.evaluate.plan import Planned, Variant, samples
from assay.evaluate.replies import ReplyStore
from assay.evaluate.runner import Progress, Runner
from assay.evaluate.sampler import CallSampler, Facilities
from assay.evaluate.types import Case, GraderSpec, SampleRow, Verdict
from assay.models.client import ModelClient
from assay.models.retry import RetryPolicy
from assay.models.target import parse_target
from assay.models.types import Parameters
from assay.testing.fake_provider import FakeProvider, echo

HERE = Location("cases.jsonl", 1)
TEXT = "---\nprompt: a\ninputs: {q: {type: string, max_chars: 100}}\n---\nuser:\n{{ q }}\n"
FAST = RetryPolicy(max_attempts=2, first_pause_s=0.001, max_pause_s=0.002)


class Bench:
    """A run with one prompt and one grader, which passes replies that hold ``ok``."""

    def __init__(self, folder: Path, fake: FakeProvider, model: str = "m") -> None:
        self.folder = folder
        prompt = parse_prompt(TEXT, path="a.prompt.md", source=WorkingTree(folder))
        target = parse_target(f"openai-compatible/{model}", base_url=fake.base_url)
        self.variants = [
            Variant(name, prepare(prompt), target, Parameters(temperature=temperature, seed=5))
            for name, temperature in (("cold", 0.0), ("warm", 1.0))
        ]
        self.rows: list[SampleRow] = []
        self.progress = Progress()
        self.twenty = asyncio.Event()

    def _watch(self, progress: Progress) -> None:
        if progress.done >= 20:
            self.twenty.set()

    async def run(
        self,
        questions: list[str],
        *,
        repeats: int = 1,
        concurrency: int = 4,
        nonce: str = "",
        emit: Callable[[SampleRow], None] | None = None,
    ) -> list[SampleRow]:
        self.rows = []
        store = ReplyStore(self.folder / "replies.db")
        async with ModelClient(sleep=_no_sleep) as client:
            self.progress = Progress()
            given = Facilities(
                engine=Engine(client),
                store=store,
                clock=SystemClock(),
                progress=self.progress,
                timeout_s=2,
                nonce=nonce,
            )
            sampler = CallSampler(given, [Grader(GraderSpec(grader="ok", name="ok", where=HERE), _ok)])
            runner = Runner(
                sampler, progress=self.progress, concurrency=concurrency, sync=store.sync, watch=self._watch
            )
            try:
                await runner.run(self.plan(questions, repeats), emit or self.rows.append)
            finally:
                store.close()
        return self.rows

    def plan(self, questions: list[str], repeats: int) -> Iterator[Planned]:
        cases = (Case(id=f"c{i}", inputs={"q": q}, where=HERE) for i, q in enumerate(questions))
        return samples(cases, self.variants, repeats)


async def _no_sleep(_: float) -> None:
    await asyncio.sleep(0)


async def _ok(case: Case, reply: Outcome) -> Verdict:
    if "broken grader" in reply.text:
        raise GraderFailed("the grader cannot say", code="grader.test")
    passed = "ok" in reply.text
    return Verdict(float(passed), passed, "it says ok" if passed else "it does not say ok")


async def test_rows_come_in_plan_order_however_the_replies_come(tmp_path: Path) -> None:
    async with FakeProvider(echo, latency_s=0.01) as fake:
        rows = await Bench(tmp_path, fake).run([f"ok {i}" for i in range(20)], concurrency=7)

    assert [(r.case, r.variant) for r in rows] == [(f"c{i}", v) for i in range(20) for v in ("cold", "warm")]
    assert {r.status for r in rows} == {"passed"}


async def test_a_second_run_calls_nothing_and_makes_the_same_rows(tmp_path: Path) -> None:
    async with FakeProvider(echo) as fake:
        bench = Bench(tmp_path, fake)
        first = await bench.run(["ok", "no"])
        second = await bench.run(["ok", "no"])

    assert second == first
    assert len(fake.requests) == 4
    assert (bench.progress.made, bench.progress.reused) == (0, 4)


async def test_a_nonce_pays_anew(tmp_path: Path) -> None:
    async with FakeProvider(echo) as fake:
        bench = Bench(tmp_path, fake)
        await bench.run(["ok"])
        await bench.run(["ok"], nonce="again")

    assert len(fake.requests) == 4


async def test_each_repeat_is_a_call_of_its_own_with_a_seed_of_its_own(tmp_path: Path) -> None:
    async with FakeProvider(echo) as fake:
        rows = await Bench(tmp_path, fake).run(["ok"], repeats=3)

    assert [r.repeat for r in rows] == [0, 0, 1, 1, 2, 2]
    assert sorted(r.body["seed"] for r in fake.requests) == [5, 5, 6, 6, 7, 7]


async def test_the_same_words_twice_in_a_dataset_are_paid_for_once(tmp_path: Path) -> None:
    async with FakeProvider(echo, latency_s=0.01) as fake:
        rows = await Bench(tmp_path, fake).run(["ok"] * 6, concurrency=12)

    assert len(rows) == 12
    assert len(fake.requests) == 2


async def test_a_call_that_fails_is_an_error_with_its_code_and_is_asked_again_next_time(tmp_path: Path) -> None:
    async with FakeProvider(echo, script=["401"]) as fake:
        bench = Bench(tmp_path, fake)
        first = await bench.run(["ok", "ok 2"], concurrency=1)
        second = await bench.run(["ok", "ok 2"], concurrency=1)

    assert [r.status for r in first] == ["error", "passed", "passed", "passed"]
    assert first[0].output is None
    assert first[0].error is not None
    assert [r.status for r in second] == ["passed"] * 4
    assert (bench.progress.made, bench.progress.reused) == (1, 3)


async def test_a_grader_that_fails_makes_an_error_and_not_a_failure(tmp_path: Path) -> None:
    async with FakeProvider(echo) as fake:
        rows = await Bench(tmp_path, fake).run(["broken grader"])

    assert rows[0].status == "error"
    assert rows[0].score is None
    assert rows[0].error == {"code": "grader.test", "what": "the grader cannot say"}
    assert rows[0].output == "broken grader"


async def test_a_run_in_which_nothing_succeeds_is_stopped_with_the_reason(tmp_path: Path) -> None:
    async with FakeProvider(echo, key="right") as fake:
        with pytest.raises(Unavailable, match="all ended in the same error"):
            await Bench(tmp_path, fake).run([f"q{i}" for i in range(200)])

    assert len(fake.requests) < 50


async def test_inputs_that_do_not_fit_name_their_case(tmp_path: Path) -> None:
    async with FakeProvider(echo) as fake:
        with pytest.raises(BadInput) as caught:
            await Bench(tmp_path, fake).run(["x" * 200])

    assert caught.value.where == HERE


async def test_a_run_that_is_cancelled_keeps_what_was_paid_for(tmp_path: Path) -> None:
    async with FakeProvider(echo, latency_s=0.005) as fake:
        bench = Bench(tmp_path, fake)
        questions = [f"ok {i}" for i in range(50)]
        task = asyncio.create_task(bench.run(questions))
        await bench.twenty.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        answered = bench.progress.made
        rows = await bench.run(questions)

    assert len(rows) == 100
    assert bench.progress.reused >= answered - 4  # those whose reply had not been read were sent again
    assert len(fake.requests) <= 100 + 4
