"""Applying the rules to suites: each is opened as for a run, and held against what its past runs have shown."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from assay.author.lint.rule import Finding
from assay.author.project import Project
from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.calibration.gate import unfit_calibrations
from assay.evaluate.dataset import spec_cases
from assay.evaluate.gate_spec import GateSpec
from assay.evaluate.lint.rule import UNREADABLE, SuiteView, suite_rules
from assay.evaluate.native import SuiteOptions, known_judges, open_suite
from assay.evaluate.planning.evidence import gather
from assay.evaluate.types import Suite

MAX_VALUES = 200


def check_suites(
    project: Project,
    files: Sequence[Path],
    *,
    runs: Path,
    options: SuiteOptions,
    at_utc: str,
    ignore: Sequence[str] = (),
) -> list[Finding]:
    """What the rules have to say about suites, by place. A suite that cannot be opened is a finding itself.

    Args:
        project: The project.
        files: The suites' files.
        runs: The folder of the project's runs.
        options: How a suite is opened.
        at_utc: The time now.
        ignore: Rules that are not applied.
    """
    found: list[Finding] = []
    for file in files:
        try:
            view = _view(project, file, runs, options, at_utc)
        except BadInput as error:
            where = error.where or Location(str(file))
            found.append(Finding(UNREADABLE, "error", error.what, error.hint or "mend it", where))
            continue
        found += [f for name in suite_rules.names() if name not in ignore for f in suite_rules.get(name)(view)]
    return found


def _view(project: Project, file: Path, runs: Path, options: SuiteOptions, at_utc: str) -> SuiteView:
    prepared, _ = open_suite(project, file, options)
    suite = prepared.suite
    gate = suite.gate or GateSpec()
    targets = {variant.name: variant.target for variant in prepared.variants}
    known = gather(runs, suite=suite.name, gate=gate, targets=targets)
    tags = gate.slices.tags if gate.slices is not None else ()
    return SuiteView(
        suite=suite,
        cases=prepared.facts.cases,
        slices=_counted(_tags(project, suite), tags) if tags else {},
        spreads=tuple(known.spreads),
        source=known.source,
        unfit=tuple(unfit_calibrations(prepared.calibrations, known_judges(project, prepared), at_utc)),
    )


def _tags(project: Project, suite: Suite) -> Iterator[dict[str, str]]:
    for spec in suite.datasets:
        yield from (case.tags for case in spec_cases(project.source, spec))


def _counted(cases: Iterator[dict[str, str]], tags: Sequence[str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {tag: {} for tag in tags}
    for case in cases:
        for tag in tags:
            value = case.get(tag)
            if value is not None and (value in found[tag] or len(found[tag]) < MAX_VALUES):
                found[tag][value] = found[tag].get(value, 0) + 1
    return found
