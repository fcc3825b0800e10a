"""The parts of a gate as every output tells them: their names, sentences, and what each means for a build.

Terminal, report, JUnit, SARIF, annotations and comments take the sentences from here, so that none says what another
does not. Nothing is decided here.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from assay.core.canonical import digest
from assay.evaluate import wording
from assay.evaluate.report_text import one_line
from assay.evaluate.summary import GatePart, Summary

Effect = Literal["passes", "fails", "warns"]

CORRECTED = ("ppi++", "rogan-gladen", "clopper-pearson-judged")
"""The methods that make up for a judge's errors."""

DIFFERENCES = ("compare", "metric margin", "metric within", "slices")
"""The rules that hold a candidate against a baseline by a difference."""

RULE = "gate:"
"""Before a rule's name, where graders and errors have theirs."""

_CHARS = 2_000
_ADVISORY = " This is told, and does not count."
_JUDGED = " This is told, and does not count, as it rests on a judge whose errors no calibration makes up for here."
_KINDS = {
    "validity": "Validity",
    "compare": "Comparison",
    "at_least": "Least pass rate of",
    "never": "Never",
    "counted": "Counted",
    "looks": "Looks",
    "slices": "Slices",
}
_METRICS = {"pass": "pass rate", "score": "mean score", "valid": "contract kept"}


def told(summary: Summary) -> list[GatePart]:
    """The parts of the run's gate in its own order; none where the suite has no gate."""
    return list(summary.gate) if summary.gated else []


def name_of(part: GatePart) -> str:
    """The rule in a few words: ``Comparison``, ``Slice topic=billing``, ``Latency (ms), ratio``."""
    kind, _, name = part.rule.partition(" ")
    metric = metric_name(part)
    if part.slice is not None:
        of = "" if part.metric == "pass" else f", {metric}"
        return f"Slice {one_line(part.slice, 80)}{of}"
    if kind == "metric":
        found = f"{metric}, {name.replace('_', ' ')}"
        return found[:1].upper() + found[1:]
    if kind == "never":
        return f"Never: {metric.removeprefix('grader ')}"
    return f"{_KINDS.get(kind, kind)} {one_line(name, 80)}".strip()


def metric_name(part: GatePart) -> str:
    """What is measured, in words; no more than a part of a sentence."""
    metric = part.metric or "samples"
    if metric in _METRICS:
        return _METRICS[metric]
    if ":" in metric:
        return one_line(metric.replace("grader:", "grader ", 1).replace("named:", "score ", 1), 80)
    return metric.replace("_ms", " (ms)").replace("_usd", " (USD)").replace("_", " ")


def sentence_of(part: GatePart) -> str:
    """The gate's own sentence on one line, and that it does not count where it does not."""
    said = one_line(part.sentence, _CHARS)
    if not part.advisory:
        return said
    return said + (_ADVISORY if part.remark == "not-powered" else _JUDGED)


def effect_of(part: GatePart, summary: Summary) -> Effect:
    """What a build makes of the part: a warning where it is advisory, or open and the suite's risk allows that."""
    if part.decision == "pass":
        return "passes"
    allowed = summary.policy is not None and summary.policy.inconclusive == "canary"
    return "warns" if part.advisory or (part.decision == "inconclusive" and allowed) else "fails"


def is_corrected(part: GatePart) -> bool:
    """Whether its figures make up for the errors of a judge, so that they are not what the judge said."""
    return part.method in CORRECTED


def rule_id(part: GatePart) -> str:
    """The rule's name among those of graders and errors: ``gate:compare``, ``gate:slices``."""
    return RULE + part.rule.replace(" ", "-")


def fingerprint_of(part: GatePart, summary: Summary) -> str:
    """The same for the same rule of a later run."""
    key = [summary.suite, "gate", part.rule, part.metric, part.slice, part.variant]
    return digest(key).removeprefix("sha256:")


def seen(part: GatePart) -> str:
    """The estimate and its bounds; empty where the part has none."""
    if part.value is None:
        return ""
    text, low, high = _writer(part), part.low, part.high
    bounds = "" if low is None or high is None else f" ({_bare(text(low))}{wording.NBSP}to{wording.NBSP}{text(high)})"
    return f"{text(part.value) if not bounds else _bare(text(part.value))}{bounds}"


def without_unpowered(parts: Sequence[GatePart]) -> tuple[list[GatePart], str]:
    """The parts but for slices that are too small to say anything, and one sentence on those."""
    small = [part for part in parts if part.remark == "not-powered"]
    if len(small) < 2:
        return list(parts), ""
    sliced = sum(part.slice is not None for part in parts)
    names = ", ".join(one_line(part.slice or "", 40) for part in small[:4])
    more = f" and {len(small) - 4} more" if len(small) > 4 else ""
    needed = max((part.cases_needed or 0) for part in small)
    takes = f"; each takes up to {needed:,} more cases" if needed else ""
    said = f"{len(small)} of {sliced} slices are too small to be judged ({names}{more}){takes}."
    return [part for part in parts if part.remark != "not-powered"], said


def _writer(part: GatePart) -> Callable[[float], str]:
    if part.unit == "ratio":
        return lambda value: f"{value:.3g}{wording.NBSP}×"
    if part.unit not in ("share", "score"):
        return lambda value: f"{value:,.4g}"
    return wording.points if _is_difference(part) else wording.percent


def _is_difference(part: GatePart) -> bool:
    return part.rule in DIFFERENCES


def _bare(text: str) -> str:
    return text.partition(wording.NBSP)[0]


def worst_first(parts: Sequence[GatePart]) -> Iterator[GatePart]:
    """What failed, then what is invalid, open, advisory; what passed last."""
    order = {"invalid": 0, "fail": 1, "inconclusive": 2, "pass": 3}
    yield from sorted(parts, key=lambda part: (part.advisory, order[part.decision]))
