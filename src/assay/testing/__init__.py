"""Public fakes and fixtures for tests of Assay and of projects that use it; each name is loaded at first use."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.testing.desk import Desk as Desk
    from assay.testing.fake_provider import FakeProvider as FakeProvider
    from assay.testing.fake_provider import FakeReply as FakeReply
    from assay.testing.fake_provider import FakeRequest as FakeRequest
    from assay.testing.fake_provider import Fault as Fault
    from assay.testing.fake_provider import echo as echo
    from assay.testing.grading import FakeModels as FakeModels
    from assay.testing.grading import make_case as make_case
    from assay.testing.grading import make_outcome as make_outcome
    from assay.testing.grading import run_grader as run_grader
    from assay.testing.suite_run import SuiteRun as SuiteRun

_HOMES = {
    "Desk": "desk",
    "FakeModels": "grading",
    "FakeProvider": "fake_provider",
    "FakeReply": "fake_provider",
    "FakeRequest": "fake_provider",
    "Fault": "fake_provider",
    "SuiteRun": "suite_run",
    "echo": "fake_provider",
    "make_case": "grading",
    "make_outcome": "grading",
    "run_grader": "grading",
}

__all__ = [
    "Desk",
    "FakeModels",
    "FakeProvider",
    "FakeReply",
    "FakeRequest",
    "Fault",
    "SuiteRun",
    "echo",
    "make_case",
    "make_outcome",
    "run_grader",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'assay.testing' has no attribute {name!r}")
    return getattr(import_module(f"assay.testing.{home}"), name)
