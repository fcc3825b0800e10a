"""Which suites ``assay eval`` runs: those that are named or all of the project's, or of them what a change touches.

All are prepared before the first is run, so that nothing is paid for before every one has been found sound.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from assay.app import App
from assay.author.project import WatchedProject
from assay.cli.output import near
from assay.core.clock import stamp
from assay.core.errors import BadInput
from assay.evaluate import wording
from assay.evaluate.calibration.gate import check_calibrations
from assay.evaluate.native import Prepared, SuiteOptions, alike_note, known_judges, open_suite
from assay.evaluate.touched import Change, in_words, suites_of
from assay.evaluate.types import Suite


@dataclass(frozen=True, slots=True)
class Chosen:
    """A suite that is going to be run."""

    suite: Suite
    prepared: Prepared


@dataclass(slots=True)
class Choice:
    """The suites to run, those that are left out with the reason, and what there is to say of both."""

    suites: list[Chosen] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)


def choose_suites(app: App, given: Sequence[Path], since: str | None, options: SuiteOptions) -> Choice:
    """Prepare the suites that are named (all of the project's, with ``--since`` alone), and leave out what it may.

    Raises:
        BadInput: No suite is named, one is not sound, or there is no such revision.
    """
    if not given and since is None:
        raise BadInput(
            "no suite is named",
            hint="name one, such as suites/triage.yaml, or give --since REV for those that a change touches",
            code="cli.no_suite",
        )
    files = [_suite_file(app, path) for path in given] or suites_of(app.project)
    change = None if since is None else Change(app.project, since)
    choice = Choice()
    for file in dict.fromkeys(files):
        project = WatchedProject(app.project.root, app.project.document)
        prepared, why_not = open_suite(project, file, options)
        choice.told += [why_not] if why_not is not None else []
        chosen = Chosen(prepared.suite, prepared)
        if change is not None and not _is_touched(choice, change, project, chosen):
            continue
        judges, now = known_judges(project, prepared), stamp(app.clock.now_utc())
        check_calibrations(prepared.calibrations, judges, now, prepared.suite.document)
        choice.told += [note] if (note := alike_note(prepared)) is not None else []
        choice.suites.append(chosen)
    if change is not None and not choice.suites:
        choice.told.append(f"nothing to run: {_plural(len(choice.left_out), 'suite')} left out")
    return choice


def _is_touched(choice: Choice, change: Change, project: WatchedProject, chosen: Chosen) -> bool:
    """Whether it is to be run; says so, with the reason."""
    file = chosen.suite.file
    names = [variant.prepared.prompt.name for variant in chosen.prepared.variants]
    paths = change.touches(project.reads, names)
    if paths:
        choice.told.append(f"{file}: changed since {change.revision}: {in_words(paths)}")
        return True
    choice.left_out[file] = (
        f"none of the {_plural(len(project.reads), 'file')} that it reads has changed since {change.revision}"
    )
    choice.told.append(f"{file}: left out, as {choice.left_out[file]}")
    return False


def _plural(number: int, noun: str) -> str:
    return wording.plural(number, noun).replace(wording.NBSP, " ")


def _suite_file(app: App, given: Path) -> Path:
    """The suite's file; a name that is none is answered with the file that was probably meant."""
    if given.exists():
        return given
    there = sorted(app.project.root.glob("suites/*.y*ml"))
    alike = [p for p in there if p.stem == given.stem or get_close_matches(given.stem, [p.stem], n=1, cutoff=0.6)]
    if alike:
        raise BadInput(f"there is no suite {given}", hint=f"did you mean {near(alike[0])}?", code="suite.missing")
    return given
