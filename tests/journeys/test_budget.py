"""A budget as a person meets it: the run stops cleanly, says what is missing, and goes on when given more."""

import json
import xml.etree.ElementTree as ET

import pytest

SUITE_WITH_BUDGET = "budget: {tokens: 400}\n"


def command(fake, against, *more):
    return ("eval", "suites/sort.yaml", *more, *against(fake))


def test_at_the_limit_the_run_is_partial_and_never_green(sorting, here, sorter, against):
    done = here(*command(sorter, against, "--max-tokens-total", "1000"))
    summary = json.loads((sorting.runs()[-1] / "summary.json").read_text())
    rows = sorting.rows()

    assert done.status == 3
    assert 20 < len(rows) == len(sorter.requests) < 150
    assert (summary["decision"], summary["missing"]) == ("invalid", 150 - len(rows))
    assert "were not run, as the budget of 1,000 tokens has no room for another call" in summary["sentence"]
    assert [v["n"] + v["missing"] for v in summary["variants"]] == [75, 75]
    assert "INVALID" in done.out
    assert "The same command with more goes on from here." in " ".join(done.out.split())
    assert sum((row["input_tokens"] + row["output_tokens"]) for row in rows) <= 1_020


def test_the_same_command_with_more_goes_on_in_the_same_folder(sorting, here, sorter, against):
    here(*command(sorter, against, "--max-tokens-total", "1000"))
    paid = len(sorter.requests)
    found = here(*command(sorter, against, "--json", "--max-tokens-total", "100000")).json()

    assert (found["calls_made"], found["calls_reused"]) == (150 - paid, paid)
    assert (found["missing"], found["stopped"]) == (0, None)
    assert len(sorting.runs()) == 1
    assert len(sorting.rows()) == len(sorter.requests) == 150


def test_junit_has_a_skipped_case_for_what_was_not_run(sorting, here, sorter, against):
    here(*command(sorter, against, "--max-tokens-total", "1000"))
    root = ET.parse(sorting.runs()[-1] / "junit.xml").getroot()

    skipped = root.findall(".//skipped")
    assert len(skipped) == 2
    assert "were not run, as the budget of 1,000" in skipped[0].attrib["message"].replace("\u00a0", " ")
    assert [suite.attrib["skipped"] for suite in root.findall("testsuite")] == ["0", "1", "1"]
    report = (sorting.runs()[-1] / "report.html").read_text()
    assert "were not run, as the budget of 1,000" in report.replace("\u00a0", " ").replace("&nbsp;", " ")


def test_the_suite_may_say_it_and_the_command_line_goes_before_it(sorting, here, sorter, against):
    suite = sorting.root / "suites/sort.yaml"
    suite.write_text(suite.read_text() + SUITE_WITH_BUDGET)
    first = here(*command(sorter, against, "--json")).json()
    second = here(*command(sorter, against, "--json", "--max-tokens-total", "100000")).json()

    assert first["stopped"].startswith("the budget of 400")
    assert second["missing"] == 0


def test_time_stops_a_run_that_waits_for_a_rate_limit(sorting, here, slow_sorter, against):
    found = here(*command(slow_sorter, against, "--json", "--max-time", "0.3s", "--concurrency", "4")).json()

    assert found["decision"] == "invalid"
    assert found["stopped"] == "the time of 0.3\u00a0s is over"
    assert found["duration_s"] < 2
    assert 0 < found["calls_made"] < 150


def test_a_price_that_is_not_known_is_refused_before_the_first_call(sorting, here, sorter, against):
    done = here(*command(sorter, against, "--max-cost", "1"))

    assert done.status == 2
    assert "a budget in money cannot be kept: the price of openai-compatible/m is unknown" in done.err
    assert sorter.requests == []
    assert not (sorting.root / ".assay/runs").exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--max-time", "soon"), "'soon' is not a time"),
        (("--max-cost", "much"), "'much' is not an amount"),
        (("--max-cost", "-1"), "'-1' is not an amount"),
    ],
)
def test_a_limit_that_is_none_is_refused(options, says, sorting, here, sorter, against):
    done = here(*command(sorter, against, *options))

    assert (done.status, sorter.requests) == (2, [])
    assert says in done.err
