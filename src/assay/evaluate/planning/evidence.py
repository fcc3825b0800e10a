"""Where a plan's numbers come from: the last finished runs of the suite, a pilot that is named, or an assumption."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from assay.core.errors import BadInput
from assay.evaluate.exporter import load_run
from assay.evaluate.gate_spec import GateSpec, is_measure
from assay.evaluate.gating.spread import ASSUMED_FLIPS, Spread, assumed, spread_of
from assay.evaluate.gating.tally import GateTally
from assay.evaluate.planning.idle import MOST_RUNS, Idle
from assay.evaluate.planning.past import PastClusters, pairs_of
from assay.evaluate.planning.usage import Takes
from assay.evaluate.run_folder import iterate_rows
from assay.evaluate.runs import list_runs
from assay.evaluate.summary import Summary
from assay.evaluate.types import VariantLabel
from assay.models.target import Target

ENOUGH = 20
"""Cases that a run must have compared for its spread to be used."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known before a suite is run.

    Attributes:
        source: Where from, in words.
        spreads: Each margin of the gate with its metric's spread.
        takes: What samples take.
        idle: What came of each case; None without a past run.
        rates: Variant -> its pass rate in the run.
    """

    source: str
    spreads: list[tuple[float, Spread]]
    takes: Takes
    idle: Idle | None
    rates: dict[str, float] = field(default_factory=dict)


def gather(
    runs: Path,
    *,
    suite: str,
    gate: GateSpec,
    targets: dict[str, Target],
    datasets: Mapping[str, str] | None = None,
    pilot: Path | None = None,
    flips: float | None = None,
) -> Evidence:
    """What the past runs of a suite tell; what they do not is assumed.

    Args:
        runs: The folder of the project's runs.
        suite: The suite's name.
        gate: Its gate.
        targets: Its variants, and who would answer.
        datasets: Its datasets -> digest; a pilot of another suite must have been made over the same.
        pilot: The folder of the run to use; None is the last finished one of the suite.
        flips: The share of cases that flip, to be assumed whatever runs say; None for what they say.

    Raises:
        BadInput: The pilot is not the folder of a finished run, or is of another suite and other datasets.
        StorageFailed: Rows cannot be read.
    """
    folders = [pilot] if pilot is not None else past_runs(runs, suite)
    takes = Takes(targets)
    wanted = margins_of(gate)
    if not folders:
        used = ASSUMED_FLIPS if flips is None else flips
        why = "an assumption, as the suite has not been run" if flips is None else "what was said"
        source = f"{why}: {100 * used:.3g} % of cases flip"
        return Evidence(source, [(margin, assumed(metric, used)) for metric, margin in wanted], takes, None)
    summary = load_run(folders[0]).summary
    if pilot is not None:
        _check_pilot(summary, suite, datasets or {})
    seen = _seen(folders[0], summary, gate, takes)
    _other_models(takes, summary)
    idle = Idle()
    for folder in folders[:MOST_RUNS]:
        idle.add_run(iterate_rows(folder))
    spreads = []
    for metric, margin in wanted:
        spread = seen.get(metric) if flips is None else None
        spreads.append((margin, spread or assumed(metric, flips or ASSUMED_FLIPS)))
    rates = {variant.name: variant.pass_rate for variant in summary.variants if variant.n}
    return Evidence(_source(summary, gate, spreads, flips), spreads, takes, idle, rates)


def _check_pilot(pilot: Summary, suite: str, datasets: Mapping[str, str]) -> None:
    """Refuse a run that says nothing of the suite: neither of its cases, nor of its kind."""
    if pilot.suite != suite and sorted(pilot.datasets.values()) != sorted(datasets.values()):
        raise BadInput(
            f"the run {pilot.run} is of the suite {pilot.suite}, over other datasets than those of {suite}",
            hint=f"name a run of {suite}, or one over the same datasets; 'assay runs --suite {suite}' lists them",
            code="plan.pilot",
        )


def past_runs(runs: Path, suite: str) -> list[Path]:
    """The folders of the suite's finished runs, newest first."""
    return [Path(entry.folder) for entry in list_runs(runs) if entry.suite == suite and entry.decision is not None]


def margins_of(gate: GateSpec) -> list[tuple[str, float]]:
    """Every margin of shares or scores that the gate holds the candidate to."""
    found = [] if gate.compare is None else [("pass", gate.compare.margin)]
    rules = [(rule.metric, rule.margin or rule.within) for rule in gate.metrics]
    return found + [(metric, margin) for metric, margin in rules if margin is not None and not is_measure(metric)]


def _seen(folder: Path, summary: Summary, gate: GateSpec, takes: Takes) -> dict[str, Spread]:
    """What the run shows of each metric; nothing of those that it did not compare on enough cases."""
    labels = [
        VariantLabel(name=v.name, prompt=v.prompt, version=v.version, digest=v.digest, model=v.model)
        for v in summary.variants
    ]
    names = {label.name for label in labels}
    pair = gate.compare
    usable = pair is not None and {pair.candidate, pair.baseline} <= names
    spec = replace(gate, at_least={}, never=(), slices=None, cases=None) if usable else GateSpec()
    counted = GateTally(spec, labels, repeats=summary.repeats)
    past = PastClusters(pairs_of(counted.columns, pair.candidate, pair.baseline) if usable and pair else {})
    counted.watch = past.add
    for row in iterate_rows(folder):
        counted.add(row)
        takes.add(row)
    cells = {metric: cell for metric, _, cell in counted.margins()}
    return {metric: spread_of(metric, cell, past.of(metric)) for metric, cell in cells.items() if cell.n >= ENOUGH}


def _other_models(takes: Takes, summary: Summary) -> None:
    """Of a variant that another model shall answer, only the tokens are known."""
    models = {v.name: v.model for v in summary.variants}
    for name, target in takes.targets.items():
        if name in takes.of and models.get(name) != str(target):
            takes.of[name] = takes.of[name].of_another_model()


def _source(summary: Summary, gate: GateSpec, spreads: Sequence[tuple[float, Spread]], flips: float | None) -> str:
    if flips is not None:
        return f"what was said: {100 * flips:.3g} % of cases flip"
    seen = max((spread.seen for _, spread in spreads), default=0)
    if not spreads:
        return f"the run {summary.run}{_compared(summary, gate)}"
    if not seen:
        assumption = f"{100 * ASSUMED_FLIPS:.3g} % of cases flip"
        return f"an assumption, as the run {summary.run} did not compare this pair on enough cases: {assumption}"
    return f"the run {summary.run}{_compared(summary, gate)}, {seen:,} cases"


def _compared(summary: Summary, gate: GateSpec) -> str:
    """Which versions the run compared; nothing where it has not the gate's pair."""
    versions = {
        variant.name: f"{variant.prompt} {variant.version or variant.digest[:15]}" for variant in summary.variants
    }
    pair = gate.compare
    if pair is None or pair.candidate not in versions or pair.baseline not in versions:
        return ""
    return f" of {pair.candidate} ({versions[pair.candidate]}) against {pair.baseline} ({versions[pair.baseline]})"
