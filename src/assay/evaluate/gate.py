"""The gate: a run's figures in, a decision and the sentences behind it out. Pure.

    invalid        too much is missing, or there is nothing to decide on
    fail           a rule is shown to be broken
    inconclusive   the cases are too few to say; the sentence tells how many more would do
    pass           every rule is shown to hold

The worst of the rules counts, in that order; a part that is only told does not. Without a rule a valid run comes to
``pass`` as well, and is called ``no gate`` (``summary.py``). The rules are ``gating/``; see docs/explanation/gates.md.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from assay.evaluate import wording
from assay.evaluate.gating.part import Estimate
from assay.evaluate.gating.tally import GateTally
from assay.evaluate.gating.validity import validity
from assay.evaluate.summary import GatePart
from assay.evaluate.types import Decision
from assay.stats.correction import JudgeCounts

_WORST_FIRST: tuple[Decision, ...] = ("invalid", "fail", "inconclusive", "pass")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a decision rests on beside the rows.

    Attributes:
        alpha: The one-sided error rate that this look may spend; None is the gate's own.
        stopped: Why the run ended before all was run.
        unfit: Why it cannot be judged, where that is known beforehand.
        estimates: (metric, variant, or "" for the pair, or ``slice``) -> the interval that counts in place of the one
            that fits, for a corrected judge.
        errors: Metric of a judge's grader -> how the judge errs.
        advisory: Metrics of which a rule counts only with an estimate of its own.
        seeds: What was random in the estimates -> its seed.
        watched: The parts of a gate that was watched, by the one-sided error rate; they take the place of the usual
            ones.
    """

    alpha: float | None = None
    stopped: str | None = None
    unfit: str | None = None
    estimates: Mapping[tuple[str, str], Estimate] = field(default_factory=dict)
    errors: Mapping[str, JudgeCounts] = field(default_factory=dict)
    advisory: frozenset[str] = frozenset()
    seeds: Mapping[str, int] = field(default_factory=dict)
    watched: Callable[[float], list[GatePart]] | None = None


def decide(counted: GateTally, given: Given | None = None) -> list[GatePart]:
    """Every rule's part, the validity of the run first and alone if it is not valid: then no rule is judged."""
    rules, known = counted.spec, given or Given()
    valid = validity(counted, stopped=known.stopped, unfit=known.unfit)
    parts = [valid]
    if valid.decision != "invalid":
        alpha = rules.alpha if known.alpha is None else known.alpha
        if known.watched is not None:
            parts += known.watched(alpha)
        else:
            parts += counted.parts(alpha=alpha, estimates=known.estimates, errors=known.errors, advisory=known.advisory)
        if rules.counted is not None:
            parts.append(_counted(rules.counted, counted))
    # The sentences are data as well: plain spaces.
    return [msgspec.structs.replace(p, sentence=p.sentence.replace(wording.NBSP, " ")) for p in parts]


def overall(parts: Sequence[GatePart], *, gated: bool = True) -> tuple[Decision, str]:
    """The worst decision, and the sentence of the part that made it (of the most telling one for a pass)."""
    counting = [part for part in parts if not part.advisory]
    if gated and counting[0].decision != "invalid" and all(part.rule in ("validity", "looks") for part in counting):
        return "inconclusive", (
            "Every rule rests on a judge that nobody has measured, or asks what its calibration cannot make up for, so "
            "nothing is decided: calibrate it with 'assay judge', or say 'uncalibrated: counts' in the gate."
        )
    counts = worst(part.decision for part in counting)
    named = [part for part in counting if part.decision == counts]
    telling = next((part for part in named if part.rule != "validity"), named[0])
    if counts == "pass" and not gated:
        return counts, f"{telling.sentence.removesuffix('.')}; the suite has no gate, so nothing is decided."
    return counts, telling.sentence


def worst(decisions: Iterable[Decision]) -> Decision:
    """The decision that counts of several; ``pass`` of none."""
    return min(decisions, key=_WORST_FIRST.index, default="pass")


def _counted(share: float, counted: GateTally) -> GatePart:
    """The samples that passed against those that should have, without a word on chance."""
    passed, n = sum(arm.passed for arm in counted.arms.values()), sum(arm.n for arm in counted.arms.values())
    enough = passed >= share * n
    wanted = "all" if share == 1 else wording.level(share)
    sentence = f"{passed:,} of {wording.plural(n, 'sample')} passed; {wanted} of them should."
    return GatePart(
        rule="counted",
        decision="pass" if enough else "fail",
        sentence=sentence,
        metric="pass",
        method="count",
        value=passed / n if n else None,
        n=n,
        clusters=n,
        bound=share,
    )
