"""Making a run's gate record again from its folder: ``plan.json`` says the rules, ``samples.jsonl`` has the rows.

Two facts are taken from the record that is there, since no row can tell them: which look at the same versions it was,
and why the run ended early. All else is counted anew. Two runs against each other are ``gate_runs.py``.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from assay.core.errors import BadInput
from assay.evaluate.calibration.correct import resting_on_judges
from assay.evaluate.calibration.gate import calibration_digests, known_of
from assay.evaluate.calibration.types import Calibration
from assay.evaluate.gate import Given
from assay.evaluate.gate_record import GATE, GateRecord, Inputs, draw_digest, make_record, spec_digest
from assay.evaluate.gate_spec import GateSpec
from assay.evaluate.gating.tally import GateTally
from assay.evaluate.gating.watch import Watch, WatchSpec
from assay.evaluate.run_folder import PLAN, SAMPLES, read_row
from assay.evaluate.summary import GatePart, Look
from assay.evaluate.types import VariantLabel
from assay.storage.sqlite import storage_failed


class ToldGate(msgspec.Struct, frozen=True, kw_only=True):
    """What ``plan.json`` holds under ``gate``."""

    spec: GateSpec
    variants: list[VariantLabel]
    planned: dict[str, int]
    repeats: int
    instrument: str = ""
    measures: dict[str, str] = {}
    calibrations: list[Calibration] = []
    watch: WatchSpec | None = None


class RunPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The part of ``plan.json`` that a decision rests on."""

    run: str
    suite: str
    datasets: dict[str, str]
    asked: dict[str, str] = {}
    fresh: str = ""
    started_utc: str = ""
    gate: ToldGate | None = None

    @property
    def told(self) -> ToldGate:
        """The gate's part.

        Raises:
            BadInput: The plan was written before plans had one.
        """
        if self.gate is None:
            raise BadInput(
                f"the plan of the run {self.run} does not say what its gate was",
                hint="it was made by an older version of Assay; run the suite again, which costs no call",
                code="gate.old_run",
            )
        return self.gate

    @property
    def draw(self) -> str:
        """The digest of which samples were drawn."""
        return draw_digest(self.datasets, repeats=self.told.repeats, nonce=self.fresh)


@dataclass(frozen=True, slots=True)
class Replayed:
    """A record that was made again.

    Attributes:
        record: The record as it comes out now.
        kept: The bytes of ``gate.json``; None where there is none.
    """

    record: GateRecord
    kept: bytes | None

    @property
    def same(self) -> bool | None:
        """Whether the bytes are those that were kept; None where none were."""
        return None if self.kept is None else self.kept == self.record.canonical()

    def differences(self) -> list[str]:
        """The keys of the record whose values are not those that were kept."""
        if self.kept is None or self.same:
            return []
        try:
            old = msgspec.json.decode(self.kept, type=dict[str, object])
        except msgspec.MsgspecError:
            return ["all of it, as it cannot be read"]
        new: dict[str, object] = msgspec.to_builtins(self.record)
        return [key for key in sorted({*old, *new}) if old.get(key) != new.get(key)] or ["its form"]


def read_plan(folder: Path) -> RunPlan:
    """The plan of the run in that folder.

    Raises:
        BadInput: There is none, or it cannot be read.
    """
    try:
        return msgspec.json.decode((folder / PLAN).read_bytes(), type=RunPlan)
    except FileNotFoundError:
        raise BadInput(
            f"{folder} is not the folder of a run: it has no {PLAN}",
            hint="'assay runs' lists the runs",
            code="run.missing",
        ) from None
    except (OSError, msgspec.MsgspecError) as error:
        raise BadInput(
            f"{folder / PLAN} cannot be read: {error}", hint="run the suite again", code="run.unreadable"
        ) from None


def replay(folder: Path) -> Replayed:
    """The record of the run in that folder, made again.

    Raises:
        BadInput: The folder is not that of a run, or its plan does not say what the gate was.
        StorageFailed: Its rows cannot be read.
    """
    plan = read_plan(folder)
    told, kept = plan.told, _kept(folder)
    before = None if kept is None else _facts(kept)
    counted = GateTally(told.spec, told.variants, repeats=told.repeats, planned=told.planned)
    watch = watch_of(told)
    digest, rows = count_rows(folder, counted, watch)
    inputs = Inputs(
        samples=digest,
        rows=rows,
        datasets=plan.datasets,
        draw=plan.draw,
        gate=spec_digest(told.spec),
        instrument=told.instrument,
        stopped=None if before is None else before.inputs.stopped,
        calibrations=calibration_digests(told.calibrations),
    )
    look = before.look if before is not None else Look(alpha=told.spec.alpha, cases=counted.total)
    known = watched(counted, watch) or known_of(
        folder, counted, told.calibrations, at_utc=plan.started_utc, datasets=plan.datasets
    )
    record = make_record(counted, run=plan.run, suite=plan.suite, inputs=inputs, look=look, given=known)
    return Replayed(record, kept)


def watch_of(told: ToldGate) -> Watch | None:
    """What watches a run of that plan; None where nothing does."""
    if told.watch is None:
        return None
    return Watch(told.spec, told.watch, [label.name for label in told.variants], repeats=told.repeats)


def watched(counted: GateTally, watch: Watch | None) -> Given | None:
    """What a decision rests on when the run was watched: of a run that ended early, nothing is missing.

    Args:
        counted: The rows, counted.
        watch: What watched them, once all are in.
    """
    if watch is None:
        return None
    watch.finish()
    if watch.decided:
        for arm in counted.arms.values():
            arm.planned = None
    resting = resting_on_judges(counted.spec, counted.judges)
    return Given(watched=lambda alpha: [_told_if_judged(part, resting) for part in watch.parts(alpha)])


def _told_if_judged(part: GatePart, resting: frozenset[str]) -> GatePart:
    """A watched part of a metric that rests on a judge does not count: nothing makes up for the judge's errors."""
    return msgspec.structs.replace(part, advisory=True) if part.metric in resting else part


def count_rows(folder: Path, counted: GateTally, watch: Watch | None = None) -> tuple[str, int]:
    """Count the rows of a run, and say the digest of their bytes and how many there are.

    Args:
        folder: The run's folder.
        counted: Takes them in.
        watch: Takes them in as well.

    Raises:
        BadInput: A row names a variant that the plan does not.
        StorageFailed: They cannot be read.
    """
    file, digest, rows = folder / SAMPLES, hashlib.sha256(), 0
    try:
        with file.open("rb") as lines:
            for line in lines:
                digest.update(line)
                row = read_row(line, file, rows + 1)
                if row.variant not in counted.arms:
                    raise BadInput(
                        f"{file}, line {rows + 1}: the plan of the run names no variant {row.variant!r}",
                        hint="the file is not the one that the run wrote; run the suite again",
                        code="gate.variant",
                    )
                counted.add(row)
                if watch is not None:
                    watch.add(row)
                rows += 1
    except OSError as error:
        raise storage_failed(file, error) from None
    return f"sha256:{digest.hexdigest()}", rows


class _KeptInputs(msgspec.Struct, frozen=True):
    stopped: str | None = None


class _Facts(msgspec.Struct, frozen=True):
    """What only the record that is there can tell."""

    look: Look
    inputs: _KeptInputs


def _kept(folder: Path) -> bytes | None:
    try:
        return (folder / GATE).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise storage_failed(folder / GATE, error) from None


def _facts(kept: bytes) -> _Facts | None:
    try:
        return msgspec.json.decode(kept, type=_Facts)
    except msgspec.MsgspecError:
        return None
