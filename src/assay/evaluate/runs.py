"""The runs that a project has: their list, newest first, and the one that a person means by a name.

Reads what is on disk and changes nothing; the folder of one run is ``run_folder.py``, its contents ``exporter.py``.
"""

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from assay.core.errors import BadInput
from assay.evaluate.run_folder import PLAN, SUMMARY
from assay.evaluate.summary import standing
from assay.evaluate.types import Decision, Standing

LAST = "last"
"""The name of the newest finished run."""

_LOOKED_AT = 20


class RunEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A run in the list.

    Attributes:
        decision: None for a run that is not finished.
        gated: Whether the suite has a rule to decide by.
        samples: How many it has; for one that is not finished, how many it will have.
    """

    run: str
    suite: str
    decision: Decision | None
    started_utc: str
    samples: int
    variants: list[str]
    calls_made: int | None
    folder: str
    gated: bool = True

    @property
    def standing(self) -> Standing | None:
        """What the run is called; None for one that is not finished."""
        return None if self.decision is None else standing(self.decision, gated=self.gated)


class _Variant(msgspec.Struct):
    name: str
    n: int = 0


class _Summary(msgspec.Struct):
    """The part of ``summary.json`` that the list shows; the rest, which may be large, is passed over."""

    run: str
    suite: str
    decision: Decision
    started_utc: str
    variants: list[_Variant]
    calls_made: int
    gated: bool = True


class _Over(msgspec.Struct):
    suite: str
    datasets: dict[str, str]


class _Plan(msgspec.Struct):
    run: str = ""
    suite: str = ""
    started_utc: str = ""
    samples: int = 0
    variants: list[_Variant] = []


def list_runs(runs: Path) -> Iterator[RunEntry]:
    """The runs in a folder, newest first; what cannot be read as a run is passed over."""
    found = [entry for folder in runs.glob("*") if (entry := _entry(folder)) is not None]
    yield from sorted(found, key=lambda entry: (entry.started_utc, entry.run), reverse=True)


def _entry(folder: Path) -> RunEntry | None:
    try:
        found = msgspec.json.decode((folder / SUMMARY).read_bytes(), type=_Summary)
    except (OSError, msgspec.MsgspecError):
        return _unfinished(folder)
    return RunEntry(
        run=found.run,
        suite=found.suite,
        decision=found.decision,
        started_utc=found.started_utc,
        samples=sum(variant.n for variant in found.variants),
        variants=[variant.name for variant in found.variants],
        calls_made=found.calls_made,
        folder=str(folder),
        gated=found.gated,
    )


def _unfinished(folder: Path) -> RunEntry | None:
    try:
        plan = msgspec.json.decode((folder / PLAN).read_bytes(), type=_Plan)
    except (OSError, msgspec.MsgspecError):
        return None
    return RunEntry(
        run=plan.run or folder.name,
        suite=plan.suite,
        decision=None,
        started_utc=plan.started_utc,
        samples=plan.samples,
        variants=[variant.name for variant in plan.variants],
        calls_made=None,
        folder=str(folder),
    )


def find_run(runs: Path, name: str) -> Path:
    """The folder of the run that is meant: a path, a run's id, the beginning of one, or ``last``.

    Raises:
        BadInput: There is no such run, or more than one.
    """
    if name == LAST:
        newest = next((entry for entry in list_runs(runs) if entry.decision is not None), None)
        if newest is None:
            raise BadInput(f"there is no finished run in {runs}", hint="run a suite: assay eval", code="run.missing")
        return Path(newest.folder)
    if Path(name).is_dir():
        return Path(name)
    ids = sorted(folder.name for folder in runs.glob("*") if folder.is_dir())
    found = [name] if name in ids else [one for one in ids if name and one.startswith(name)]
    if len(found) == 1:
        return runs / found[0]
    if found:
        raise BadInput(
            f"{len(found)} runs begin with {name!r}", hint=f"such as {', '.join(found[:3])}", code="run.ambiguous"
        )
    near = difflib.get_close_matches(name, ids, n=1, cutoff=0.8)
    hint = f"did you mean {near[0]}?" if near else "'assay runs' lists them; a folder does too"
    raise BadInput(f"there is no run {name!r}", hint=hint, code="run.missing")


def run_before(folder: Path, suite: str, datasets: Mapping[str, str]) -> str | None:
    """The last other finished run of the suite, over the same datasets, by its id.

    Only the last few runs are looked at, as reading all of them takes long.
    """
    others = sorted((path for path in folder.parent.glob("*") if path.name != folder.name), reverse=True)
    for path in others[:_LOOKED_AT]:
        try:
            found = msgspec.json.decode((path / SUMMARY).read_bytes(), type=_Over)
        except (OSError, msgspec.MsgspecError):
            continue
        if found.suite == suite and sorted(found.datasets.values()) == sorted(datasets.values()):
            return path.name
    return None
