"""A job of a CI system: one `assay eval` with every exporter at once, and what it leaves behind."""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from assay.core.schema import compile_schema
from assay.evaluate.exporters.markdown import marker

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
        (place["artifactLocation"]["uri"], place["region"]["startLine"])
        for result in sarif["runs"][0]["results"]
        for place in [result["locations"][0]["physicalLocation"]]
    ]
    assert places == [("datasets/tickets.jsonl", 1)]
    assert [(issue["location"]["path"], issue["location"]["lines"]["begin"]) for issue in quality] == places
    assert len(cases) == 24
    assert comment.startswith(marker("desk.sort") + "\n### ❔ desk.sort: Inconclusive\n")
    assert (root / "summary.md").read_text("utf-8").startswith("### ❔ desk.sort: Inconclusive\n")


def test_the_annotations_stand_before_what_people_read_in_which_the_runner_obeys_nothing(job):
    done, _ = job
    lines = done.out.splitlines()
    stop = next(i for i, line in enumerate(lines) if line.startswith("::stop-commands::"))

    assert [re.match(r"::(\w+) ", line)[1] for line in lines[:stop]] == ["warning", "error"]
    assert lines[1] == (
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
