"""Suites as items of a pytest session: one for the gate, and if asked for one for each sample.

Loaded by ``pytest_plugin.py`` when a suite is collected or run.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from _pytest._code.code import TerminalRepr

from assay.app import App
from assay.core.errors import AssayError
from assay.evaluate.dataset import spec_cases
from assay.evaluate.plan import override_of
from assay.evaluate.report_text import one_line, visible
from assay.evaluate.suite import load_suite
from assay.testing.desk import Desk
from assay.testing.pytest_plugin import DECISION, RUN, UNDECIDED, desk_of, group_of
from assay.testing.run_once import RunOnce
from assay.testing.suite_run import SuiteRun, failure_reason

GATE = "gate"
_ID_CHARS = 100

_outcomes_key = pytest.StashKey[dict[Path, dict[tuple[str, str, int], str]]]()


class SuiteFile(pytest.File):
    """A suite's file."""

    def collect(self) -> Iterator[pytest.Item]:
        """The gate, and the samples if they are asked for."""
        yield GateItem.from_parent(self, name=GATE)
        if self.config.getoption("assay_cases"):
            yield from self._samples()

    def _samples(self) -> Iterator[pytest.Item]:
        app = App.open(self.path.parent)
        suite = load_suite(app.project, self.path)
        for dataset in suite.datasets:
            for case in spec_cases(app.project.source, dataset):
                for repeat in range(suite.repeats):
                    for variant in suite.variants:
                        again = f"-{repeat + 1}" if suite.repeats > 1 else ""
                        name = f"{one_line(case.id, _ID_CHARS)}[{one_line(variant.name, _ID_CHARS)}{again}]"
                        yield SampleItem.from_parent(self, name=name, key=(case.id, variant.name, repeat))

    def repr_failure(  # type: ignore[override]  # pytest's own collectors take no style either
        self, excinfo: pytest.ExceptionInfo[BaseException]
    ) -> str | TerminalRepr:
        """A suite that cannot be read: the sentence, and no traceback."""
        return _sentence(excinfo.value) or super().repr_failure(excinfo)


class _Item(pytest.Item):
    """What the items of a suite have in common."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        group_of(self, self.path.name)

    def finished(self) -> SuiteRun:
        """The run, made by whichever item asks first."""
        return desk_of(self.config, self.path.parent, self).eval(self.path)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str | TerminalRepr:
        """An error that a person can mend: the sentence, and no traceback."""
        return _sentence(excinfo.value) or super().repr_failure(excinfo, style)


class GateItem(_Item):
    """The decision of a suite."""

    def runtest(self) -> None:
        """Run the suite; fail unless its gate passes."""
        judge(self.finished(), self.config)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands."""
        return self.path, 0, f"gate of {self.path.name}"


class SampleItem(_Item):
    """One case under one variant, once."""

    def __init__(self, *, key: tuple[str, str, int], **more: Any) -> None:
        super().__init__(**more)
        self.key = key

    def runtest(self) -> None:
        """Run the suite, if no other item has; fail unless this sample has passed."""
        run = self.finished()
        found = self.config.stash.setdefault(_outcomes_key, {})
        if run.folder not in found:
            found[run.folder] = {
                (row.case, row.variant, row.repeat): "" if row.status == "passed" else failure_reason(row)
                for row in run.rows()
            }
        if reason := found[run.folder][self.key]:
            pytest.fail(f"{reason}\nreport: {run.report}", pytrace=False)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands."""
        return self.path, 0, self.name


def open_desk(config: pytest.Config, start: Path, once: RunOnce, item: pytest.Item) -> Desk:
    """Where that item runs suites, with the model that the command line names; the item tells of each run."""

    def tell(run: SuiteRun) -> None:
        told = (RUN, str(run.folder))
        if told not in item.user_properties:
            words = f"{run.summary.suite}: {run.summary.standing}. {run.sentence}"
            item.user_properties += [told, (DECISION, visible(words))]

    option = config.getoption
    override = override_of(option("assay_model"), option("assay_base_url"), option("assay_key_env"))
    return Desk(start, config.rootpath, once=once, override=override, tell=tell)


def run_of(marker: pytest.Mark, desk: Desk) -> SuiteRun:
    """The run that a marker asks for."""
    asked = dict(zip(("suite",), marker.args, strict=False)) | dict(marker.kwargs)
    known = {"suite", "gate", "model", "base_url", "key_env", "repeats", "fresh"}
    if len(marker.args) > 1 or "suite" not in asked or set(asked) - known:
        unknown = ", ".join(sorted(set(asked) - known)) or "no suite"
        pytest.fail(f"the marker 'assay' has {unknown}; it takes {', '.join(sorted(known))}", pytrace=False)
    models = {name: asked[name] for name in ("model", "base_url", "key_env") if name in asked}
    desk = desk.using(**models) if models else desk
    return desk.eval(asked["suite"], repeats=asked.get("repeats"), fresh=asked.get("fresh", False))


def judge(run: SuiteRun, config: pytest.Config) -> None:
    """Fail unless the gate passes; where it could not decide, as the settings say."""
    if run.passed:
        return
    if run.decision in UNDECIDED and config.getini(f"assay_{run.decision}") == "xfail":
        pytest.xfail(f"{run.decision}: {run.sentence}")
    pytest.fail(run.told(), pytrace=False)


def _sentence(error: BaseException) -> str | None:
    if not isinstance(error, AssayError):
        return None
    return f"error: {error}" + (f"\nhint: {error.hint}" if error.hint else "")
