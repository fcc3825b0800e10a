"""One run's variant gated against another run's: paired by case, by the rules of the later run's suite.

For a baseline that was run once and kept. What was measured has to be the same: the cases, the graders and judge, and
what each case was asked; else the decision is ``invalid``. Rows are read in step (``run_pairs.py``).
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from assay.core.canonical import digest
from assay.core.errors import BadInput
from assay.evaluate.calibration.correct import JudgedRun, corrections
from assay.evaluate.calibration.gate import calibration_digests, given_of
from assay.evaluate.calibration.judged import judged_cases
from assay.evaluate.calibration.types import JudgedCase
from assay.evaluate.deciding import Decided, decide_run
from assay.evaluate.exporter import load_run
from assay.evaluate.gate_record import GateRecord, Inputs, spec_digest
from assay.evaluate.gate_replay import RunPlan, read_plan
from assay.evaluate.gate_spec import CompareRule, GateSpec
from assay.evaluate.gating.look import LookLedger
from assay.evaluate.gating.tally import GateTally
from assay.evaluate.run_folder import SAMPLES
from assay.evaluate.run_pairs import Overlap, paired_cases
from assay.evaluate.types import SampleRow, VariantLabel
from assay.storage.sqlite import storage_failed


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoRuns:
    """Which runs, and what is asked of them.

    Attributes:
        candidate: The folder of the run that wants to pass.
        baseline: The folder of the run that it must not be worse than.
        variant: The variant that both have; None is the candidate of the suite's gate, or the only one.
        margin: The loss that would matter; None is the suite's own.
        approved: ``NAME: reason`` of whoever approved a look beyond the plan.
    """

    candidate: Path
    baseline: Path
    variant: str | None = None
    margin: float | None = None
    approved: str | None = None


def gate_runs(runs: TwoRuns, ledger: LookLedger) -> GateRecord:
    """The decision on a variant of one run against that of another.

    Raises:
        BadInput: A run is not there or not finished, there is no such variant, or no margin is known.
        StorageFailed: Rows, or the ledger of looks, cannot be used.
    """
    after, before = read_plan(runs.candidate), read_plan(runs.baseline)
    new, old = _label(after, runs.variant), _label(before, runs.variant, like=after)
    spec = _spec(after.told.spec, new.name, runs.margin)
    pair = spec.compare
    assert pair is not None
    counted = GateTally(spec, [replace(old, name=pair.baseline), new], repeats=after.told.repeats)
    overlap = Overlap()
    for row in _rows(runs, (old.name, new.name), pair.baseline, overlap):
        counted.add(row)
    inputs = Inputs(
        samples=digest([_file_digest(folder / SAMPLES) for folder in (runs.baseline, runs.candidate)]),
        rows=sum(arm.n for arm in counted.arms.values()),
        datasets=after.datasets,
        draw=digest([before.draw, after.draw]),
        gate=spec_digest(spec),
        instrument=after.told.instrument,
        calibrations=calibration_digests(after.told.calibrations),
    )
    judged = JudgedRun(
        started_utc=after.started_utc,
        datasets=after.datasets,
        repeats=counted.repeats,
        judges=counted.judges,
        cases=lambda grader: _judged(runs, grader, (old.name, new.name), pair),
    )
    found = given_of(corrections(judged, spec, after.told.calibrations))
    known = replace(found, unfit=_unfit(before, after, overlap) or found.unfit)
    about = Decided(
        run=f"{before.run}..{after.run}", suite=after.suite, inputs=inputs, approved=runs.approved, known=known
    )
    return decide_run(counted, about, ledger)


def _judged(runs: TwoRuns, grader: str, names: tuple[str, str], pair: CompareRule) -> list[JudgedCase]:
    """The judge's verdicts on the candidate of one run beside those on the baseline, which is another's."""
    before = {case.case: case.replies.get(names[0]) for case in judged_cases(runs.baseline, grader)}
    found = []
    for case in judged_cases(runs.candidate, grader):
        both = {pair.baseline: before.get(case.case), pair.candidate: case.replies.get(names[1])}
        found.append(replace(case, replies={name: one for name, one in both.items() if one is not None}))
    return found


def _label(plan: RunPlan, name: str | None, like: RunPlan | None = None) -> VariantLabel:
    """The variant that is meant."""
    labels = plan.told.variants
    wanted = name or _usual(like or plan)
    found = next((label for label in labels if label.name == wanted), None)
    if found is None and name is None and len(labels) == 1:
        return labels[0]
    if found is None:
        raise BadInput(
            f"the run {plan.run} has no variant {wanted!r}",
            hint=f"name one that both have with --variant; it has {', '.join(label.name for label in labels)}",
            code="gate.variant",
        )
    return found


def _usual(plan: RunPlan) -> str:
    told = plan.told
    return told.spec.compare.candidate if told.spec.compare is not None else told.variants[-1].name


def _spec(spec: GateSpec, name: str, margin: float | None) -> GateSpec:
    """The suite's rules, with the other run's variant as the baseline; rules about other variants do not apply."""
    share = margin or (spec.compare.margin if spec.compare is not None else None)
    if share is None:
        raise BadInput(
            "the suite's gate compares nothing, so no margin is known",
            hint="say by how much less is a loss, such as --margin 0.02",
            code="gate.margin",
        )
    return replace(
        spec,
        compare=CompareRule(candidate=name, baseline=f"{name} before", margin=share),
        at_least={variant: least for variant, least in spec.at_least.items() if variant == name},
        metrics=tuple(rule for rule in spec.metrics if rule.variant in (None, name)),
        never=tuple(rule for rule in spec.never if rule.variant in (None, name)),
        counted=None,
    )


def _rows(runs: TwoRuns, names: tuple[str, str], baseline: str, overlap: Overlap) -> Iterator[SampleRow]:
    """The rows of the cases that both runs have, case by case: the baseline's, then the candidate's."""
    for first, second in paired_cases(load_run(runs.baseline), load_run(runs.candidate), overlap):
        for row in first:
            if row.variant == names[0]:
                yield msgspec.structs.replace(row, variant=baseline)
        yield from (row for row in second if row.variant == names[1])


def _unfit(before: RunPlan, after: RunPlan, overlap: Overlap) -> str | None:
    """Why the two cannot be compared; None where they can."""
    if sorted(before.datasets.values()) != sorted(after.datasets.values()):
        return f"the two runs were made over different datasets: {_other_datasets(before.datasets, after.datasets)}"
    if (other := _graded_otherwise(before, after)) is not None:
        return f"the two runs were graded differently: {other}"
    if before.told.repeats != after.told.repeats:
        return f"the two runs have {before.told.repeats} and {after.told.repeats} repeats of each case"
    unpaired = overlap.only_before + overlap.only_after + overlap.changed
    return f"{unpaired:,} cases are not in both runs with the same inputs" if unpaired else None


def _other_datasets(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """The datasets that only one of the runs has, each with the digest that it has there."""
    told = []
    for name in sorted({*before, *after}):
        then, now = before.get(name), after.get(name)
        if then == now:
            continue
        if then is not None and now is not None:
            told.append(f"{name} was {_short(then)} and is {_short(now)}")
        elif then is not None and then not in after.values():
            told.append(f"{name}, {_short(then)}, is in the first alone")
        elif now is not None and now not in before.values():
            told.append(f"{name}, {_short(now)}, is in the second alone")
    return ", ".join(told) or "one of them counts twice"


def _short(digest: str) -> str:
    return digest[: len("sha256:") + 8]


def _graded_otherwise(before: RunPlan, after: RunPlan) -> str | None:
    """Which part of what measures differs; None where none does. The suite's name is no such part."""
    first, second = before.told, after.told
    if first.measures and second.measures:
        parts = [*first.measures, *(part for part in second.measures if part not in first.measures)]
        told = [_other_part(part, before, after) for part in parts]
    else:
        same = first.instrument == second.instrument
        told = [None if same else "their graders or their judge are not the same"]
    told.append(None if first.spec.cases == second.spec.cases else "'gate.cases' is not the same")
    found = [one for one in told if one is not None]
    if not found:
        return None
    suites = "" if before.suite == after.suite else f" (the suites are {before.suite} and {after.suite})"
    return f"{', '.join(found)}{suites}"


def _other_part(part: str, before: RunPlan, after: RunPlan) -> str | None:
    first, second = before.told.measures, after.told.measures
    if first.get(part) == second.get(part):
        return None
    if part not in first or part not in second:
        return f"only the {'first' if part in first else 'second'} has the {part}"
    judge = part.replace("grader ", "judge of ", 1)
    then, now = before.asked.get(judge), after.asked.get(judge)
    models = f" (was {then}, is {now})" if then is not None and now is not None and then != now else ""
    return f"the {part} is not the same{models}"


def _file_digest(file: Path) -> str:
    try:
        with file.open("rb") as handle:
            return f"sha256:{hashlib.file_digest(handle, 'sha256').hexdigest()}"
    except OSError as error:
        raise storage_failed(file, error) from None
