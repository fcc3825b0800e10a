"""Graders by name, and made from a suite's entries with every setting checked.

A grader is one file in ``graders/`` with a factory, whose keyword arguments are its settings::

    @graders.register("equals")
    def equals(*, target: str = "expected", value: object = MISSING) -> Grade: ...

A factory with an argument ``bench`` is given the project's files, worker processes and models. One that refuses
a setting raises ``BadInput`` with the code ``grader.SETTING``; the place is filled in here. Bounds of a setting
are written as ``Annotated[float, msgspec.Meta(gt=0)]`` and checked here, and editors learn them too.

A reply that is not there, empty or a refusal, fails without the grader being asked, unless its factory is
marked with ``answers_absence``.
"""

import inspect
import types
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from assay.author.project import Project
from assay.author.source import WorkingTree
from assay.author.types import Missing
from assay.core.errors import BadInput, unknown_name
from assay.core.fields import describe
from assay.core.location import Location
from assay.core.plugins import Registry
from assay.engine.types import Outcome
from assay.evaluate.asking import Models
from assay.evaluate.bench import Bench
from assay.evaluate.judging.identity import as_judged
from assay.evaluate.target import check_target
from assay.evaluate.types import Case, Grade, GraderSpec, Judge, Suite, Verdict
from assay.evaluate.verdict import absent

Factory = Callable[..., Grade]
F = TypeVar("F", bound=Factory)

graders: Registry[Factory] = Registry("grader", "assay.evaluate.graders")

_GIVEN = "bench"
_ANSWERS_ABSENCE = "answers_absence"


def answers_absence(factory: F) -> F:
    """Mark the factory of a grader that has something to say of a reply that is empty or a refusal."""
    setattr(factory, _ANSWERS_ABSENCE, True)
    return factory


@dataclass(frozen=True, slots=True)
class Grader:
    """A grader, ready, with its entry in the suite."""

    spec: GraderSpec
    grade: Grade


@asynccontextmanager
async def open_graders(
    project: Project, suite: Suite, models: Models | None = None
) -> AsyncIterator[tuple[Grader, ...]]:
    """The suite's graders for the time of a run; their processes end with it.

    Args:
        project: The project that the suite lies in.
        suite: The suite.
        models: What graders ask models through; None where none can be asked.

    Raises:
        BadInput: A grader that does not exist, or a setting that it does not take.
    """
    bench = bench_of(project.source, suite.file, models)
    try:
        yield tuple(Grader(spec, make_grader(spec, bench)) for spec in suite.graders)
    finally:
        await bench.close()


def bench_of(
    source: WorkingTree, suite_file: str, models: Models | None = None, *, judge: Judge | None = None
) -> Bench:
    """What the graders of that suite are made with; its paths are relative to the suite's folder.

    Args:
        source: The project's files.
        suite_file: The suite's file, relative to the project's folder.
        models: What graders ask models through; None where none can be asked.
        judge: Who would be asked then, where the grader names nobody.
    """
    return Bench(source, suite_file.rpartition("/")[0], models, judge=judge)


def make_grader(spec: GraderSpec, bench: Bench) -> Grade:
    """The grader that a suite's entry asks for.

    Raises:
        BadInput: No grader has that name, or it does not take a setting, or not that value.
    """
    factory = graders.get(spec.grader, where=spec.where)
    parameters = inspect.signature(factory).parameters
    _check_names(spec, parameters)
    check_types(spec, factory)
    given = {_GIVEN: bench} if _GIVEN in parameters else {}
    try:
        if isinstance(target := spec.settings.get("target"), str):
            check_target(target)
        grade = factory(**spec.settings, **given)
    except BadInput as error:
        error.where = error.where or _place(spec, error.code.rpartition(".")[2])
        raise
    made = _negated(grade) if spec.negate else grade
    made = made if getattr(factory, _ANSWERS_ABSENCE, False) else _failing_what_is_absent(made)
    return as_judged(made, grade)


def _failing_what_is_absent(grade: Grade) -> Grade:
    async def grade_what_is_there(case: Case, outcome: Outcome) -> Verdict:
        return absent(outcome) or await grade(case, outcome)

    return grade_what_is_there


def _negated(grade: Grade) -> Grade:
    async def grade_the_other_way(case: Case, outcome: Outcome) -> Verdict:
        verdict = await grade(case, outcome)
        return msgspec.structs.replace(
            verdict, score=1 - verdict.score, passed=not verdict.passed, reason=f"negated: {verdict.reason}"
        )

    return grade_the_other_way


def _check_names(spec: GraderSpec, parameters: "types.MappingProxyType[str, inspect.Parameter]") -> None:
    takes_all = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    known = [name for name, p in parameters.items() if name != _GIVEN and p.kind is not p.VAR_KEYWORD]
    for name in spec.settings:
        if name == _GIVEN or (name not in known and not takes_all):
            error = unknown_name("setting", name, known, code="grader.unknown_setting", where=_place(spec, name))
            error.what = f"the grader {spec.grader!r} has no setting {name!r}"
            raise error
    for name in known:
        if parameters[name].default is inspect.Parameter.empty and name not in spec.settings:
            raise BadInput(
                f"the grader {spec.grader!r} needs the setting {name!r}",
                hint=f"write it as a mapping, with 'grader: {spec.grader}' and '{name}: …'",
                code="grader.missing_setting",
                where=spec.where,
            )
    if "target" in spec.settings and "value" in spec.settings:
        raise BadInput(
            f"the grader {spec.name!r} has both a target and a value",
            hint="'target' is a path in the case, 'value' is the same for all cases; keep one",
            code="grader.target",
            where=_place(spec, "value"),
        )


def check_types(spec: GraderSpec, factory: Factory) -> None:
    """Hold the settings against the factory's types.

    Raises:
        BadInput: One has another type.
    """
    hints = _hints(factory)
    for name, value in spec.settings.items():
        kinds = setting_kinds(hints.get(name, object))
        try:
            msgspec.convert(value, Union[tuple(kinds)])  # noqa: UP007 - the parts are known only now
        except msgspec.ValidationError as error:
            wanted = " or ".join(_wanted(kind) for kind in kinds if kind is not type(None))
            bound = str(error) if any(get_origin(kind) is Annotated for kind in kinds) else ""
            raise BadInput(
                f"{name!r} of the grader {spec.name!r} is {describe(value)}",
                hint=f"write {wanted}" + (f" ({bound[:1].lower()}{bound[1:]})" if bound else ""),
                code="grader.wrong_type",
                where=_place(spec, name),
            ) from None


@cache
def _hints(factory: Factory) -> dict[str, object]:
    return get_type_hints(factory, include_extras=True)


_KINDS: dict[object, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    list: "a list of texts",
    tuple: "a list of texts",
    dict: "a mapping",
}


def setting_kinds(hint: object) -> list[object]:
    """The types that a setting may have in a file: the parts of a union, or the type alone."""
    kinds = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    return [kind for kind in kinds if kind is not Missing]


def _wanted(kind: object) -> str:
    """A type as messages name it."""
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) is Literal:
        return f"one of {', '.join(str(word) for word in get_args(kind))}"
    return _KINDS.get(get_origin(kind) or kind, "another value")


def _place(spec: GraderSpec, setting: str) -> Location:
    return spec.places.get(setting, spec.where)
