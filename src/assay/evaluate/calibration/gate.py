"""The calibrations of a gate: read and held against the suite before the run, brought to the decision after it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from assay.author.source import WorkingTree
from assay.core.canonical import digest
from assay.core.document import Document
from assay.core.errors import BadInput
from assay.evaluate.calibration.correct import Corrections, JudgedRun, corrections
from assay.evaluate.calibration.file import expired, read_calibration
from assay.evaluate.calibration.judged import judged_cases
from assay.evaluate.calibration.types import Calibration
from assay.evaluate.gate import Given
from assay.evaluate.gate_spec import GateSpec
from assay.evaluate.gating.tally import GateTally


def load_calibrations(
    source: WorkingTree, gate: GateSpec | None, graders: Sequence[str], document: Document
) -> tuple[Calibration, ...]:
    """The calibrations that a gate names.

    Args:
        source: The project's files.
        gate: The gate.
        graders: The names of the suite's graders.
        document: The suite's file, for the place of what is wrong.

    Raises:
        BadInput: A file cannot be read, is none, or is of a grader that the suite does not have.
    """
    found: list[Calibration] = []
    for number, file in enumerate(gate.calibrations if gate is not None else ()):
        where = document.at("gate", "calibrations", number)
        calibration = read_calibration(source.read(file, where=where), source.name(file), where)
        if calibration.grader not in graders:
            raise BadInput(
                f"{source.name(file)} calibrates the judge of {calibration.grader!r}, and the suite has no such grader",
                hint=f"its graders are {', '.join(graders)}",
                code="gate.calibrations",
                where=where,
            )
        found.append(calibration)
    return tuple(found)


def unfit_calibrations(
    calibrations: Sequence[Calibration], judges: Mapping[str, str], at_utc: str
) -> list[tuple[int, str]]:
    """Which of the calibrations do not hold for a run that begins at that time, by their place, and why.

    Args:
        calibrations: Those that the gate names.
        judges: Grader -> the digest of its judge, as far as that is known before the run.
        at_utc: When the run begins.
    """
    told = (expired(one, judges.get(one.grader, one.judge), at_utc) for one in calibrations)
    return [(number, why) for number, why in enumerate(told) if why is not None]


def check_calibrations(
    calibrations: Sequence[Calibration], judges: Mapping[str, str], at_utc: str, document: Document
) -> None:
    """Refuse a run whose gate could only call it invalid.

    Raises:
        BadInput: A calibration has expired, or is of another judge.
    """
    for number, why in unfit_calibrations(calibrations, judges, at_utc):
        raise BadInput(
            why,
            hint="take the file out of gate.calibrations, run the suite, label its replies ('assay judge sample') and "
            "calibrate anew, then name the new file",
            code="gate.calibrations",
            where=document.at("gate", "calibrations", number),
        )


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
