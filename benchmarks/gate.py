"""The full gate on 100,000 paired samples with 10 metrics and 20 slices: CPU time, beside plain Python and statsmodels.

    python benchmarks/gate.py

From arrays of cases to parts: every metric of the pair, every slice with simultaneous bounds, clusters of five
cases. The baseline does the same sums in plain Python loops; the peer fits OLS with clustered errors for each
metric and slice. ``replay`` is ``assay gate`` on the folder of a run with as many samples, rows read and all.
"""

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import numpy as np

from assay.evaluate.gate_replay import replay
from assay.evaluate.gate_spec import CompareRule, GateSpec, MetricRule, SliceRule
from assay.evaluate.gating.case_column import Block
from assay.evaluate.gating.tally import GateTally
from assay.evaluate.run_folder import PLAN, SAMPLES, encode_row
from assay.evaluate.types import GraderVerdict, SampleRow, VariantLabel

CASES, METRICS, TAGS, VALUES, CLUSTER = 100_000, 10, 4, 5, 5
LABELS = [VariantLabel(name=name, prompt="p", version=None, digest=name, model="m") for name in ("old", "new")]
GRADERS = [f"g{number}" for number in range(METRICS - 1)]
SPEC = GateSpec(
    compare=CompareRule(candidate="new", baseline="old", margin=0.02),
    metrics=tuple(MetricRule(metric=f"grader:{name}", margin=0.02) for name in GRADERS),
    slices=SliceRule(
        tags=tuple(f"tag{number}" for number in range(TAGS)),
        margin=0.05,
        metrics=("pass", *(f"grader:{name}" for name in GRADERS)),
    ),
)


def drawn(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores (metric x variant x case), clusters and slices of the cases."""
    scores = np.round(np.clip(rng.normal(0.8, 0.2, size=(METRICS, 2, CASES)), 0, 1), 2)
    scores[0] = scores[0] > 0.6
    slices = rng.integers(0, VALUES, size=(TAGS, CASES)) + VALUES * np.arange(TAGS)[:, None]
    return scores, np.arange(CASES) // CLUSTER, slices


def ours(scores: np.ndarray, clusters: np.ndarray, slices: np.ndarray) -> int:
    counted = GateTally(SPEC, LABELS, repeats=1)
    for tag in range(TAGS):
        for value in range(VALUES):
            counted.cases.slices.number(f"tag{tag}={value}")
    metric = {"pass": 0, **{f"grader:{name}": number + 1 for number, name in enumerate(GRADERS)}}
    columns = [scores[metric[c.metric], 0 if c.variant == "old" else 1] for c in counted.columns]
    for start in range(0, CASES, 8192):
        part = slice(start, start + 8192)
        counted.add_block(
            Block(np.array([c[part] for c in columns]), None, clusters[part].astype(np.int64), slices[:, part])
        )
    return len(counted.parts(alpha=0.05))


def plain(scores: np.ndarray, clusters: np.ndarray, slices: np.ndarray, cases: int) -> None:
    """The clustered sums of every metric and slice in loops."""
    names, groups = clusters[:cases].tolist(), slices[:, :cases].tolist()
    for metric in range(METRICS):
        old, new = scores[metric, 0, :cases].tolist(), scores[metric, 1, :cases].tolist()
        sums: dict[tuple[int, int], float] = {}
        for case in range(cases):
            difference = new[case] - old[case]
            for group in (-1, *(tag[case] for tag in groups)):
                key = group, names[case]
                sums[key] = sums.get(key, 0.0) + difference


def peer(scores: np.ndarray, clusters: np.ndarray, slices: np.ndarray) -> None:
    import statsmodels.api as sm

    for metric in range(METRICS):
        difference = scores[metric, 1] - scores[metric, 0]
        chosen = [np.ones(CASES, dtype=bool), *((slices == value).any(axis=0) for value in range(TAGS * VALUES))]
        for keep in chosen:
            y = difference[keep]
            sm.OLS(y, np.ones(len(y))).fit(cov_type="cluster", cov_kwds={"groups": clusters[keep]})


def cpu_s(work, *given, rounds: int = 3) -> float:
    times = []
    for _ in range(rounds):
        began = time.process_time()
        work(*given)
        times.append(time.process_time() - began)
    return statistics.median(times)


def write_run(folder: Path, scores: np.ndarray, clusters: np.ndarray, slices: np.ndarray) -> None:
    """A run of these samples: 200,000 rows."""
    required = {field.name: None for field in msgspec.structs.fields(SampleRow) if field.required}
    with (folder / SAMPLES).open("wb") as out:
        for case in range(CASES):
            tags = {f"tag{t}": str(slices[t, case] - VALUES * t) for t in range(TAGS)}
            for side, name in enumerate(("old", "new")):
                verdicts = [
                    GraderVerdict(grader=g, score=float(scores[i + 1, side, case]), passed=True, reason="")
                    for i, g in enumerate(GRADERS)
                ]
                passed = bool(scores[0, side, case])
                given = {
                    "sample": "s", "case": str(case), "variant": name, "repeat": 0, "tags": tags, "verdicts": verdicts,
                    "status": "passed" if passed else "failed", "score": float(passed), "violations": [], "inputs": {},
                    "cluster": str(clusters[case]), "fallback": False, "attempts": 1, "output": "a reply",
                }  # fmt: skip
                out.write(encode_row(SampleRow(**(required | given))) + b"\n")
    told = {
        "spec": msgspec.to_builtins(SPEC),
        "variants": msgspec.to_builtins(LABELS),
        "planned": {"old": CASES, "new": CASES},
        "repeats": 1,
    }
    plan = {"run": "r", "suite": "s", "datasets": {}, "gate": told}
    (folder / PLAN).write_text(json.dumps(plan))


def main() -> None:
    data = drawn(np.random.default_rng(1))
    parts = ours(*data)
    full = cpu_s(ours, *data)
    tenth = cpu_s(plain, *data, CASES // 10, rounds=1)
    fitted = cpu_s(peer, *data, rounds=1)
    print(f"{CASES:,} pairs, {METRICS} metrics, {TAGS * VALUES} slices, {CASES // CLUSTER:,} clusters: {parts} parts\n")
    print(f"  the gate                                 {full:7.2f} s of CPU")
    print(f"  plain Python, its sums alone (x10)       {10 * tenth:7.2f} s   {10 * tenth / full:5.1f} times")
    print(f"  statsmodels, OLS with clustered errors   {fitted:7.2f} s   {fitted / full:5.1f} times")
    sys.stdout.flush()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_run(folder, *data)
        print(f"  replay of a run folder, 200,000 rows     {cpu_s(replay, folder, rounds=1):7.2f} s")


if __name__ == "__main__":
    main()
