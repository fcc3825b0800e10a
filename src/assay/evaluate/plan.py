"""What a run is going to do, decided before anything is paid for: variants resolved, identity of the run fixed.

The plan's identity says when two commands mean the same run, so that one that was killed is taken up
again. Samples are planned lazily from it (``samples``): case by case, each under every variant.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from assay.author.project import Project
from assay.author.reference import resolve
from assay.author.types import Prompt
from assay.core.canonical import digest
from assay.core.errors import BadInput
from assay.engine.prepare import DEFAULT_MODEL, choose_target, merge_parameters, overlay, prepare, unnamed
from assay.engine.types import Call, Prepared
from assay.evaluate.types import Case, ConversationSpec, Judge, Suite, VariantLabel, VariantSpec
from assay.models.target import Target
from assay.models.types import Parameters


@dataclass(frozen=True, slots=True)
class Variant:
    """A prompt version with a model and parameters, ready to be called."""

    name: str
    prepared: Prepared
    target: Target
    parameters: Parameters
    note: str | None = None

    @property
    def label(self) -> VariantLabel:
        """The variant as it is counted and shown."""
        prompt = self.prepared.prompt
        return VariantLabel(
            name=self.name,
            prompt=prompt.name,
            version=prompt.version,
            digest=self.prepared.digest,
            model=str(self.target),
        )

    def identity(self) -> list[object]:
        """What shapes its replies besides the case: version, target without the key, parameters."""
        target = self.target
        return [
            self.prepared.digest,
            [target.provider, target.model, target.base_url],
            msgspec.to_builtins(self.parameters),
        ]


@dataclass(frozen=True, slots=True)
class Override:
    """What the command line says of the model, for all variants; and ``default``, for prompts that name none."""

    model: str | None = None
    base_url: str | None = None
    key: str | None = None
    parameters: Parameters = Parameters()
    default: str = DEFAULT_MODEL


def override_of(
    model: str | None,
    base_url: str | None,
    key_env: str | None,
    *,
    temperature: float | None = None,
    max_tokens: int | None = None,
    seed: int | None = None,
) -> Override:
    """What options of these names say; several names of ``key_env``, with commas between, are several accounts.

    A base address without a model's provider means any OpenAI-compatible server.
    """
    if model is not None and base_url is not None and "/" not in model:
        model = f"openai-compatible/{model}"
    key = ",".join(f"env:{name.strip()}" for name in key_env.split(",")) if key_env else None
    parameters = Parameters(temperature=temperature, max_tokens=max_tokens, seed=seed)
    return Override(model=model, base_url=base_url, key=key, parameters=parameters)


@dataclass(frozen=True, slots=True)
class Planned:
    """One sample to come; ``independent`` says whether its seed is that of its repeat."""

    index: int
    case: Case
    variant: Variant
    repeat: int
    independent: bool = True


def resolve_variants(project: Project, suite: Suite, suite_file: Path, override: Override) -> list[Variant]:
    """The suite's variants with their prompts found, compiled and given a model.

    Raises:
        BadInput: A prompt that is not found or not right, or a model that does not exist.
    """
    return [_variant(project, spec, suite_file.parent, override) for spec in suite.variants]


def _variant(project: Project, spec: VariantSpec, folder: Path, override: Override) -> Variant:
    prompt = resolve(project, spec.prompt, folder=folder, where=spec.where)
    target = _target(prompt, spec, override)
    parameters = merge_parameters(prompt, overlay(spec.parameters, override.parameters))
    note = unnamed(prompt, target, model=override.model or spec.model)
    return Variant(spec.name, prepare(prompt), target, parameters, note)


def _target(prompt: Prompt, spec: VariantSpec, override: Override) -> Target:
    """Who answers. What the command line names goes to no address, and gets no key, that the suite gave another."""
    default = override.default
    if override.model is not None or override.base_url is not None:
        model = override.model or spec.model
        return choose_target(prompt, model=model, base_url=override.base_url, key=override.key, default=default)
    try:
        key = override.key or spec.key
        return choose_target(prompt, model=spec.model, base_url=spec.base_url, key=key, default=default)
    except BadInput as error:
        error.where = error.where or spec.where
        raise


def plan_identity(suite: Suite, variants: Iterable[Variant], datasets: dict[str, str]) -> str:
    """A digest: the same for two commands that mean the same run."""
    talk = suite.conversation
    held = {} if talk is None else {"conversation": told_conversation(talk)}
    return digest(
        held
        | {
            "suite": suite.name,
            "variants": [[v.name, *v.identity()] for v in variants],
            "datasets": datasets,
            "graders": _told_graders(suite),
            "judge": None if suite.judge is None else told_judge(suite.judge),
            "gate": None if suite.gate is None else repr(suite.gate),
            "repeats": suite.repeats if suite.independent else [suite.repeats, "dependent"],
        }
    )


def instrument_identity(suite: Suite) -> str:
    """A digest of what measures: graders, judge, who plays the user; not the cases, nor the gate's rules.

    Looks at the same versions are counted under it, so that further cases make a further look.
    """
    talk = suite.conversation
    return digest(
        {
            "suite": suite.name,
            "graders": _told_graders(suite),
            "judge": None if suite.judge is None else told_judge(suite.judge),
            "conversation": None if talk is None else told_conversation(talk),
        }
    )


def measuring_parts(suite: Suite) -> dict[str, str]:
    """What measures, part by part, each with its digest: two runs that have the same parts can be held together."""
    talk = suite.conversation
    found = {f"grader {told['name']}": digest(told) for told in _told_graders(suite)}
    if suite.judge is not None:
        found["judge"] = digest(told_judge(suite.judge))
    if talk is not None:
        found["conversation"] = digest(told_conversation(talk))
    return found


def _told_graders(suite: Suite) -> list[dict[str, object]]:
    return [
        {
            "name": g.name,
            "grader": g.grader,
            "settings": _without_key(g.settings),
            "weight": str(g.weight),
            "negate": g.negate,
        }
        for g in suite.graders
    ]


def _without_key(settings: dict[str, object]) -> dict[str, object]:
    """A grader's settings without where the key of its own judge is."""
    judge = settings.get("judge")
    return settings if not isinstance(judge, dict) else settings | {"judge": {k: judge[k] for k in judge if k != "key"}}


def told_conversation(spec: ConversationSpec) -> dict[str, object]:
    """What shapes a conversation, as JSON; where it stands in the suite does not, nor does the key of its model."""
    told = {name: getattr(spec, name) for name in ConversationSpec.__dataclass_fields__ if name != "where"}
    return _told(told)


def told_judge(judge: Judge) -> dict[str, object]:
    """What shapes a judge's replies, as JSON: all but its key."""
    return _told({"model": judge.model, "base_url": judge.base_url, "parameters": judge.parameters})


def _told(parts: dict[str, object]) -> dict[str, object]:
    """The parts as JSON, without a key; an address is there only where one is given."""
    kept = {name: part for name, part in parts.items() if name != "key" and (name != "base_url" or part is not None)}
    found: dict[str, object] = msgspec.to_builtins(kept)
    return found


def samples(
    cases: Iterable[Case], variants: Iterable[Variant], repeats: int, *, independent: bool = True
) -> Iterator[Planned]:
    """Every sample of the run, in plan order: by case, then repeat, then variant."""
    index = 0
    order = list(variants)
    for case in cases:
        for repeat in range(repeats):
            for variant in order:
                yield Planned(index, case, variant, repeat, independent)
                index += 1


def call_of(planned: Planned, *, timeout_s: float) -> Call:
    """The call that the sample makes. Each repeat has a seed of its own, unless it shall not be independent."""
    parameters = planned.variant.parameters
    if planned.repeat and planned.independent and parameters.seed is not None:
        parameters = msgspec.structs.replace(parameters, seed=parameters.seed + planned.repeat)
    return Call(
        prepared=planned.variant.prepared,
        inputs=planned.case.inputs,
        target=planned.variant.target,
        parameters=parameters,
        timeout_s=timeout_s,
    )
