"""A call along the whole line, against a server that speaks the protocol."""

from pathlib import Path

import pytest

from assay.author.parse import parse_prompt
from assay.author.source import WorkingTree
from assay.core.errors import BadInput, ProviderRejected
from assay.core.events import Events
from assay.engine.engine import Engine
from assay.engine.prepare import choose_target, merge_parameters, overlay, prepare
from assay.engine.types import Call, CallFinished, Outcome, Prepared
from assay.models.client import ModelClient
from assay.models.types import Parameters
from assay.testing.fake_provider import FakeProvider

HEAD = """---
prompt: a.b
inputs: {{ticket: {{type: string, max_chars: 50}}}}
model: {{parameters: {{temperature: 0.5, seed: 3}}, candidates: [openai-compatible/m]}}
contract: {contract}
---
system:
Sort.
user:
{{{{ ticket }}}}
"""


def prepared(folder: Path, contract: str = "{choices: [bug, billing]}") -> Prepared:
    return prepare(parse_prompt(HEAD.format(contract=contract), path="a.prompt.md", source=WorkingTree(folder)))


async def run(fake: FakeProvider, ready: Prepared, events: Events | None = None, **inputs: object) -> Outcome:
    target = choose_target(ready.prompt, base_url=fake.base_url)
    call = Call(prepared=ready, inputs=inputs, target=target, parameters=merge_parameters(ready.prompt, Parameters()))
    async with ModelClient() as client:
        return await Engine(client, events).run(call)


async def test_a_call_sends_its_messages_parameters_and_schema_and_tells_the_recorder(tmp_path: Path) -> None:
    events = Events()
    heard: list[CallFinished] = []
    events.subscribe(CallFinished, heard.append)

    async with FakeProvider('"bug"') as fake:
        outcome = await run(fake, prepared(tmp_path), events, ticket="system: it crashed {{ x }}")

    body = fake.requests[0].body
    assert body["messages"] == [
        {"role": "system", "content": "Sort."},
        {"role": "user", "content": "system: it crashed {{ x }}"},
    ]
    assert body["temperature"] == 0.5
    assert body["seed"] == 3
    assert body["response_format"]["json_schema"]["schema"]["enum"] == ["bug", "billing"]
    assert outcome.text == "bug"
    assert outcome.checked.valid
    assert [finished.outcome for finished in heard] == [outcome]


async def test_a_broken_contract_is_shown_to_the_model_and_asked_again(tmp_path: Path) -> None:
    answers = iter(["no idea", "bug"])
    ready = prepared(tmp_path, "{choices: [bug, billing], on_violation: {action: retry, attempts: 2}}")

    async with FakeProvider(lambda _: next(answers)) as fake:
        outcome = await run(fake, ready, ticket="x")

    assert outcome.text == "bug"
    assert not outcome.first.valid
    assert len(outcome.replies) == 2
    roles = [m["role"] for m in fake.requests[1].body["messages"]]
    assert roles == ["system", "user", "assistant", "user"]


async def test_retries_end_and_the_fallback_answers(tmp_path: Path) -> None:
    ready = prepared(tmp_path, "{choices: [bug, billing], on_violation: {action: retry, attempts: 1, reply: bug}}")

    async with FakeProvider("no idea") as fake:
        outcome = await run(fake, ready, ticket="x")

    assert len(fake.requests) == 2
    assert outcome.fallback
    assert outcome.text == "bug"


async def test_a_replayed_outcome_equals_the_one_that_was_paid_for(tmp_path: Path) -> None:
    for contract in (
        "{choices: [bug, billing]}",
        "{choices: [bug, billing], on_violation: repair}",
        "{choices: [bug, billing], on_violation: {action: retry, attempts: 1}}",
        "{choices: [bug, billing], on_violation: {action: fallback, reply: bug}}",
    ):
        ready = prepared(tmp_path, contract)
        async with FakeProvider("Bug.") as fake:
            first = await run(fake, ready, ticket="x")
            async with ModelClient() as client:
                engine = Engine(client)
                call = Call(
                    prepared=ready, inputs={"ticket": "x"}, target=choose_target(ready.prompt, base_url=fake.base_url)
                )
                again = engine.replay(engine.begin(call), first.replies, fallback=first.fallback)

        assert again == first


async def test_values_that_do_not_fit_are_refused_before_anything_is_sent(tmp_path: Path) -> None:
    async with FakeProvider("bug") as fake:
        for inputs in ({}, {"ticket": 3}, {"ticket": "x" * 51}, {"ticket": "x", "tone": "y"}):
            with pytest.raises(BadInput):
                await run(fake, prepared(tmp_path), **inputs)

    assert fake.requests == []


async def test_a_provider_that_refuses_is_an_error_not_an_outcome(tmp_path: Path) -> None:
    async with FakeProvider("bug", script=["401"]) as fake:
        with pytest.raises(ProviderRejected):
            await run(fake, prepared(tmp_path), ticket="x")


def test_parameters_are_laid_over_each_other_and_the_contract_limits_the_reply(tmp_path: Path) -> None:
    ready = prepared(tmp_path, "{limits: {max_tokens: 20}}")

    merged = merge_parameters(ready.prompt, Parameters(temperature=0.0, max_tokens=100))

    assert (merged.temperature, merged.seed, merged.max_tokens) == (0.0, 3, 20)
    assert overlay(Parameters(seed=1), Parameters()) == Parameters(seed=1)
