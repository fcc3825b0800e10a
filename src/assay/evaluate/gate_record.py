"""The gate's record: one object that holds a decision and all that it rests on, as ``gate.json`` in the run's folder.

It is written in canonical JSON (RFC 8785) and holds no time, so the same inputs make the same bytes: ``assay gate``
makes it again from ``plan.json`` and ``samples.jsonl`` (``gate_replay.py``). Terminal, report, JUnit, SARIF and
comments tell its sentences (``gate_told.py``). Nothing is decided here; that is ``gate.py``.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import msgspec

from assay.core.canonical import canonical_json, digest
from assay.evaluate.gate import Given, decide, overall
from assay.evaluate.gate_spec import GateSpec
from assay.evaluate.gating.cell import SEED, T_AND_BCA
from assay.evaluate.gating.tally import GateTally
from assay.evaluate.summary import GatePart, Look, PassRule, Policy
from assay.evaluate.types import Decision, VariantLabel

GATE = "gate.json"
FORMAT = 1
METHOD = "2"
"""Grows when the same inputs would come to other figures."""

_DIGITS = 12
"""Significant digits of a figure: fewer than a float has, so that another machine's last digit does not show."""

_INCONCLUSIVE = {"high": "block", "medium": "approval", "low": "canary"}
S = TypeVar("S", bound=msgspec.Struct)


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision was made from.

    Attributes:
        samples: SHA-256 of the bytes of ``samples.jsonl``.
        rows: How many samples that is.
        datasets: Path -> digest.
        draw: The digest of which samples were drawn, whatever came of them; the same for the same look.
        gate: The digest of the gate's rules.
        instrument: The digest of what measures: graders, judge, conversation.
        stopped: Why the run ended before all was run, or None.
        calibrations: Grader -> the digest of the calibration of its judge.
    """

    samples: str
    rows: int
    datasets: dict[str, str]
    draw: str
    gate: str
    instrument: str
    stopped: str | None = None
    calibrations: dict[str, str] = {}

    @property
    def digest(self) -> str:
        """One digest of all of it."""
        return digest(msgspec.to_builtins(self))


class GateRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A decision, and all that it rests on.

    Attributes:
        format: Grows when a key changes its meaning.
        run: The run, by its id.
        decision: What it came to.
        gated: Whether there was a rule to decide by.
        sentence: The decision in words.
        parts: One a rule; the first is the validity of the run.
        policy: What the suite said beforehand.
        look: Which look at the same pair it was.
        variants: Variant -> the digest of what its replies come from.
        methods: The version of the rules of deciding, and of each method of making an interval.
        seeds: What was random -> its seed.
        inputs: What it was made from.
    """

    format: int
    run: str
    suite: str
    decision: Decision
    gated: bool
    sentence: str
    parts: list[GatePart]
    policy: Policy
    look: Look
    variants: dict[str, str]
    methods: dict[str, str]
    seeds: dict[str, int]
    inputs: Inputs

    def canonical(self) -> bytes:
        """The bytes of ``gate.json``."""
        return canonical_json(msgspec.to_builtins(self)) + b"\n"


def make_record(
    counted: GateTally, *, run: str, suite: str, inputs: Inputs, look: Look, given: Given | None = None
) -> GateRecord:
    """Decide, and write down what the decision rests on.

    Args:
        counted: The run's samples, counted for its gate.
        run: The run's id.
        suite: The suite's name.
        inputs: What was counted.
        look: Which look it is; its alpha is the one that counts.
        given: What else the decision rests on.
    """
    spec, known = counted.spec, given or Given()
    parts = decide(counted, replace(known, alpha=look.alpha, stopped=inputs.stopped))
    if parts[0].decision != "invalid" and spec.infers:
        parts += look_parts(look)
    parts = [rounded(part) for part in parts]
    decision, sentence = overall(parts, gated=spec.has_rules)
    methods = {part.method for part in parts if part.method}
    return GateRecord(
        format=FORMAT,
        run=run,
        suite=suite,
        decision=decision,
        gated=spec.has_rules,
        sentence=sentence,
        parts=parts,
        policy=policy_of(spec),
        look=rounded(look),
        variants={name: arm.label.digest for name, arm in counted.arms.items()},
        methods={"gate": METHOD, **dict.fromkeys(sorted(methods), METHOD)},
        seeds={**known.seeds, **({"clusters": SEED} if T_AND_BCA in methods else {})},
        inputs=inputs,
    )


def policy_of(spec: GateSpec) -> Policy:
    """What the suite says beforehand of what a decision means."""
    missing = spec.missing
    return Policy(
        risk=spec.risk,
        inconclusive=_INCONCLUSIVE[spec.risk],
        alpha=spec.alpha,
        max_missing=spec.max_missing,
        missing={"errors": missing.errors, "timeouts": missing.timeouts, "refusals": missing.refusals},
        cases=msgspec.UNSET if spec.cases is None else PassRule(passes=spec.cases.passes, of=spec.cases.of),
    )


def spec_digest(spec: GateSpec) -> str:
    """The digest of a gate's rules."""
    return digest(msgspec.to_builtins(spec))


def draw_digest(datasets: Mapping[str, str], *, repeats: int, nonce: str) -> str:
    """The digest of which samples are drawn.

    Replies are kept, so the same cases and repeats are the same data, however often the suite is run: a sample that
    ended in an error and is asked again is no new draw. ``--fresh`` draws anew, under a nonce of its own.
    """
    return digest({"datasets": sorted(datasets.values()), "repeats": repeats, "nonce": nonce})


def pair_digest(spec: GateSpec, labels: Sequence[VariantLabel], instrument: str) -> str:
    """The digest under which looks are counted: candidate, baseline, and what measures them; not the cases.

    Without a pair, all variants are looked at together.
    """
    names = (spec.compare.candidate, spec.compare.baseline) if spec.compare is not None else None
    of = {label.name: [label.digest, label.model] for label in labels}
    arms = list(of.values()) if names is None else [of[name] for name in names]
    return digest({"arms": arms, "paired": names is not None, "instrument": instrument})


def look_parts(look: Look) -> list[GatePart]:
    """What the plan of looks says: nothing of the one look that every pair has."""
    if look.plan == "every-run" or (look.plan == "one" and look.number == 1):
        return []
    order = _ordinal(look.number)
    if look.stage == 0:
        sentence = f"The plan of looks begins with more than these {look.cases:,} cases, so nothing is decided yet."
        return [_look_part("inconclusive", sentence, look)]
    if look.planned:
        sentence = (
            f"Look {look.stage} of {look.stages} ({look.plan}): each bound may be wrong with a chance of "
            f"{100 * look.alpha:.3g} %."
        )
        return [_look_part("pass", sentence, look)]
    if look.approved is not None:
        sentence = f"This is the {order} look at the same versions, beyond the plan; approved by {look.approved}."
        return [_look_part("pass", sentence, look)]
    sentence = (
        f"This is the {order} look at the same versions with other data, and the suite plans no such look: running "
        "again until the gate passes is no test. Declare 'looks' in the gate, or have it approved with --approve-look."
    )
    return [_look_part("inconclusive", sentence, look)]


def _look_part(decision: Decision, sentence: str, look: Look) -> GatePart:
    return GatePart(rule="looks", decision=decision, sentence=sentence, n=look.cases, clusters=look.cases)


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number}{ending}"


def rounded(found: S) -> S:
    """The struct with its figures to twelve significant digits."""
    changed = {
        name: _round(value) for name in found.__struct_fields__ if isinstance(value := getattr(found, name), float)
    }
    return msgspec.structs.replace(found, **changed)


def _round(value: float) -> float | None:
    return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
