"""A configuration as a job: read, checked and counted before anything is called, then run like any other suite."""

import hashlib
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from assay.author.source import WorkingTree
from assay.core.canonical import digest
from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.asking import StoredModels
from assay.evaluate.gate_spec import GateSpec
from assay.evaluate.promptfoo.assertion import Asserter
from assay.evaluate.promptfoo.beforehand import Beforehand
from assay.evaluate.promptfoo.grading import TestGrading
from assay.evaluate.promptfoo.hooks import Hooks
from assay.evaluate.promptfoo.judges import Judges
from assay.evaluate.promptfoo.judging_bench import JudgingBench
from assay.evaluate.promptfoo.paths import Files, read_file
from assay.evaluate.promptfoo.plan import Planned, plan
from assay.evaluate.promptfoo.providers.caller import Given
from assay.evaluate.promptfoo.render import Renderer
from assay.evaluate.promptfoo.responses import Responses
from assay.evaluate.promptfoo.run_scripts import RunScripts
from assay.evaluate.promptfoo.sampler import Parts, PromptfooSampler
from assay.evaluate.promptfoo.script_text import json_text
from assay.evaluate.promptfoo.selection import Selection, select_tests
from assay.evaluate.promptfoo.suite import Loaded
from assay.evaluate.promptfoo.transform import Transforms
from assay.evaluate.promptfoo.types import Column, Json, PromptfooSuite
from assay.evaluate.sampler import Facilities
from assay.evaluate.service import Job
from assay.evaluate.types import VariantLabel


@dataclass(slots=True)
class Counted:
    """What one pass over the plan found."""

    samples: int = 0
    cases: int = 0
    serial: bool = False
    digest: str = ""


def job_of(loaded: Loaded, selection: Selection) -> Job[Planned]:
    """The configuration as a job.

    Raises:
        BadInput: Anything that a person can mend, with its place.
    """
    suite, files = loaded.suite, loaded.files
    judges = Judges(suite, files)

    def samples() -> Iterator[Planned]:
        return plan(suite, files, lambda tests: select_tests(tests, selection, suite.default_test))

    counted = _count(samples(), suite, Beforehand(suite, files, judges))
    if not counted.samples:
        raise BadInput("no test is left to run", hint="loosen the filters", code="promptfoo.nothing")
    if counted.serial:
        suite.concurrency = 1

    @asynccontextmanager
    async def open_sampler(given: Facilities) -> AsyncIterator[PromptfooSampler]:
        scripts = RunScripts(files, suite.env, suite.filters)
        sampler, bench = _sampler(suite, files, judges, scripts, given)
        try:
            yield sampler
            if sampler.kept is not None:
                await _after_all(suite, files, scripts, sampler.kept)
        finally:
            await bench.close()
            await scripts.close()

    return Job(
        name=suite.name,
        description=suite.description,
        file=loaded.file,
        labels=tuple(_label(column) for column in suite.columns),
        repeats=suite.repeat,
        gate=GateSpec(counted=pass_rate(suite.env)),
        concurrency=suite.concurrency,
        cases=counted.cases,
        total=counted.samples,
        datasets={loaded.file: counted.digest},
        identity=digest({"kind": "promptfoo", "suite": suite.name, "plan": counted.digest}),
        plan={"promptfoo": _told(suite)},
        samples=samples,
        open_sampler=open_sampler,
    )


def pass_rate(env: Mapping[str, str]) -> float:
    """The share of samples that must pass: ``PROMPTFOO_PASS_RATE_THRESHOLD``, which is in percent, or all."""
    try:
        return float(env.get("PROMPTFOO_PASS_RATE_THRESHOLD") or 100) / 100
    except ValueError:
        return 1.0


def _sampler(
    suite: PromptfooSuite, files: Files, judges: Judges, scripts: RunScripts, given: Facilities
) -> tuple[PromptfooSampler, JudgingBench]:
    """What runs the samples, and the bench to close after them."""
    timeout_s = suite.timeout_s or given.timeout_s
    making = Given(files=files, scripts=scripts, client=given.engine.client, env=suite.env, timeout_s=timeout_s)
    responses = Responses(making, given.store, clock=given.clock, progress=given.progress, nonce=given.nonce)
    source = WorkingTree(files.root)
    folder = os.path.relpath(files.folder, files.root)
    models = StoredModels(given.engine.client, given.store, clock=given.clock, timeout_s=timeout_s, nonce=given.nonce)
    bench = JudgingBench(
        source,
        "" if folder == "." else folder,
        responses=responses,
        render=scripts.render_now,
        read=lambda reference: read_file(files.locate(reference)),
        models=models,
    )
    asserter = Asserter(scripts, files, bench, judges)
    parts = Parts(
        suite=suite,
        renderer=Renderer(scripts, files, suite.env),
        transforms=Transforms(scripts, files),
        responses=responses,
        grading=TestGrading(asserter, scripts, files, suite.env),
        hooks=Hooks(suite.extensions, scripts, files, Location(suite.name)),
        judge_of=judges.judge,
        provider_of=judges.provider,
    )
    return PromptfooSampler(parts, suite.name), bench


async def _after_all(suite: PromptfooSuite, files: Files, scripts: RunScripts, rows: list[Json]) -> None:
    hooks = Hooks(suite.extensions, scripts, files, Location(suite.name))
    prompts = [_prompt_told(column) for column in suite.columns]
    told = {"suite": suite_told(suite), "results": rows, "prompts": prompts, "evalId": suite.name}
    await hooks.run("afterAll", {**told, "config": suite.config})


def suite_told(suite: PromptfooSuite) -> Json:
    """The suite as hooks see it, but for its tests."""
    return {
        "description": suite.description,
        "prompts": [{"raw": p.raw, "label": p.label, "config": p.config} for p in suite.prompts],
        "providers": [{"id": p.id, "label": p.label, "config": p.config} for p in suite.providers],
        "defaultTest": suite.default_test,
        "derivedMetrics": suite.derived_metrics,
        "extensions": suite.extensions,
    }


def _prompt_told(column: Column) -> Json:
    return {"raw": column.prompt.raw, "label": column.prompt.label, "provider": column.provider.name}


def _told(suite: PromptfooSuite) -> Json:
    """What the run's plan says of the configuration, for the export."""
    return {
        "config": suite.config,
        "prompts": [_prompt_told(column) for column in suite.columns],
        "derivedMetrics": suite.derived_metrics,
    }


def _label(column: Column) -> VariantLabel:
    parts = [column.prompt.raw, column.prompt.config, column.provider.identity()]
    return VariantLabel(
        name=column.name,
        prompt=" ".join(column.prompt.label.split())[:120],
        version=None,
        digest=digest({"kind": "promptfoo", "parts": json_text(parts)}),
        model=column.provider.name,
    )


def _count(samples: Iterator[Planned], suite: PromptfooSuite, beforehand: Beforehand) -> Counted:
    """Go through the whole plan once, calling nothing: count it, and look for what would fail later."""
    found = Counted(serial=any("_conversation" in prompt.raw for prompt in suite.prompts))
    hashed = hashlib.sha256(json_text([suite.config, suite.repeat]).encode())
    last = -1
    for planned in samples:
        found.samples += 1
        hashed.update(json_text([planned.case, planned.column.name, planned.test]).encode())
        if planned.row == last:
            continue
        last = planned.row
        if planned.repeat == 0:
            found.cases += 1
            beforehand.check(planned)
        options = planned.test.get("options") or {}
        found.serial = found.serial or bool(options.get("storeOutputAs") or options.get("runSerially"))
    found.digest = hashed.hexdigest()
    return found
