"""The pytest plug-in, in real sessions of pytest in a project of its own."""

import os
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from assay.testing.fake_provider import FakeProvider

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
BARE = [f"-pno:{name}" for name in ("xdist", "hypothesispytest", "asyncio", "anyio", "pytest_cov")]
"""A session without the other plug-ins of this project, which take longer to start than to do their work."""


def test_without_the_option_no_suite_is_collected(session, fake):
    result = session("--collect-only")

    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert fake.requests == []


class TestASuiteIsATest:
    def test_that_passes_with_its_gate(self, session, fake):
        result = session("--assay", "-v")

        result.assert_outcomes(passed=1)
        result.stdout.fnmatch_lines(["*suites/sort.yaml::gate PASSED*", "*= suites =*", "sort: pass. sort passes at *"])
        result.stdout.fnmatch_lines(["*/.assay/runs/*/report.html"])
        assert len(fake.requests) == 12

    def test_that_fails_with_the_gates_sentence_the_first_failures_and_no_traceback(self, session, cases):
        cases(12, wrong=tuple(range(11)))
        result = session("--assay")

        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(
            [
                "sort: fail. sort passes fewer than 50 % of cases: 8.3 % (*).",
                "  sort  8.3 % (* to *), 95 % interval  12 samples, 11 failed",
                "did not pass, the first of them:",
                "  t-0 ?sort?  choice: *",
                "report: */report.html",
            ]
        )
        result.stdout.no_fnmatch_line("*pytest_items.py*")

    @pytest.mark.parametrize("way", ["fail", "xfail"])
    def test_that_tells_clearly_that_it_could_not_decide(self, session, cases, way):
        cases(12, wrong=(0, 1, 2, 3, 4, 5))
        result = session("--assay", "-rx", "-o", f"assay_inconclusive={way}")

        result.assert_outcomes(**{f"{way}ed": 1})
        result.stdout.fnmatch_lines(["*12 cases cannot tell whether sort passes 50 %*"])
        result.stdout.fnmatch_lines(["sort: inconclusive. 12 cases*"])

    @pytest.mark.parametrize("way", ["fail", "xfail"])
    def test_that_tells_clearly_that_the_run_is_invalid(self, answered_by, way):
        with FakeProvider("bill", script=["400"]) as fake:
            result = answered_by(fake, "--assay", "-rx", "-o", f"assay_invalid={way}")

        result.assert_outcomes(**{f"{way}ed": 1})
        result.stdout.fnmatch_lines(["*1 of 12 samples of sort ended in an error*"])

    def test_that_fails_in_one_sentence_when_the_suite_is_wrong(self, session, write):
        write("suites/sort.yaml", "suite: sort\ndatasets: [gone.jsonl]\nvariants: [sort]\n")
        result = session("--assay")

        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(["error: suites/sort.yaml:2:12*gone.jsonl cannot be read: *", "hint: *"])
        result.stdout.no_fnmatch_line("*Traceback*")

    def test_a_configuration_of_promptfoos_is_refused_by_name(self, session, write):
        write("suites/sort.yaml", "prompts: [x]\nproviders: [echo]\ntests: []\n")
        result = session("--assay")

        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(["error: *sort.yaml is a configuration of promptfoo's, which may set*"])

    def test_wherever_the_settings_say_that_suites_are(self, session, write, project):
        project.path.joinpath("suites/sort.yaml").rename(write("checks/x", "").with_name("sorting.yaml"))
        write("tests/test_nothing.py", "def test_nothing(): pass\n")
        settings = project.path.joinpath("pytest.ini").read_text()
        write("pytest.ini", f"{settings}testpaths = tests\nassay_suites = checks/*.yaml\n")

        session("--assay").assert_outcomes(passed=2)
        session().assert_outcomes(passed=1)
        session("--assay", "tests").assert_outcomes(passed=1)

    def test_when_its_file_is_named(self, session, project):
        project.path.joinpath("suites/sort.yaml").rename(project.path / "datasets/here.yaml")

        session("--assay", "datasets/here.yaml").assert_outcomes(passed=1)

    def test_whose_run_stands_in_pytests_own_junit_file(self, session, project):
        session("--assay", "--junit-xml=out.xml")
        found = {p.get("name"): p.get("value") for p in ET.parse(project.path / "out.xml").iter("property")}

        assert Path(found["assay_run"]).is_dir()
        assert found["assay_decision"].startswith("sort: pass. ")


class TestEachCaseIsATest:
    def test_under_each_variant_and_the_suite_is_run_once(self, session, cases, fake):
        cases(12, wrong=(3,))
        result = session("--assay-cases", "-v")

        result.assert_outcomes(passed=12, failed=1)
        result.stdout.fnmatch_lines(["*suites/sort.yaml::t-3?sort? FAILED*", "choice: *", "report: *"])
        assert len(fake.requests) == 12

    def test_and_can_be_picked_by_its_name(self, session):
        session("--assay-cases", "suites/sort.yaml::t-7[sort]").assert_outcomes(passed=1)

    def test_and_each_repeat_is_one(self, session, write, project):
        suite = project.path / "suites/sort.yaml"
        suite.write_text(suite.read_text() + "repeats: 2\n")
        result = session("--assay-cases", "-v", "-k", "t-7")

        result.assert_outcomes(passed=2, deselected=12 * 2 - 2 + 1)
        result.stdout.fnmatch_lines(["*::t-7?sort-1? PASSED*", "*::t-7?sort-2? PASSED*"])

    def test_that_ended_in_an_error_fails_and_says_so(self, answered_by):
        with FakeProvider("bill", script=["400"]) as fake:
            result = answered_by(fake, "--assay-cases", "-o", "assay_invalid=xfail")

        result.assert_outcomes(passed=11, failed=1, xfailed=1)
        result.stdout.fnmatch_lines(["error model.*"])

    def test_and_a_suite_without_a_model_that_answers_fails_once_and_is_not_asked_for_again(self, answered_by):
        with FakeProvider("bill", script=["400"] * 40) as fake:
            result = answered_by(fake, "--assay-cases")

        result.assert_outcomes(failed=13)
        result.stdout.fnmatch_lines(["error: the first 1* samples all ended in the same error: *"])
        assert len(fake.requests) <= 24


MARKED = """
import pytest

@pytest.mark.assay("suites/sort.yaml")
def test_the_gate_alone():
    pass

@pytest.mark.assay(suite="suites/sort.yaml", gate=False)
def test_the_run(assay_run):
    assert assay_run.variant().n == 12
    assert [row.case for row in assay_run.failures()] == ["t-3"]
    assert assay_run.variant("sort").pass_rate > 0.9
"""


class TestAMarkedTest:
    def test_gets_the_run_of_its_suite(self, session, write, cases, fake):
        cases(12, wrong=(3,))
        write("tests/test_sort.py", MARKED)

        session("tests").assert_outcomes(passed=2)
        assert len(fake.requests) == 12

    def test_fails_with_the_gate_before_its_body_unless_it_judges_itself(self, session, write, cases):
        cases(12, wrong=tuple(range(11)))
        write("tests/test_sort.py", MARKED)
        result = session("tests", "-v")

        result.assert_outcomes(failed=2)
        result.stdout.fnmatch_lines(["sort: fail. sort passes fewer than 50 %*"])
        result.stdout.fnmatch_lines(["E *assert *'t-0'*"])

    def test_may_name_a_model_of_its_own(self, project, write, fake):
        mark = f'@pytest.mark.assay("../suites/sort.yaml", model="other", base_url="{fake.base_url}")'
        write("tests/test_sort.py", f"import pytest\n{mark}\ndef test_it(assay_run):\n    pass\n")

        project.runpytest_inprocess("-p", "assay.testing.pytest_plugin", "tests").assert_outcomes(passed=1)
        assert fake.requests[0].body["model"] == "other"

    @pytest.mark.parametrize(
        ("mark", "said"),
        [
            ("pytest.mark.assay", "*the marker 'assay' has no suite; it takes *"),
            ("pytest.mark.assay('suites/sort.yaml', gates=1)", "*the marker 'assay' has gates; it takes *"),
            ("pytest.mark.assay('suites/gone.yaml')", "*there is no suites/gone.yaml in *"),
            ("pytest.mark.skipif(False, reason='')", "*'assay_run' needs a marker: *"),
        ],
    )
    def test_with_a_wrong_marker_says_what_would_be_right(self, session, write, mark, said):
        write("tests/test_sort.py", f"import pytest\n@{mark}\ndef test_it(assay_run):\n    pass\n")
        result = session("tests")

        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines([said])


FIXTURES = """
import pytest
from assay.testing import FakeReply, echo

def test_a_suite(assay, fake_provider):
    fake_provider.reply = "bug"
    run = assay.using(fake_provider).eval("suites/sort.yaml", concurrency=2)
    assert run.decision == "fail"
    assert run.summary.cases == 12
    assert not run.passed

def test_a_prompt(assay, fake_provider):
    fake_provider.reply = lambda body: "bug" if "crash" in echo(body) else "bill"
    desk = assay.using(fake_provider, temperature=0.0)
    assert desk.run("sort", ticket="a crash").text == "bug"
    assert desk.run("sort", ticket="my bill").checked.valid
    assert [r.body["temperature"] for r in fake_provider.requests] == [0.0, 0.0]

async def test_in_a_loop(assay, fake_provider):
    desk = assay.using(fake_provider)
    fake_provider.reply = FakeReply(refusal="no")
    assert (await desk.run_async("sort", ticket="x")).replies[0].refusal == "no"
    fake_provider.reply = "bill"
    assert (await desk.eval_async("suites/sort.yaml", repeats=2)).variant().n == 24
    with pytest.raises(Exception, match="cannot wait"):
        desk.run("sort", ticket="x")
"""


class TestTheFixtures:
    def test_run_a_suite_or_a_prompt_with_a_model_that_answers_as_it_is_told(self, session, write):
        write("tests/test_sort.py", FIXTURES)

        session("tests", "-o", "asyncio_mode=auto").assert_outcomes(passed=3)

    def test_say_what_is_wrong_with_the_hint(self, session, write):
        write("tests/test_sort.py", "def test_it(assay):\n    assay.run('sorted', ticket='x')\n")
        result = session("tests")

        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(["E *UnknownName: no prompt is named 'sorted'", "E *hint: did you mean 'sort'?"])


class TestWithSeveralWorkers:
    """In processes of their own, as there is no other way to have several."""

    def run(self, project, fake, *arguments: str) -> str:
        model = ("--assay-model=m", f"--assay-base-url={fake.base_url}")
        command = [
            sys.executable,
            "-m",
            "pytest",
            *BARE[1:],
            "-n",
            "2",
            "-p",
            "assay.testing.pytest_plugin",
            *model,
            *arguments,
        ]
        result = subprocess.run(command, cwd=project.path, capture_output=True, text=True, timeout=120, check=False)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    def test_a_suite_is_run_once_and_its_run_is_told_once(self, project, fake, write):
        write("tests/test_one.py", MARKED.replace('["t-3"]', "[]"))
        write("tests/test_two.py", MARKED.replace('["t-3"]', "[]"))
        said = self.run(project, fake, "--assay-cases", ".")

        assert "17 passed" in said
        assert said.count("sort: pass. ") == 1
        assert len(fake.requests) == 12
        assert len(list((project.path / ".assay/runs").iterdir())) == 1

    def test_its_tests_are_of_one_group_for_those_who_send_by_group_unless_they_name_another(self, project, session):
        own = "@pytest.mark.xdist_group('own')\n@pytest.mark.assay('suites/sort.yaml')\ndef test_own(): pass\n"
        project.makeconftest(
            "def pytest_collection_finish(session):\n"
            "    for item in session.items:\n"
            "        print(item.name, [m.args for m in item.iter_markers('xdist_group')])\n"
        )
        project.makepyfile(test_one=MARKED + own, test_two="def test_other(): pass\n")
        result = session("--assay", "--collect-only")

        result.stdout.fnmatch_lines_random(
            [
                "gate [[]('assay:sort.yaml',)]",
                "test_the_run [[]('assay:sort.yaml',)]",
                "test_own [[]('own',)]",
                "test_other [[]]",
            ]
        )


@pytest.mark.parametrize("named", [(), ("-p", "assay.testing.pytest_plugin")])
def test_an_installed_package_offers_the_plugin_and_naming_it_as_well_does_no_harm(tmp_path, named):
    points = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]["pytest11"]
    installed = tmp_path / "site/assay-0.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: assay\nVersion: 0\n")
    (installed / "entry_points.txt").write_text("[pytest11]\n" + "".join(f"{k} = {v}\n" for k, v in points.items()))
    (tmp_path / "test_it.py").write_text("def test_it(assay, fake_provider):\n    assert assay.using(fake_provider)\n")
    environment = os.environ | {"PYTHONPATH": f"{tmp_path / 'site'}:{ROOT / 'src'}"}
    command = [sys.executable, "-m", "pytest", "-q", *BARE, *named]
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout + result.stderr
    assert "1 passed" in result.stdout


def test_a_session_that_does_not_use_it_loads_nothing_else_of_the_package(tmp_path):
    (tmp_path / "test_it.py").write_text(
        "import sys\n"
        "def test_it():\n"
        "    own = {m for m in sys.modules if m.split('.')[0] == 'assay'}\n"
        "    assert own == {'assay', 'assay._version', 'assay.testing', 'assay.testing.pytest_plugin'}\n"
        "    assert not {'aiohttp', 'scipy', 'msgspec', 'yaml'} & set(sys.modules)\n"
    )
    command = [sys.executable, "-m", "pytest", "-p", "assay.testing.pytest_plugin", *BARE, "-q"]
    result = subprocess.run(command, cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout
