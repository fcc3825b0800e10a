"""Assay's own suites as jobs: prompts resolved, datasets read once, every case held against every prompt's inputs.

Nothing is paid for until all of that has been found sound.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from assay.author.project import Project
from assay.core.errors import BadInput
from assay.evaluate.against import against
from assay.evaluate.asking import StoredModels
from assay.evaluate.calibration.gate import load_calibrations
from assay.evaluate.calibration.types import Calibration
from assay.evaluate.clause import expand_clauses
from assay.evaluate.conversation.prepare import Stage, prepare_stage
from assay.evaluate.conversation.sampler import ConversationSampler
from assay.evaluate.dataset import MAX_TAGS, DatasetFacts, check_specs, spec_cases
from assay.evaluate.gating.read import check_repeats, check_tags
from assay.evaluate.grader import bench_of, make_grader, open_graders
from assay.evaluate.judging.identity import grader_identity, known_judge
from assay.evaluate.model_comparison.choice import ModelChoice, on_models
from assay.evaluate.plan import (
    Override,
    Planned,
    Variant,
    instrument_identity,
    measuring_parts,
    plan_identity,
    resolve_variants,
    samples,
)
from assay.evaluate.ready import ReadyClient
from assay.evaluate.sampler import CallSampler, Facilities
from assay.evaluate.service import Job
from assay.evaluate.shuffled import shuffle
from assay.evaluate.suite import load_suite
from assay.evaluate.types import Case, Suite
from assay.models.target import Target, parse_target


@dataclass(frozen=True, slots=True)
class Prepared:
    """A suite whose every part has been found sound."""

    suite: Suite
    variants: list[Variant]
    facts: DatasetFacts
    stage: Stage | None = None
    calibrations: tuple[Calibration, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteOptions:
    """What is said of a suite beside its file.

    Attributes:
        override: The model that answers.
        judge: Who judges, where the suite names nobody.
        against: A revision to take a baseline from.
        margin: By how much less than the baseline is a loss.
        models: Models that one prompt is run on, in place of the suite's variants.
    """

    override: Override = Override()
    repeats: int | None = None
    concurrency: int | None = None
    judge: str | None = None
    against: str | None = None
    margin: float | None = None
    models: ModelChoice | None = None


def open_suite(
    project: Project, file: Path, options: SuiteOptions, *, facts: DatasetFacts | None = None
) -> tuple[Prepared, str | None]:
    """The suite of that file, checked as far as it can be without a call; and why there is no baseline, if so.

    Args:
        project: The project.
        file: The suite's file.
        options: What is said beside it.
        facts: What the datasets told when they were checked; without it they are checked now.

    Raises:
        BadInput: Anything that a person can mend, with its place.
    """
    suite, why_not = load_suite(project, file), None
    suite = suite.with_options(repeats=options.repeats, concurrency=options.concurrency, judge=options.judge)
    check_repeats(
        suite.gate,
        suite.repeats,
        suite.document.at("gate", "cases") if suite.gate and suite.gate.cases else suite.document.at(),
    )
    if options.against is not None:
        suite, why_not = against(project, suite, file, options.against, margin=options.margin)
    if options.models is not None:
        suite = on_models(suite, options.models)
    variants = resolve_variants(project, suite, file, options.override)
    stage = prepare_stage(project, suite, file.parent, variants)

    def check(case: Case) -> None:
        for variant in variants:
            _check_inputs(case, variant, stage)

    suite = replace(suite, conversation=None if stage is None else stage.spec)
    suite = expand_clauses(suite, [variant.prepared.prompt.contract for variant in variants])
    if facts is None:
        facts = check_specs(project.source, suite.datasets, check=check)
        if len(facts.tags) < MAX_TAGS:
            check_tags(suite.gate, facts.tags, suite.document)
    names = [spec.name for spec in suite.graders]
    calibrations = load_calibrations(project.source, suite.gate, names, suite.document)
    return Prepared(suite, variants, facts, stage, calibrations), why_not


def alike_note(prepared: Prepared) -> str | None:
    """What there is to say of a gate that compares a version with itself; None of one that does not."""
    suite = prepared.suite
    pair = suite.gate.compare if suite.gate is not None else None
    if pair is None:
        return None
    of = {variant.name: variant for variant in prepared.variants}
    if of[pair.candidate].identity() != of[pair.baseline].identity():
        return None
    label = of[pair.candidate].label
    return (
        f"{suite.file}: {pair.candidate} and {pair.baseline} are the same version, {label.prompt} "
        f"{label.version or label.digest[:15]} on {label.model} with the same parameters (A/A): both get the same "
        "replies, so the gate compares a version with itself"
    )


def known_judges(project: Project, prepared: Prepared) -> dict[str, str]:
    """Grader -> the digest of its judge: of those with a calibration, and as far as it is known before the run."""
    suite, wanted = prepared.suite, {one.grader for one in prepared.calibrations}
    bench = bench_of(project.source, suite.file, judge=suite.judge)
    found: dict[str, str] = {}
    for spec in suite.graders:
        if spec.name in wanted and (judge := known_judge(make_grader(spec, bench))) is not None:
            found[spec.name] = grader_identity(judge, spec.settings, negate=spec.negate)
    return found


def job_of(project: Project, prepared: Prepared, *, stop_early: bool = False) -> Job[Planned]:
    """The suite as a job.

    Args:
        project: The project.
        prepared: The suite.
        stop_early: Whether the run ends once its gate is decided; its cases are held in memory then, in random order.

    Raises:
        BadInput: It shall end early, and its gate has rules that take all cases.
    """
    suite, variants, facts = prepared.suite, prepared.variants, prepared.facts

    shuffled = shuffle(suite, _cases(project, suite)) if stop_early else None

    def plan() -> Iterator[Planned]:
        cases = _cases(project, suite) if shuffled is None else shuffled.cases
        return samples(cases, variants, suite.repeats, independent=suite.independent)

    @asynccontextmanager
    async def open_sampler(given: Facilities) -> AsyncIterator[CallSampler]:
        ready = ReadyClient(given.engine.client)
        given = replace(given, engine=given.engine.through(ready))
        models = StoredModels(
            ready,
            given.store,
            clock=given.clock,
            judge=suite.judge,
            timeout_s=given.timeout_s,
            nonce=given.nonce,
        )
        async with open_graders(project, suite, models) as graders:
            _expect(ready, prepared, models)
            if prepared.stage is None:
                yield CallSampler(given, graders)
            else:
                bench = bench_of(project.source, suite.file, models)
                yield ConversationSampler(given, graders, prepared.stage, bench)

    return Job(
        name=suite.name,
        description=suite.description,
        file=suite.file,
        labels=tuple(variant.label for variant in variants),
        repeats=suite.repeats,
        gate=suite.gate,
        calibrations=prepared.calibrations,
        concurrency=suite.concurrency,
        cases=facts.cases,
        total=facts.cases * suite.repeats * len(variants),
        budget=suite.budget,
        targets=_targets(prepared),
        asked=_asked(prepared),
        datasets=facts.digests,
        identity=plan_identity(suite, variants, facts.digests) + ("-early" if shuffled else ""),
        watch=None if shuffled is None else shuffled.watch,
        instrument=instrument_identity(suite),
        measures=measuring_parts(suite),
        plan={"variants": [_told(variant) for variant in variants]},
        samples=plan,
        open_sampler=open_sampler,
    )


def _expect(ready: ReadyClient, prepared: Prepared, models: StoredModels) -> None:
    """Tell whom the run will ask: the variants' models, who plays the user, and whom the graders said they will ask."""
    suite = prepared.suite
    for variant, spec in zip(prepared.variants, suite.variants, strict=True):
        ready.need(variant.target, spec.where)
    judge = None if suite.judge is None else suite.judge.target
    if prepared.stage is not None:
        if prepared.stage.model is None:
            models.expect(None)
        else:
            ready.need(prepared.stage.model, prepared.stage.spec.where)
    for target in models.expected:
        ready.need(target, suite.document.at("judge") if target == judge else None)


def _targets(prepared: Prepared) -> tuple[Target, ...]:
    """The models that a run asks: the variants' own, the judge, who plays the user, and those that graders name."""
    suite = prepared.suite
    settings = [spec.settings.get(key) for spec in suite.graders for key in ("judge", "model", "embeddings")]
    named = [setting.get("model") if isinstance(setting, dict) else setting for setting in settings]
    found = [variant.target for variant in prepared.variants]
    found += [] if suite.judge is None else [suite.judge.target]
    found += [] if prepared.stage is None or prepared.stage.model is None else [prepared.stage.model]
    for name in named:
        if isinstance(name, str):
            with suppress(BadInput):  # a setting of that name that is no model; what asks one says so itself
                found.append(parse_target(name))
    return tuple(found)


def _asked(prepared: Prepared) -> dict[str, str]:
    """Who judges and who plays the user, as ``plan.json`` and the report tell it: without keys."""
    suite, found = prepared.suite, dict[str, str]()
    if suite.judge is not None:
        found["judge"] = _place(suite.judge.target)
    if prepared.stage is not None:
        user = prepared.stage.model
        found["user"] = found.get("judge", "") if user is None else _place(user)
    for spec in suite.graders:
        judge = spec.settings.get("judge")
        told = judge if isinstance(judge, dict) else {"model": judge}
        if isinstance(told.get("model"), str):
            at = f" at {told['base_url']}" if told.get("base_url") else ""
            found[f"judge of {spec.name}"] = f"{told['model']}{at}"
    return {part: model for part, model in found.items() if model}


def _place(target: Target) -> str:
    return str(target) if target.base_url is None else f"{target} at {target.base_url}"


def _cases(project: Project, suite: Suite) -> Iterator[Case]:
    for spec in suite.datasets:
        yield from spec_cases(project.source, spec)


def _told(variant: Variant) -> dict[str, object]:
    """The variant as ``plan.json`` tells it."""
    prompt = variant.prepared.prompt
    return {
        "name": variant.name,
        "prompt": prompt.name,
        "file": prompt.file,
        "digest": variant.prepared.digest,
        "model": str(variant.target),
        "parameters": msgspec.to_builtins(variant.parameters),
    }


def _check_inputs(case: Case, variant: Variant, stage: Stage | None) -> None:
    try:
        inputs = case.inputs if stage is None else stage.first_inputs(variant, case.inputs)
        variant.prepared.values.complete(inputs)
    except BadInput as error:
        error.where = case.where
        error.what = f"case {case.id!r}: {error.what}"
        raise
