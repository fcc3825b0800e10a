"""Where a sample's case stands in its dataset, found again while a run's rows go by.

The rows of a run come in the order of its datasets, so both are read once, side by side. A dataset that has
changed since, or is gone, gives no place: a wrong line is worse than none.
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from assay.author.project import PROJECT_FILE
from assay.author.source import WorkingTree
from assay.core.errors import AssayError
from assay.core.location import Location
from assay.evaluate.dataset import check_specs, spec_cases, spec_of_label, split_part
from assay.evaluate.run_folder import PLAN
from assay.evaluate.types import SampleRow

CHECKOUTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
"""Variables by which CI systems name the folder that holds the repository."""


class Places:
    """The places of a run's samples, asked for in the order of its rows.

    Args:
        folder: The run's folder.
        datasets: Label -> digest, as the run's summary has them.
    """

    def __init__(self, folder: Path, datasets: Mapping[str, str]) -> None:
        plan = _plan(folder)
        self._suite = str(plan.get("suite_file") or "")
        self._source = _source(folder, self._suite)
        self._prompts = _prompts(plan)
        self._cases = self._read(datasets)
        self._here: tuple[str, Location] | None = None

    def of(self, row: SampleRow) -> Location | None:
        """The line of the sample's case; None where it is not known."""
        while self._here is None or self._here[0] != row.case:
            self._here = next(self._cases, None)
            if self._here is None:
                return None
        return self._here[1]

    def otherwise(self, variant: str) -> Location:
        """What to point at for a sample without a line: the variant's prompt, or else the suite."""
        prompt = self.prompt(variant)
        return Location(prompt) if prompt is not None else self.suite()

    def suite(self) -> Location:
        """The suite's file; where not even that is known, the project's."""
        return Location(self._name(self._suite or PROJECT_FILE))

    def prompt(self, variant: str) -> str | None:
        """The file of the variant's prompt, as seen from here; None where it has none that is still there."""
        file = self._prompts.get(variant)
        if file is None or self._source is None or not self._source.has(file):
            return None
        return self._name(file)

    def _name(self, file: str) -> str:
        """The file relative to the checkout of a CI job, or as seen from here."""
        if self._source is None:
            return file
        return checkout_path(self._source.root / file) or self._source.name(file)

    def _read(self, datasets: Mapping[str, str]) -> Iterator[tuple[str, Location]]:
        if self._source is None:
            return
        for label, digest in datasets.items():
            try:
                spec = spec_of_label(label)
                if check_specs(self._source, [spec]).digests[label] != digest:
                    return
                name = self._name(split_part(spec.file)[0])
                for case in spec_cases(self._source, spec):
                    yield case.id, Location(name, case.where.line, None, case.where.path)
            except (AssayError, OSError):
                return


def checkout_path(path: Path) -> str | None:
    """A path relative to the repository of a CI job, or else to the current folder; None where it lies outside."""
    named = next((os.environ[name] for name in CHECKOUTS if os.environ.get(name)), None)
    checkout = Path(named).resolve() if named else Path.cwd()
    return path.relative_to(checkout).as_posix() if path.is_relative_to(checkout) else None


def _plan(folder: Path) -> dict[str, object]:
    try:
        found = json.loads((folder / PLAN).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _source(folder: Path, suite: str) -> WorkingTree | None:
    """The project's files: the nearest folder above the run's in which the suite lies where it did."""
    if not suite:
        return None
    return next((WorkingTree(above) for above in folder.resolve().parents if (above / suite).is_file()), None)


def _prompts(plan: Mapping[str, object]) -> dict[str, str]:
    variants = plan.get("variants")
    known = [v for v in variants if isinstance(v, dict)] if isinstance(variants, list) else []
    return {v["name"]: v["file"] for v in known if isinstance(v.get("name"), str) and isinstance(v.get("file"), str)}
