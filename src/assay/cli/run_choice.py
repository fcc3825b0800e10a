"""Which run a command looks at, where a suite is named instead of a run: the suite's last finished one."""

from pathlib import Path

from assay.app import App
from assay.core.errors import BadInput
from assay.evaluate.planning.evidence import past_runs
from assay.evaluate.runs import find_run
from assay.evaluate.suite import load_suite

_SUITES = (".yaml", ".yml", ".json")


def chosen_run(app: App, name: str) -> Path:
    """The folder of the run that is meant: a run as ``find_run`` takes it, or a suite's file for its last one.

    Raises:
        BadInput: There is no such run, or the suite has not been run.
    """
    path = Path(name)
    return last_run(app, path) if path.suffix in _SUITES and path.is_file() else find_run(app.folder / "runs", name)


def last_run(app: App, suite_file: Path) -> Path:
    """The folder of the suite's last finished run.

    Raises:
        BadInput: It has none.
    """
    suite = load_suite(app.project, suite_file)
    folders = past_runs(app.folder / "runs", suite.name)
    if not folders:
        raise BadInput(
            f"{suite.name} has no finished run to look at",
            hint=f"run it first: assay eval {suite_file}",
            code="run.none_of_suite",
        )
    return folders[0]
