"""The calibrations of a gate: read before the run, brought to the decision after it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from assay.author.source import WorkingTree
from assay.core.canonical import digest
from assay.core.errors import BadInput
from assay.evaluate.calibration.correct import Corrections, JudgedRun, corrections
from assay.evaluate.calibration.file import read_calibration
from assay.evaluate.calibration.judged import judged_cases
from assay.evaluate.calibration.types import Calibration
from assay.evaluate.gate import Given
from assay.evaluate.gate_spec import GateSpec
from assay.evaluate.gating.tally import GateTally


def load_calibrations(source: WorkingTree, gate: GateSpec | None, graders: Sequence[str]) -> tuple[Calibration, ...]:
    """The calibrations that a gate names.

    Raises:
        BadInput: A file cannot be read, is none, or is of a grader that the suite does not have.
    """
    found: list[Calibration] = []
    for file in gate.calibrations if gate is not None else ():
        calibration = read_calibration(source.read(file), source.name(file))
        if calibration.grader not in graders:
            raise BadInput(
                f"{source.name(file)} calibrates the judge of {calibration.grader!r}, and the suite has no such grader",
                hint=f"its graders are {', '.join(graders)}",
                code="gate.calibrations",
            )
        found.append(calibration)
    return tuple(found)


def calibration_digests(calibrations: Sequence[Calibration]) -> dict[str, str]:
    """Grader -> the digest of its judge's calibration."""
    return {one.grader: digest(msgspec.to_builtins(one)) for one in calibrations}


def known_of(
    folder: Path,
    counted: GateTally,
    calibrations: Sequence[Calibration],
    *,
    at_utc: str,
    datasets: Mapping[str, str],
) -> Given:
    """What the decision on a run rests on beside its rows: which of its judges are calibrated, and how they err.

    Args:
        folder: The run's folder, whose rows are all there.
        counted: The same rows, counted.
        calibrations: Those that the gate names.
        at_utc: When the run began.
        datasets: Its datasets: label -> digest.
    """
    if not counted.spec.infers:
        return Given()
    run = JudgedRun(
        name=folder.name,
        started_utc=at_utc,
        datasets=datasets,
        repeats=counted.repeats,
        judges=counted.judges,
        cases=lambda grader: judged_cases(folder, grader),
    )
    return given_of(corrections(run, counted.spec, calibrations))


def given_of(found: Corrections) -> Given:
    """What corrections bring to a decision."""
    return Given(unfit=found.unfit, estimates=found.estimates, errors=found.errors, advisory=found.advisory)
