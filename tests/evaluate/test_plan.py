"""What a run is going to do: variants found, samples in order, and when two commands mean the same run."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.author.project import Project
from assay.core.document import parse_document
from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.gate_spec import CompareRule, GateSpec
from assay.evaluate.plan import Override, Variant, call_of, plan_identity, resolve_variants, samples
from assay.evaluate.types import Case, GraderSpec, Judge, Suite, VariantSpec
from assay.models.types import Parameters

HERE = Location("suites/s.yaml", 3)
PROMPT = """\
---
prompt: greet
inputs: {name: string}
model: {candidates: [openai/a, openai/b], parameters: {temperature: 0.5, max_tokens: 9, seed: 7}}
---
user:
Hello {{ name }}
"""
DATASETS = {"datasets/d.jsonl": "sha256:1"}


@pytest.fixture
def project_here(tmp_path: Path) -> Project:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts/greet.prompt.md").write_text(PROMPT)
    return Project(tmp_path, None)


def suite(*variants: VariantSpec, repeats: int = 1, gate: GateSpec | None = None) -> Suite:
    return Suite(
        name="s",
        description="",
        datasets=tuple(DATASETS),
        variants=variants,
        graders=(GraderSpec(grader="contract", name="contract", where=HERE),),
        repeats=repeats,
        concurrency=None,
        gate=gate,
        file="suites/s.yaml",
        document=parse_document("", file="suites/s.yaml"),
    )


def spec(name: str = "now", prompt: str = "greet", **more: object) -> VariantSpec:
    return VariantSpec(name=name, prompt=prompt, where=HERE, **more)


def resolved(project: Project, wanted: Suite, override: Override | None = None) -> list[Variant]:
    return resolve_variants(project, wanted, project.root / "suites/s.yaml", override or Override())


def cases(n: int) -> list[Case]:
    return [Case(id=f"c{i}", inputs={"name": "Ann"}, where=HERE) for i in range(n)]


def test_a_variant_takes_model_and_parameters_from_the_prompt_unless_it_says_otherwise(project_here):
    own = spec("own", model="openai/c", parameters=Parameters(temperature=0.0, seed=1))
    plain, special = resolved(project_here, suite(spec(), own))

    assert (str(plain.target), plain.parameters) == (
        "openai/a",
        Parameters(temperature=0.5, max_tokens=9, seed=7),
    )
    assert (str(special.target), special.parameters) == (
        "openai/c",
        Parameters(temperature=0.0, max_tokens=9, seed=1),
    )


def test_the_command_line_has_the_last_word_for_every_variant(project_here):
    override = Override("openai/z", "http://127.0.0.1:9/v1", "env:K", Parameters(max_tokens=3))
    for variant in resolved(project_here, suite(spec(), spec("b", model="openai/c")), override):
        target = variant.target

        assert (str(target), target.base_url, target.key) == ("openai/z", "http://127.0.0.1:9/v1", "env:K")
        assert variant.parameters == Parameters(temperature=0.5, max_tokens=3, seed=7)


def test_a_variant_may_have_a_server_and_a_key_of_its_own_that_the_command_line_puts_aside(project_here):
    own = spec(model="openai/c", base_url="http://127.0.0.1:9/v1", key="env:OWN")

    def target(override: Override) -> tuple[str, str | None, str | None]:
        found = resolved(project_here, suite(own), override)[0].target
        return str(found), found.base_url, found.key

    assert target(Override()) == ("openai/c", "http://127.0.0.1:9/v1", "env:OWN")
    assert target(Override(key="env:K")) == ("openai/c", "http://127.0.0.1:9/v1", "env:K")
    assert target(Override(model="openai/z")) == ("openai/z", None, None)
    assert target(Override(base_url="http://127.0.0.1:8/v1")) == ("openai/c", "http://127.0.0.1:8/v1", None)


def test_no_key_of_a_variant_a_judge_or_a_grader_makes_another_run(project_here):
    def identity(key: str) -> str:
        judged = {"judge": {"model": "openai/j", "key": key}}
        base = suite(spec(model="openai/c", key=key))
        wanted = replace(
            base,
            judge=Judge(model="openai/j", key=key),
            graders=(replace(base.graders[0], settings=judged),),
        )
        return plan_identity(wanted, resolved(project_here, wanted), DATASETS)

    assert identity("env:A") == identity("env:B")


@pytest.mark.parametrize("prompt", ["../prompts/greet.prompt.md", "greet"])
def test_a_prompt_is_found_by_name_or_relative_to_the_suite(project_here, prompt):
    assert resolved(project_here, suite(spec(prompt=prompt)))[0].prepared.prompt.name == "greet"


def test_a_prompt_that_is_not_there_is_an_error_at_the_suites_line(project_here):
    with pytest.raises(BadInput) as caught:
        resolved(project_here, suite(spec(prompt="great")))

    assert (caught.value.hint, caught.value.where) == ("did you mean 'greet'?", HERE)


@given(st.integers(0, 5), st.integers(1, 4), st.integers(1, 3))
def test_every_sample_is_planned_once_in_order_by_case_then_repeat_then_variant(n, repeats, variants):
    class Named:
        def __init__(self, name: str) -> None:
            self.name = name

    planned = list(samples(cases(n), [Named(f"v{i}") for i in range(variants)], repeats))

    assert [p.index for p in planned] == list(range(n * repeats * variants))
    assert [(p.case.id, p.repeat, p.variant.name) for p in planned] == [
        (f"c{c}", r, f"v{v}") for c in range(n) for r in range(repeats) for v in range(variants)
    ]


def test_samples_are_planned_only_as_they_are_asked_for(project_here):
    seen: list[str] = []

    def endless():
        for case in cases(1000):
            seen.append(case.id)
            yield case

    plan = samples(endless(), resolved(project_here, suite(spec())), 1)
    next(plan)
    next(plan)

    assert seen == ["c0", "c1"]


def test_each_repeat_has_a_seed_of_its_own_where_there_is_a_seed(project_here):
    with_seed = resolved(project_here, suite(spec()))
    without = [replace(with_seed[0], parameters=Parameters())]

    calls = [call_of(p, timeout_s=3) for p in samples(cases(1), with_seed, 3)]
    assert [c.parameters.seed for c in calls] == [7, 8, 9]
    assert {(c.timeout_s, str(c.target)) for c in calls} == {(3, "openai/a")}
    assert [call_of(p, timeout_s=3).parameters.seed for p in samples(cases(1), without, 2)] == [None, None]
    same = samples(cases(1), with_seed, 3, independent=False)
    assert len({call_of(p, timeout_s=3).parameters.seed for p in same}) == 1


def test_the_same_command_means_the_same_run_and_any_change_that_counts_another(project_here):
    base = suite(spec(), gate=GateSpec(at_least={"now": 0.5}))
    variants = resolved(project_here, base)
    grader = base.graders[0]
    rule = CompareRule(candidate="now", baseline="now", margin=0.1)

    def identity(wanted: Suite = base, found: list[Variant] = variants, **files: str) -> str:
        return plan_identity(wanted, found, files or DATASETS)

    others = [
        identity(replace(base, name="other")),
        identity(replace(base, repeats=2)),
        identity(replace(base, gate=None)),
        identity(replace(base, gate=GateSpec(at_least={"now": 0.6}))),
        identity(replace(base, gate=GateSpec(compare=rule))),
        identity(replace(base, graders=(replace(grader, weight=2.0),))),
        identity(replace(base, graders=(replace(grader, settings={"strict": True}),))),
        identity(found=[replace(variants[0], name="next")]),
        identity(found=[replace(variants[0], parameters=Parameters(temperature=1.0))]),
        identity(found=resolved(project_here, base, Override(model="openai/z"))),
        identity(found=resolved(project_here, base, Override(base_url="http://127.0.0.1:9/v1"))),
        identity(replace(base, graders=(replace(grader, negate=True),))),
        identity(replace(base, judge=Judge(model="openai/j"))),
        identity(replace(base, judge=Judge(model="openai/j", base_url="http://127.0.0.1:9/v1"))),
        identity(d="sha256:2"),
    ]
    (project_here.root / "prompts/greet.prompt.md").write_text(PROMPT.replace("Hello", "Good day"))
    others.append(identity(found=resolved(project_here, base)))

    assert identity() == plan_identity(base, list(variants), dict(DATASETS))
    assert identity() == identity(replace(base, concurrency=3, description="says more"))
    assert len({identity(), *others}) == 1 + len(others)


def test_the_key_is_no_part_of_what_shapes_a_reply(project_here):
    one, other = (
        resolved(project_here, suite(spec()), Override(key=f"env:{name}"))[0].identity() for name in ("A", "B")
    )

    assert one == other
    assert b"env:" not in msgspec.json.encode(one)
