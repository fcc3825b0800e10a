"""The example's weak judge, calibrated: what it says, what is corrected, and what is true.

    python benchmarks/judge.py

Runs the example's suite ``triage-judged`` with the embedded model (about a minute), draws 60 of its 130 cases, labels
their replies by what the dataset says is right, and prints the judged rate, Rogan-Gladen and PPI++ beside the truth,
which is known here since the dataset says it of every case.
"""

import csv
import io
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
CASES, SEED = 60, 1


def assay(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "assay", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode == 2:
        raise SystemExit(done.stderr)
    return done.stdout


def fill_in(sheet: Path, expected: dict[str, str]) -> None:
    rows = list(csv.DictReader(io.StringIO(sheet.read_bytes().decode("utf-8-sig"))))
    for row in rows:
        row["label"] = "pass" if row["reply"].strip() == expected[row["case"]] else "fail"
    with sheet.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def shown(figure: dict[str, float | None]) -> str:
    if figure["value"] is None:
        return "none"
    return f"{100 * figure['value']:.1f} ({100 * figure['low']:.1f} to {100 * figure['high']:.1f})"


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "support"
        shutil.copytree(ROOT / "examples/support", folder, ignore=shutil.ignore_patterns(".assay"))
        assay(folder, "eval", "suites/triage-judged.yaml", "--quiet")
        run = next((folder / ".assay/runs").glob("*/samples.jsonl"))
        rows = [json.loads(line) for line in run.read_text("utf-8").splitlines()]
        expected = {row["case"]: row["expected"] for row in rows}
        sheet = folder / "labels.csv"
        drawing = ("-n", str(CASES), "--seed", str(SEED), "-o", str(sheet))
        assay(folder, "judge", "sample", "last", "--grader", "right-topic", *drawing)
        fill_in(sheet, expected)
        found = json.loads(assay(folder, "judge", "calibrate", "last", str(sheet), "--json"))
    print(f"percent, with 95 % intervals; {CASES} of {len(expected)} cases labelled\n")
    print(f"{'':10} {'truth':>6}  {'judged':>22}  {'Rogan-Gladen':>22}  {'PPI++':>22}  {'labels alone':>22}")
    for name, one in found["variants"].items():
        own = [row for row in rows if row["variant"] == name]
        truth = 100 * sum(row["output"].strip() == row["expected"] for row in own) / len(own)
        cells = "  ".join(f"{shown(one[key]):>22}" for key in ("judged", "rogan_gladen", "ppi", "labels_alone"))
        print(f"{name:10} {truth:>6.1f}  {cells}")
    print()
    for name, one in [*found["variants"].items(), ("all", found["pooled"])]:
        print(f"{name:10} sensitivity {shown(one['sensitivity'])}, specificity {shown(one['specificity'])}")


if __name__ == "__main__":
    main()
