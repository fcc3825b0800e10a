"""The sampler of promptfoo runs: a test under a prompt and a provider becomes a call, a grading, and a row."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from assay.core.errors import GraderFailed, ModelError
from assay.evaluate.asking import spending
from assay.evaluate.promptfoo.assertion import Graded, RowFailed
from assay.evaluate.promptfoo.compare import Place, apply, by_judge, by_score, selection_prompt, undecided
from assay.evaluate.promptfoo.grading import COMPARISONS, TestGrading
from assay.evaluate.promptfoo.hooks import Hooks
from assay.evaluate.promptfoo.plan import Planned
from assay.evaluate.promptfoo.providers.caller import Asked
from assay.evaluate.promptfoo.render import Renderer
from assay.evaluate.promptfoo.responses import Responses
from assay.evaluate.promptfoo.row import State, row_json, sample_row
from assay.evaluate.promptfoo.score import Result
from assay.evaluate.promptfoo.script_text import output_text, parse_json
from assay.evaluate.promptfoo.scripting import failed
from assay.evaluate.promptfoo.transform import Transforms
from assay.evaluate.promptfoo.types import Json, PromptfooSuite, ProviderSpec, Response
from assay.evaluate.types import SampleRow


@dataclass(slots=True)
class Memory:
    """What one test leaves for later ones: conversations and stored outputs. Runs that need it go one by one."""

    conversations: dict[str, list[Json]] = field(default_factory=dict)
    registers: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a sampler works with."""

    suite: PromptfooSuite
    renderer: Renderer
    transforms: Transforms
    responses: Responses
    grading: TestGrading
    hooks: Hooks
    judge_of: Callable[[Json, Json], ProviderSpec]
    provider_of: Callable[[Any], ProviderSpec]


class PromptfooSampler:
    """Makes rows.

    Args:
        parts: What it works with.
        run: The run's name, for code.
    """

    def __init__(self, parts: Parts, run: str) -> None:
        self._parts = parts
        self._run = run
        self._memory = Memory()
        self.kept: list[Json] | None = [] if parts.hooks.any_for("afterAll") else None

    async def sample(self, planned: Planned) -> SampleRow:
        """The row of one sample."""
        if planned.group is None:
            return await self._finished(await self._state(planned))
        if planned.group.states is None:
            planned.group.states = asyncio.create_task(self._compared(planned.group.members))
        states = await asyncio.shield(planned.group.states)
        return await self._finished(states[planned.group.members.index(planned)])

    async def _finished(self, state: State) -> SampleRow:
        row = row_json(state)
        if self._parts.hooks.any_for("afterEach"):
            row = await self._after_each(state, row)
        if self.kept is not None:
            self.kept.append(row)
        return sample_row(state, row)

    async def _after_each(self, state: State, row: Json) -> Json:
        try:
            found = await self._parts.hooks.run("afterEach", {"test": state.test, "result": row})
        except GraderFailed:
            return row  # as in promptfoo, the row stands as it was
        changed = found["result"] if isinstance(found["result"], dict) else row
        named, metadata = changed.get("namedScores"), changed.get("metadata")
        if isinstance(named, dict):
            row["namedScores"] = {k: v for k, v in named.items() if isinstance(v, int | float)}
        if isinstance(metadata, dict):
            row["metadata"] = metadata
        return row

    async def _state(self, planned: Planned) -> State:
        """What became of one sample; whatever goes wrong is an error in it."""
        values = json.loads(json.dumps(planned.test.get("vars") or {}, default=str))
        state = State(planned=planned, test=planned.test, values=values)
        with spending(state.bill):
            try:
                await self._run_one(planned, state)
            except (GraderFailed, ModelError) as error:
                state.error = error
                if not isinstance(error, ModelError):
                    state.response = Response()
        return state

    async def _run_one(self, planned: Planned, state: State) -> None:
        parts, column = self._parts, planned.column
        if parts.hooks.any_for("beforeEach"):
            changed = (await parts.hooks.run("beforeEach", {"test": state.test}))["test"]
            state.test = changed if isinstance(changed, dict) else state.test
            state.values = json.loads(json.dumps(state.test.get("vars") or {}, default=str))
        options = state.test.get("options") or {}
        if code := options.get("transformVars"):
            found = await parts.transforms.apply(str(code), state.values, {"prompt": {}}, name="vars")
            state.values = {**state.values, **found} if isinstance(found, dict) else state.values
        key = self._recall(planned, state, options)
        prompt = _with_affixes(planned, parts.suite, options)
        told = {"id": column.provider.id, "label": column.provider.label}
        inner = {**state.values, **self._runtime(planned)}
        state.text, config = await parts.renderer.render(prompt, inner, told)
        state.values = {name: value for name, value in inner.items() if name not in self._runtime(planned)}
        state.config = {**config, **options}
        state.response = await self._answer(planned, state, inner)
        self._remember(key, state)
        await self._grade(planned, state)
        if (name := options.get("storeOutputAs")) and state.output:
            self._memory.registers[str(name)] = state.output

    def _runtime(self, planned: Planned) -> Json:
        step = f"test-{planned.row}-prompt-{planned.column.index}-repeat-{planned.repeat}"
        return {"__evalId": self._run, "__evalStepId": step, "__repeatIndex": planned.repeat}

    def _recall(self, planned: Planned, state: State, options: Json) -> str:
        """Put what earlier tests left among the variables; returns the conversation's key."""
        column = planned.column
        conversation = (state.test.get("metadata") or {}).get("conversationId")
        key = f"{column.provider.name}:{column.prompt.label}" + (f":{conversation}" if conversation else "")
        if "_conversation" in column.prompt.raw and not options.get("disableConversationVar"):
            state.values["_conversation"] = self._memory.conversations.get(key, [])
        state.values.update(json.loads(json.dumps(self._memory.registers)))
        return key

    def _remember(self, key: str, state: State) -> None:
        if "_conversation" not in state.planned.column.prompt.raw:
            return
        try:
            sent = parse_json(state.text)
        except ValueError:
            sent = None
        last = sent[-1] if isinstance(sent, list) and sent else None
        spoken = (last.get("content") or last) if isinstance(last, dict) else last
        told = {
            "prompt": sent or state.text,
            "input": spoken or sent or state.text,
            "output": state.response.output or "",
            "metadata": state.response.metadata,
        }
        self._memory.conversations.setdefault(key, []).append(told)

    async def _answer(self, planned: Planned, state: State, values: Json) -> Response:
        if (given := state.test.get("providerOutput")) is not None:
            return Response(output=given, cost=0.0)
        parts, column = self._parts, planned.column
        asked = Asked(
            text=state.text,
            values=values,
            prompt=column.prompt,
            config=state.config,
            test=state.test,
            repeat=planned.repeat,
        )
        own = state.test.get("provider")
        spec = parts.provider_of(own) if own else column.provider
        original = column.provider if own else None
        state.address = parts.responses.address(spec, asked, original=original)
        response = await parts.responses.of(spec, asked, original=original)
        if (pause_ms := spec.delay_ms or parts.suite.delay_ms) > 0:
            await asyncio.sleep(pause_ms / 1000)
        if response.error is not None:
            raise failed(response.error, "promptfoo.provider")
        if response.output is None:
            raise failed("the provider returned no output", "promptfoo.no_output")
        return response

    async def _grade(self, planned: Planned, state: State) -> None:
        parts, column = self._parts, planned.column
        prompt = {"raw": state.text, "label": column.prompt.label, "config": state.config}
        context: Json = {"vars": state.values, "prompt": prompt}
        output = state.response.output
        if column.provider.transform:
            output = await parts.transforms.apply(column.provider.transform, output, context)
        options = state.test.get("options") or {}
        if code := options.get("transform") or options.get("postprocess"):
            told = {**context, "metadata": state.response.metadata} if state.response.metadata else context
            output = await parts.transforms.apply(str(code), output, told)
        state.output = output
        graded = Graded(
            output=output,
            prompt=state.text,
            values=state.values,
            test={**state.test, "vars": state.values},
            provider=column.provider,
            response=state.response,
            where=planned.where,
        )
        try:
            state.result = await parts.grading.grade(graded)
        except RowFailed:
            state.output = None
            raise

    async def _compared(self, members: Sequence[Planned]) -> list[State]:
        """The samples of one row of the table, and then the assertions that compare them."""
        if self._parts.suite.concurrency == 1:
            states = [await self._state(member) for member in members]
        else:
            states = list(await asyncio.gather(*(self._state(member) for member in members)))
        for assertion in members[0].test.get("assert") or []:
            if assertion["type"] in COMPARISONS and len(states) > 0:
                await self._compare(assertion, states)
        return states

    async def _compare(self, assertion: Json, states: list[State]) -> None:
        with spending(states[0].bill):
            places = await self._places(assertion, states)
        for state, place in zip(states, places, strict=True):
            result = state.result or Result(passed=False, score=0.0, reason="")
            state.result, _ = apply(place, assertion, result, success=state.success)

    async def _places(self, assertion: Json, states: list[State]) -> list[Place]:
        if assertion["type"] == "max-score":
            return by_score(assertion.get("value"), [state.result for state in states])
        criterion = str(assertion.get("value") or "")
        outputs = [output_text(state.output) if state.output is not None else "" for state in states]
        asked = Asked(text=selection_prompt(criterion, outputs), values=states[0].values, test=states[0].test)
        judge = self._parts.judge_of(assertion, states[0].test)
        try:
            reply = await self._parts.responses.judged(judge, asked)
        except GraderFailed as error:
            return undecided(error.what, len(states))
        found = by_judge(output_text(reply.output), len(states), criterion)
        return found or undecided("the judge named no output", len(states))


def _with_affixes(planned: Planned, suite: PromptfooSuite, options: Json) -> Any:
    default = suite.default_test.get("options") or {}
    prompt = planned.column.prompt
    before = options.get("prefix") or default.get("prefix") or ""
    after = options.get("suffix") or default.get("suffix") or ""
    return replace(prompt, raw=f"{before}{prompt.raw}{after}") if before or after else prompt
