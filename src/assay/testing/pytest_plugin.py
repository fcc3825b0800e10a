"""The pytest plug-in: suites as test items, a marker, and fixtures.

Loaded in every pytest session of an environment that has Assay, so it imports nothing but pytest; what runs suites
is in ``pytest_items.py`` and ``desk.py``, loaded when it is used. The manual is docs/how-to/test-with-pytest.md.

Its entry point has this module's own name, so that ``-p assay.testing.pytest_plugin`` beside it does no harm.
"""

import shutil
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from assay.testing.desk import Desk
    from assay.testing.fake_provider import FakeProvider
    from assay.testing.run_once import RunOnce
    from assay.testing.suite_run import SuiteRun

MARKER = "assay"
RUN, DECISION = "assay_run", "assay_decision"
"""The properties by which an item tells of a run, in pytest's JUnit file too: its folder, and what it came to."""

UNDECIDED = ("inconclusive", "invalid")
_WAYS = ("fail", "xfail")
_SUITES = ["suites/*.yaml", "suites/*.yml"]
_MARKER_HELP = (
    "assay(suite, *, gate=True, model=None, base_url=None, key_env=None, repeats=None, fresh=False): "
    "run the suite before the test, which gets the run as 'assay_run'; with gate=True the gate must pass."
)

_once_key = pytest.StashKey["RunOnce"]()
_shared_key = pytest.StashKey[Path]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options and the settings."""
    group = parser.getgroup("assay", "suites of prompts (Assay)")
    group.addoption("--assay", action="store_true", help="Collect suite files too, one test each: its gate.")
    group.addoption(
        "--assay-cases", action="store_true", help="The same, and one more test for each case under each variant."
    )
    group.addoption("--assay-model", metavar="PROVIDER/MODEL", help="The model that answers, instead of the prompts'.")
    group.addoption("--assay-base-url", metavar="URL", help="The address of the server that answers.")
    group.addoption("--assay-key-env", metavar="NAME", help="The environment variable that holds the key.")
    parser.addini("assay_suites", "Which files are suites: patterns of paths.", type="args", default=_SUITES)
    for decision in UNDECIDED:
        parser.addini(f"assay_{decision}", f"What a gate that says '{decision}' is: fail or xfail.", default="fail")


def pytest_configure(config: pytest.Config) -> None:
    """Take part in the session."""
    config.addinivalue_line("markers", _MARKER_HELP)
    for decision in UNDECIDED:
        if (way := config.getini(f"assay_{decision}")) not in _WAYS:
            raise pytest.UsageError(f"assay_{decision} is {way!r}; write {' or '.join(_WAYS)}")
    config.pluginmanager.register(_Told(), "assay.told")
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS and _collects(config):
        config.args += sorted(
            str(path) for pattern in config.getini("assay_suites") for path in config.rootpath.glob(pattern)
        )


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove what the session's processes shared."""
    if (shared := config.stash.get(_shared_key, None)) is not None:
        shutil.rmtree(shared, ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give a worker of pytest-xdist the folder through which a suite is run once in all of them."""
    stash = node.config.stash
    if _shared_key not in stash:
        stash[_shared_key] = Path(tempfile.mkdtemp(prefix="assay-pytest-"))
    node.workerinput["assay_shared"] = str(stash[_shared_key])


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A suite's file, where suites are asked for: one that was named, or that a pattern fits."""
    if not _collects(parent.config) or file_path.suffix not in {".yaml", ".yml"}:
        return None
    fits = any(file_path.match(pattern) for pattern in parent.config.getini("assay_suites"))
    if not fits and not parent.session.isinitpath(file_path):
        return None
    found: pytest.Collector = _items().SuiteFile.from_parent(parent, path=file_path)
    return found


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a marked test have its run, and send tests of one suite to one worker where pytest-xdist groups them."""
    for item in items:
        if (marker := item.get_closest_marker(MARKER)) is None:
            continue
        names: list[str] = getattr(item, "fixturenames", [])
        if "assay_run" not in names:
            names.append("assay_run")
        group_of(item, str(marker.args[0] if marker.args else marker.kwargs.get("suite")))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Fail a marked test whose gate does not pass, before its body is run."""
    marker = item.get_closest_marker(MARKER)
    if marker is not None and marker.kwargs.get("gate", True):
        _items().judge(getattr(item, "funcargs", {})["assay_run"], item.config)


class _Told:
    """The runs that the items of a session tell of, for its last words; in whichever process they were made."""

    def __init__(self) -> None:
        self._runs: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the runs of an item."""
        told = report.user_properties
        runs = [str(value) for name, value in told if name == RUN]
        self._runs |= zip(runs, [str(value) for name, value in told if name == DECISION], strict=True)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what each run came to and where it is, whatever pytest shows of the items."""
        if self._runs:
            terminalreporter.section("suites")
        for run, decision in sorted(self._runs.items(), key=lambda entry: entry[::-1]):
            terminalreporter.write_line(decision)
            terminalreporter.write_line(f"  {Path(run) / 'report.html'}")


@pytest.fixture
def assay(request: pytest.FixtureRequest) -> "Desk":
    """Runs a suite (``assay.eval``) or a prompt once (``assay.run``); a suite is run once a session."""
    return desk_of(request.config, request.path.parent, request.node)


@pytest.fixture
def assay_run(request: pytest.FixtureRequest, assay: "Desk") -> "SuiteRun":
    """The finished run of the suite that the test's marker names."""
    marker = request.node.get_closest_marker(MARKER)
    if marker is None:
        pytest.fail("'assay_run' needs a marker: @pytest.mark.assay('suites/NAME.yaml')", pytrace=False)
    run: SuiteRun = _items().run_of(marker, assay)
    return run


@pytest.fixture
def fake_provider() -> Iterator["FakeProvider"]:
    """A model on this machine that answers as it is told: set its ``reply`` to a text or a function."""
    with import_module("assay.testing.fake_provider").FakeProvider() as fake:
        yield fake


def desk_of(config: pytest.Config, start: Path, item: pytest.Item) -> "Desk":
    """Where a test runs suites: what the session has run is known, and the item tells what it has run."""
    desk: Desk = _items().open_desk(config, start, once_of(config), item)
    return desk


def once_of(config: pytest.Config) -> "RunOnce":
    """What this session has run."""
    if _once_key not in config.stash:
        shared = getattr(config, "workerinput", {}).get("assay_shared")
        config.stash[_once_key] = import_module("assay.testing.run_once").RunOnce(Path(shared) if shared else None)
    return config.stash[_once_key]


def group_of(item: pytest.Item, suite: str) -> None:
    """Name the group by which ``--dist loadgroup`` keeps the tests of one suite together, unless the test has one."""
    if item.config.pluginmanager.hasplugin("xdist") and item.get_closest_marker("xdist_group") is None:
        item.add_marker(pytest.mark.xdist_group(f"assay:{suite.rpartition('/')[2]}"))


def _collects(config: pytest.Config) -> bool:
    return bool(config.getoption("assay") or config.getoption("assay_cases"))


def _items() -> Any:
    return import_module("assay.testing.pytest_items")
