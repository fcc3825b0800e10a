"""Reading ``gate`` of a suite file: every rule checked against the suite's variants and graders.

What the rules mean is docs/explanation/gates.md; ``suite.schema.json`` says the same to editors.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from typing import TypeVar, get_args

from assay.author.source import inside
from assay.core.document import Document
from assay.core.errors import BadInput, unknown_name
from assay.core.fields import Fields, describe
from assay.core.location import Location
from assay.evaluate.gate_spec import (
    MEASURES,
    PREFIXES,
    QUALITIES,
    CaseRule,
    CompareRule,
    GateSpec,
    LookRule,
    MetricRule,
    MissingRule,
    NeverRule,
    Plan,
    Risk,
    SliceRule,
    Standing,
    Uncalibrated,
    is_measure,
)

T = TypeVar("T", bound=str)

_RISKS: tuple[Risk, ...] = get_args(Risk)
_PLANS: tuple[Plan, ...] = get_args(Plan)
_STANDINGS: tuple[Standing, ...] = get_args(Standing)
_UNCALIBRATED: tuple[Uncalibrated, ...] = get_args(Uncalibrated)
_KINDS = ("errors", "timeouts", "refusals")
_DEMANDS = ("margin", "ratio", "within", "at_least", "at_most")
_UNPOWERED = ("counts", "told")
_METRICS = (*QUALITIES, "grader:NAME", "named:NAME", *MEASURES)


@dataclass(frozen=True, slots=True)
class Known:
    """What the rules may name.

    Attributes:
        variants: The suite's variants.
        graders: The names of its graders.
        folder: The suite's folder, relative to the project's.
    """

    variants: Sequence[str]
    graders: Sequence[str]
    folder: str = ""


def read_gate(fields: Fields, known: Known) -> GateSpec | None:
    """The gate of the suite; None where it has none.

    Raises:
        BadInput: A key that is not known, or a value that is not right, with its line.
    """
    if fields.raw("gate") is None:
        return None
    entry = fields.sub("gate")
    entry.only(tuple(field.name for field in dataclass_fields(GateSpec)))
    alpha = entry.number("alpha", least=0, most=0.5)
    if alpha in (0, 0.5):
        raise entry.wrong("alpha", alpha, "a number above 0 and below 0.5")
    missing = entry.number("max_missing", least=0, most=1)
    compare = _compare(entry, known)
    gate = GateSpec(
        compare=compare,
        at_least=_at_least(entry, known),
        alpha=0.05 if alpha is None else alpha,
        counted=entry.number("counted", least=0, most=1),
        max_missing=0.01 if missing is None else missing,
        metrics=_metrics(entry, known, paired=compare is not None),
        never=tuple(_never(entry, i, known) for i in range(len(entry.items("never")))),
        slices=_slices(entry, known, paired=compare is not None),
        cases=_cases(entry),
        looks=_looks(entry),
        risk=_one_of(entry, "risk", _RISKS, "medium"),
        calibrations=_calibrations(entry, known),
        uncalibrated=_one_of(entry, "uncalibrated", _UNCALIBRATED, "advisory"),
        missing=_missing(entry),
    )
    entry.close()
    return gate


def check_repeats(gate: GateSpec | None, repeats: int, where: Location) -> None:
    """Hold the rule of cases against how often each case is run, which the command line may have changed.

    Raises:
        BadInput: The two do not agree.
    """
    rule = gate.cases if gate is not None else None
    if rule is not None and rule.of != repeats:
        raise BadInput(
            f"the gate counts {rule.passes} of {rule.of} repeats, and each case is run {repeats} times",
            hint=f"set 'repeats: {rule.of}' in the suite, or change 'of'",
            code="suite.cases",
            where=where,
        )


def check_tags(gate: GateSpec | None, known: Collection[str], document: Document) -> None:
    """Hold the tags of the slices against those that the suite's cases have.

    Args:
        gate: The gate.
        known: The names of all tags that a case has.
        document: The suite's file.

    Raises:
        BadInput: No case has such a tag.
    """
    for tag in gate.slices.tags if gate is not None and gate.slices is not None else ():
        if tag in known:
            continue
        tags = Fields(document, ("gate", "slices"), code="suite").raw("tags")
        place = (tags.index(tag),) if isinstance(tags, list) else ()
        found = unknown_name(
            "tag", tag, known, code="suite.slices", where=document.at("gate", "slices", "tags", *place)
        )
        found.what = f"the slices are by the tag {tag!r}, which no case has"
        raise found


def _calibrations(entry: Fields, known: Known) -> tuple[str, ...]:
    """The files of calibrations, as paths in the project."""
    found = []
    for i, item in enumerate(entry.items("calibrations")):
        where = entry.at("calibrations", i)
        if not isinstance(item, str):
            raise BadInput(
                f"calibrations[{i}] is {describe(item)}",
                hint="write the path of a file that 'assay judge calibrate' made",
                code="gate.calibrations",
                where=where,
            )
        found.append(inside(f"{known.folder}/{item}" if known.folder else item, where))
    return tuple(found)


def _compare(gate: Fields, known: Known) -> CompareRule | None:
    if gate.raw("compare") is None:
        return None
    entry = gate.sub("compare")
    candidate, baseline = (_variant(known, entry.need_text(key), entry.at(key)) for key in ("candidate", "baseline"))
    entry.required("margin")
    margin = _share(entry, "margin")
    assert margin is not None
    if candidate == baseline:
        raise BadInput(
            f"the gate compares {candidate!r} with itself",
            hint="name two variants",
            code="suite.compare",
            where=entry.at("baseline"),
        )
    entry.close()
    return CompareRule(candidate=candidate, baseline=baseline, margin=margin)


def _at_least(gate: Fields, known: Known) -> dict[str, float]:
    if not gate.mapping("at_least"):
        return {}
    entry = gate.sub("at_least")
    found: dict[str, float] = {}
    for name in entry:
        _variant(known, name, gate.document.at_key("gate", "at_least", name))
        entry.required(name)
        found[name] = entry.number(name, least=0, most=1) or 0.0
    return found


def _metrics(gate: Fields, known: Known, *, paired: bool) -> tuple[MetricRule, ...]:
    rules = tuple(_metric_rule(gate, i, known) for i in range(len(gate.items("metrics"))))
    for i, rule in enumerate(rules):
        if rule.is_relative and not paired:
            raise _no_pair(f"the rule of {rule.metric!r}", gate.at("metrics", i))
    return rules


def _metric_rule(gate: Fields, i: int, known: Known) -> MetricRule:
    entry = gate.sub("metrics", i)
    metric = _metric(known, entry.need_text("metric"), entry.at("metric"))
    measured = is_measure(metric)
    demands = [key for key in _DEMANDS if entry.raw(key) is not None]
    if len(demands) != 1:
        said = f"has both {demands[0]!r} and {demands[1]!r}" if demands else "demands nothing"
        raise BadInput(
            f"the rule of {metric!r} {said}",
            hint=f"write one of {', '.join(_DEMANDS)}",
            code="suite.metric_rule",
            where=entry.at(demands[1]) if demands else entry.at(),
        )
    wrong = "margin" if measured else "ratio"
    if wrong in demands:
        better = "'ratio', such as 1.10" if measured else "'margin', such as 0.02"
        raise BadInput(
            f"{metric!r} has a {wrong}, and is {'a measure' if measured else 'a share or a score'}",
            hint=f"write {better}",
            code="suite.metric_rule",
            where=entry.at(wrong),
        )
    variant = entry.text("variant")
    rule = MetricRule(
        metric=metric,
        margin=_share(entry, "margin"),
        ratio=_above(entry, "ratio", 0),
        within=_above(entry, "within", 1) if measured else _share(entry, "within"),
        at_least=entry.number("at_least", least=0, most=None if measured else 1),
        at_most=entry.number("at_most", least=0, most=None if measured else 1),
        variant=None if variant is None else _variant(known, variant, entry.at("variant")),
    )
    if rule.is_relative and variant is not None:
        raise BadInput(
            f"the rule of {metric!r} compares, and names a variant",
            hint="'compare' names the pair; 'variant' goes with 'at_least' and 'at_most'",
            code="suite.metric_rule",
            where=entry.at("variant"),
        )
    entry.close()
    return rule


def _never(gate: Fields, i: int, known: Known) -> NeverRule:
    entry = gate.sub("never", i)
    grader, variant = entry.need_text("grader"), entry.text("variant")
    _grader(known, grader, entry.at("grader"))
    entry.required("at_most")
    at_most = entry.number("at_most", least=0, most=1)
    if at_most in (0, 1):
        raise entry.wrong(
            "at_most", at_most, "a share above 0 and below 1, such as 0.01; no number of cases can show 0"
        )
    rule = NeverRule(
        grader=grader,
        at_most=at_most or 0.0,
        variant=None if variant is None else _variant(known, variant, entry.at("variant")),
    )
    entry.close()
    return rule


def _slices(gate: Fields, known: Known, *, paired: bool) -> SliceRule | None:
    if gate.raw("slices") is None:
        return None
    entry = gate.sub("slices")
    tags, metrics = entry.texts("tags"), entry.texts("metrics") or ("pass",)
    if not tags:
        entry.required("tags")
        raise entry.wrong("tags", entry.raw("tags"), "the names of tags, such as [topic]")
    entry.required("margin")
    margin = _share(entry, "margin")
    assert margin is not None
    for i, metric in enumerate(metrics):
        where = entry.at("metrics", i) if isinstance(entry.raw("metrics"), list) else entry.at("metrics")
        if is_measure(_metric(known, metric, where)):
            raise BadInput(
                f"slices cannot be held to {metric!r}, which is a measure",
                hint="name shares and scores, such as pass",
                code="suite.slices",
                where=where,
            )
    unpowered = _one_of(entry, "unpowered", _UNPOWERED, "counts")
    entry.close()
    if not paired:
        raise _no_pair("the rule of the slices", entry.at())
    return SliceRule(
        tags=tuple(dict.fromkeys(tags)),
        margin=margin,
        metrics=tuple(dict.fromkeys(metrics)),
        unpowered="told" if unpowered == "told" else "counts",
    )


def _cases(gate: Fields) -> CaseRule | None:
    if gate.raw("cases") is None:
        return None
    entry = gate.sub("cases")
    for key in ("passes", "of"):
        entry.required(key)
    passes, of = entry.integer("passes", least=1) or 1, entry.integer("of", least=1) or 1
    if passes > of:
        raise entry.wrong("passes", passes, f"at most {of}, which 'of' says")
    entry.close()
    return CaseRule(passes=passes, of=of)


def _looks(gate: Fields) -> LookRule | None:
    if gate.raw("looks") is None:
        return None
    entry = gate.sub("looks")
    entry.required("plan")
    plan = _one_of(entry, "plan", _PLANS, "bonferroni")
    items = entry.items("at")
    entry.close()
    if plan == "every-run":
        if items:
            raise entry.wrong("at", items, "nothing: every run is judged by itself")
        return LookRule(plan=plan)
    return LookRule(plan=plan, at=_sizes(entry, items))


def _sizes(looks: Fields, items: Sequence[object]) -> tuple[int, ...]:
    """The numbers of cases at the looks."""
    sizes: list[int] = []
    for i, item in enumerate(items):
        if not isinstance(item, int) or isinstance(item, bool) or item < 1:
            raise _no_looks(f"is {describe(item)}", looks.at("at", i), key=f"at[{i}]")
        if sizes and item <= sizes[-1]:
            raise _no_looks(f"must grow, and {item} comes after {sizes[-1]}", looks.at("at", i))
        sizes.append(item)
    if len(sizes) < 2:
        raise _no_looks("is missing" if not sizes else f"has {sizes[0]} alone", looks.at("at"))
    return tuple(sizes)


def _no_looks(what: str, where: Location, key: str = "at") -> BadInput:
    return BadInput(
        f"gate.looks.{key} {what}",
        hint="write growing numbers of cases, at least two, such as [100, 200, 400]",
        code="suite.looks",
        where=where,
    )


def _missing(gate: Fields) -> MissingRule:
    value = gate.raw("missing")
    if value is None:
        return MissingRule()
    if isinstance(value, str):
        standing = _one_of(gate, "missing", _STANDINGS, "missing")
        return MissingRule(errors=standing, timeouts=standing, refusals=standing)
    if not isinstance(value, dict):
        raise gate.wrong("missing", value, f"one of {', '.join(_STANDINGS)}, or a mapping of {', '.join(_KINDS)}")
    entry = gate.sub("missing")
    errors, timeouts, refusals = (_one_of(entry, kind, _STANDINGS, "missing") for kind in _KINDS)
    entry.close()
    return MissingRule(errors=errors, timeouts=timeouts, refusals=refusals)


def _one_of(entry: Fields, key: str, names: Sequence[T], default: T) -> T:
    text = entry.text(key, one_of=names)
    return next((name for name in names if name == text), default)


def _share(entry: Fields, key: str) -> float | None:
    value = entry.number(key, least=0, most=1)
    if value == 0:
        raise entry.wrong(key, entry.raw(key), "a share above 0, such as 0.02")
    return value


def _above(entry: Fields, key: str, floor: float) -> float | None:
    value = entry.number(key)
    if value is not None and value <= floor:
        raise entry.wrong(key, entry.raw(key), f"a ratio above {floor:g}, such as 1.10")
    return value


def _metric(known: Known, name: str, where: Location) -> str:
    """The metric, if there is one of that name."""
    if name in QUALITIES or name in MEASURES:
        return name
    prefix = next((prefix for prefix in PREFIXES if name.startswith(prefix) and name != prefix), None)
    if prefix is None:
        raise unknown_name("metric", name, _METRICS, code="suite.unknown_metric", where=where)
    if prefix == "grader:":
        _grader(known, name.removeprefix(prefix), where)
    return name


def _grader(known: Known, name: str, where: Location) -> None:
    # A contract's clauses are graders named after its entry, and are known only when its prompts are.
    if name not in known.graders and name.partition(".")[0] not in known.graders:
        raise unknown_name("grader", name, known.graders, code="suite.unknown_grader", where=where)


def _variant(known: Known, name: str, where: Location) -> str:
    if name not in known.variants:
        raise unknown_name("variant", name, known.variants, code="suite.unknown_variant", where=where)
    return name


def _no_pair(what: str, where: Location) -> BadInput:
    return BadInput(
        f"{what} compares two variants, and the gate says not which",
        hint="add compare: {candidate: …, baseline: …, margin: …} to the gate",
        code="suite.no_pair",
        where=where,
    )
