"""A job of a CI system: one `assay eval` with every exporter at once, and what it leaves behind."""

import json
import re
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from assay.core.schema import compile_schema
from assay.evaluate.exporters.markdown import marker
from assay.testing import FakeProvider

ROOT = Path(__file__).parents[2]
SARIF = compile_schema(json.loads((ROOT / "tests/sarif.schema.json").read_text("utf-8")))
FILES = {"junit": "junit.xml", "sarif": "assay.sarif", "gitlab": "quality.json", "markdown": "comment.md"}


@pytest.fixture
def job(small, sorter, here, against, monkeypatch):
    """The command as a job of GitHub Actions gives it; what it printed, and the step's summary."""
    summary = small.root / "summary.md"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(small.root))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    exports = [f"--export={kind}={path}" for kind, path in FILES.items()]
    done = here("eval", "suites/sort.yaml", *against(sorter), *exports, "--export=github=-")
    return done, small.root


def test_every_file_is_there_and_valid(job):
    done, root = job
    sarif = json.loads((root / FILES["sarif"]).read_bytes())
    quality = json.loads((root / FILES["gitlab"]).read_bytes())
    comment = (root / FILES["markdown"]).read_text("utf-8")
    cases = ET.parse(root / FILES["junit"]).getroot().findall(".//testcase")

    assert done.status == 3
    assert SARIF.findings(sarif) == []
    places = [
        (place["artifactLocation"]["uri"], place.get("region", {}).get("startLine", 1))
        for result in sarif["runs"][0]["results"]
        for place in [result["locations"][0]["physicalLocation"]]
    ]
    assert places == [("suites/sort.yaml", 1), ("datasets/tickets.jsonl", 1)]
    assert [(issue["location"]["path"], issue["location"]["lines"]["begin"]) for issue in quality] == places
    assert [case.attrib["name"] for case in cases[:-24]] == ["Validity", "Comparison"]
    assert len(cases) == 2 + 24
    assert comment.startswith(marker("desk.sort") + "\n### ❔ desk.sort: Inconclusive\n")
    assert (root / "summary.md").read_text("utf-8").startswith("### ❔ desk.sort: Inconclusive\n")


def test_the_annotations_stand_before_what_people_read_in_which_the_runner_obeys_nothing(job):
    done, _ = job
    lines = done.out.splitlines()
    stop = next(i for i, line in enumerate(lines) if line.startswith("::stop-commands::"))

    assert [re.match(r"::(\w+) ", line)[1] for line in lines[:stop]] == ["warning", "error", "error"]
    assert lines[2] == (
        "::error title=grader%3Achoice,file=datasets/tickets.jsonl,line=1::"
        "t-000 under candidate: chose 'bug' instead of 'billing'"
    )
    assert lines[-1] == f"::{lines[stop].removeprefix('::stop-commands::')}::"
    assert done.out.count("stop-commands") == 1


def test_the_same_files_can_be_written_later_from_the_run(job, here):
    _, root = job
    (run,) = (root / ".assay/runs").iterdir()
    before = {path: (root / path).read_bytes() for path in FILES.values()}
    exports = [f"--export={kind}={path}" for kind, path in FILES.items()]

    assert here("export-run", str(run), *exports).status == 0
    assert {path: (root / path).read_bytes() for path in FILES.values()} == before


def commit(folder: Path) -> None:
    """Make a repository of the folder, whose branch main is as it is now."""
    for arguments in (
        ["init", "-q", "-b", "main"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b.invalid", "commit", "-q", "-m", "one"],
    ):
        subprocess.run(["git", *arguments], cwd=folder, check=True)


@pytest.fixture
def two_suites(small):
    """The project with a second suite, whose gate fails."""
    text = (small.root / "suites/sort.yaml").read_text("utf-8")
    text = text.replace("suite: desk.sort", "suite: strict")
    small.write("suites/strict.yaml", re.sub(r"  compare:.*", "  at_least: {baseline: 0.99}", text))
    return small


class TestOneCommandForAJob:
    def test_runs_every_suite_and_leaves_all_reports_in_one_folder(self, two_suites, sorter, here, against):
        done = here("ci", "--", *against(sorter))
        out = two_suites.root / "assay-report"
        results = json.loads((out / "results.json").read_bytes())

        assert done.status == 1
        assert [(r["suite"], r["decision"]) for r in results] == [("desk.sort", "inconclusive"), ("strict", "fail")]
        endings = {"junit.xml", "sarif", "quality.json", "comment.md", "annotations.txt", "report.html", "summary.json"}
        assert {path.name.removeprefix("desk.sort.") for path in out.glob("desk.sort.*")} == endings
        assert len(json.loads((out / "gl-code-quality.json").read_bytes())) == sum(
            len(json.loads((out / f"{suite}.quality.json").read_bytes())) for suite in ("desk.sort", "strict")
        )
        assert re.search(r"^\? desk.sort: inconclusive\. 12 cases", done.out, re.MULTILINE)
        assert re.search(r"^✗ strict: fail\. baseline passes fewer", done.out, re.MULTILINE)
        assert len(sorter.requests) == 24

    def test_lets_through_what_it_is_told_to(self, small, sorter, here, against):
        assert here("ci", "--fail-on", "fail,invalid", "--", *against(sorter)).status == 0

    def test_an_error_in_a_suite_is_found_before_anything_is_paid_for_and_fails_the_job_whatever_it_lets_through(
        self, two_suites, sorter, here, against, monkeypatch, tmp_path
    ):
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "outputs"))
        two_suites.write("suites/strict.yaml", "suite: strict\ndatasets: [gone.jsonl]\nvariants: [desk.sort]\n")
        done = here("ci", "--fail-on", "", "--", *against(sorter))

        assert done.status == 2
        assert re.search(
            r"^::error title=source.unreadable,file=suites/strict.yaml,line=2::.*gone.jsonl cannot be read: ",
            done.out,
            re.MULTILINE,
        )
        assert sorter.requests == []
        assert (tmp_path / "outputs").read_text() == "decision=error\nreport=assay-report\n"

    def test_the_suites_that_were_run_before_an_error_keep_their_reports(self, two_suites, here, against):
        script = [None] * 24 + ["400"] * 40
        text = (two_suites.root / "suites/strict.yaml").read_text("utf-8")
        two_suites.write("suites/strict.yaml", text + "repeats: 2\n")
        with FakeProvider(lambda body: "billing", script=script) as fake:
            done = here("ci", "--json", "--", "--fresh", *against(fake))

        assert done.status == 2
        assert [(r["suite"], r["decision"]) for r in done.json()] == [
            ("desk.sort", "inconclusive"),
            ("suites/sort.yaml, suites/strict.yaml", "error"),
        ]
        assert (two_suites.root / "assay-report/desk.sort.junit.xml").exists()

    def test_the_files_of_an_earlier_job_do_not_stand_for_this_one(self, small, sorter, here, against):
        here("ci", "--", *against(sorter))
        (small.root / "assay-report/mine.txt").write_text("mine")
        small.write("datasets/tickets.jsonl", "{")
        done = here("ci", "--json", "--", *against(sorter))
        left = {path.name for path in (small.root / "assay-report").iterdir()}

        assert done.status == 2
        assert done.json()[0]["error"]["line"] == 1
        assert left == {"mine.txt", "results.json", "comment.md", "gl-code-quality.json"}

    def test_two_suites_of_one_name_are_refused(self, two_suites, here):
        two_suites.write("suites/again.yaml", (two_suites.root / "suites/sort.yaml").read_bytes())
        done = here("ci")

        assert done.status == 2
        assert "two suites are named 'desk.sort': suites/again.yaml and suites/sort.yaml" in done.err

    def test_a_suite_that_no_change_touches_is_left_out_and_said_to_be(self, two_suites, sorter, here, against):
        commit(two_suites.root)
        two_suites.write("suites/strict.yaml", (two_suites.root / "suites/strict.yaml").read_text() + "# changed\n")
        done = here("ci", "--fail-on", "invalid", "--", "--since", "main", *against(sorter))
        comment = (two_suites.root / "assay-report/comment.md").read_text("utf-8")

        assert done.status == 0
        assert re.search(r"^- suites/sort.yaml: left out\. none of the \d+ files", done.out, re.MULTILINE)
        assert "| <code>suites&#47;sort.yaml</code> | ➖ left out |" in comment
        assert len(sorter.requests) == 24

    def test_no_suite_at_all_is_said(self, desk, here):
        done = here("ci")

        assert done.status == 2
        assert "no file is named suites/*.yaml or suites/*.yml" in done.err

    def test_a_comment_that_cannot_be_written_is_said_and_is_no_reason_to_fail(self, small, sorter, here, against):
        done = here("ci", "--comment", "--fail-on", "fail", "--", *against(sorter))

        assert done.status == 0
        assert "no comment: this is no job of GitHub Actions or GitLab CI" in done.err


def test_a_pull_request_is_compared_with_the_branch_it_goes_to(small, sorter, here, against):
    suite = (small.root / "suites/sort.yaml").read_text("utf-8")
    small.write("suites/sort.yaml", re.sub(r"  - name: baseline\n.*\n|gate:\n.*\n", "", suite))
    good = (small.root / "prompts/sort-2.prompt.md").read_text("utf-8")
    commit(small.root)
    same = here("eval", "suites/sort.yaml", "--against", "main", "--quiet", *against(sorter))
    small.write("prompts/sort-2.prompt.md", good.replace("with care", "quickly"))
    done = here("ci", "--fail-on", "fail", "--", "--against", "main", *against(sorter))
    comment = (small.root / "assay-report/desk.sort.comment.md").read_text("utf-8")

    assert same.status == 0
    assert "candidate is the same version as at main, so there is nothing to compare" in same.err
    assert done.status == 0
    assert "<code>candidate</code> against <code>candidate&#64;main</code>" in comment
    assert "Flips: 2 lost, 0 gained" in comment
    assert len(sorter.requests) == 24  # main's replies were there already


def test_the_annotations_of_several_suites_are_each_decision_first_and_no_more_than_are_shown(
    small, here, against, monkeypatch
):
    text = (small.root / "suites/sort.yaml").read_text("utf-8")
    for name in ("one", "two", "three"):
        named = text.replace("suite: desk.sort", f"suite: {name}")
        small.write(f"suites/{name}.yaml", re.sub(r"  compare:.*", "  at_least: {candidate: 0.9}", named))
    (small.root / "suites/sort.yaml").unlink()
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    with FakeProvider("other") as fake:
        done = here("ci", "--", *against(fake))
    lines = done.out.partition("::stop-commands::")[0].splitlines()

    assert [re.search("file=([^:,]*)", line)[1] for line in lines[:3]] == [
        "suites/one.yaml", "suites/three.yaml", "suites/two.yaml",
    ]  # fmt: skip
    assert len(lines) == 10
    assert all(line.startswith("::error ") for line in lines)


def test_a_job_has_one_comment_for_all_of_its_suites_whichever_there_are(two_suites, sorter, here, against):
    here("ci", "--", *against(sorter))
    file = two_suites.root / "assay-report/comment.md"
    both = file.read_text("utf-8").splitlines()
    (two_suites.root / "suites/strict.yaml").unlink()
    here("ci", "--", *against(sorter))
    one = file.read_text("utf-8").splitlines()

    assert both[1] == "### ❌ 2 of 2 suites did not pass"
    assert one[1] == "### ❔ desk.sort: Inconclusive"
    assert both[0] == one[0]


CONFIGURATION = """\
prompts: ["Say {{word}}"]
providers: [echo]
tests:
  - {vars: {word: yes please}, assert: [{type: contains, value: yes}]}
  - {vars: {word: no}, assert: [{type: contains, value: yes}]}
"""


@pytest.mark.parametrize(("tests", "decision", "status"), [(1, "pass", 0), (2, "fail", 1)])
def test_a_configuration_of_promptfoos_is_a_suite_like_others(small, sorter, here, against, tests, decision, status):
    small.write("promptfooconfig.yaml", "\n".join(CONFIGURATION.splitlines()[: 3 + tests]))
    done = here("ci", "promptfooconfig.yaml")
    out = small.root / "assay-report"

    assert (done.status, json.loads((out / "results.json").read_bytes())[0]["decision"]) == (status, decision), done.err
    assert {p.name for p in out.glob("promptfooconfig.*")} >= {
        "promptfooconfig.junit.xml",
        "promptfooconfig.report.html",
    }
    sarif = json.loads((out / "promptfooconfig.sarif").read_bytes())
    assert SARIF.findings(sarif) == []
    assert len([r for r in sarif["runs"][0]["results"] if r["ruleId"].startswith("grader:")]) == tests - 1
