"""A person plans a suite before paying: without a run, with one, and for another model; and lint says the same."""

import json

import pytest


def test_before_the_first_run_it_says_what_it_assumes(sorting, here):
    done = here("plan", "suites/sort.yaml")
    found = here("plan", "suites/sort.yaml", "--json").json()

    assert done.status == 1
    assert "an assumption, as the suite has not been run: 10 % of cases flip" in " ".join(done.out.split())
    assert "too few cases" in done.out
    assert found["margins"][0]["needed"] == 1578
    assert found["least"] is None
    assert [size["is_now"] for size in found["sizes"]].count(True) == 1


def test_after_a_run_it_knows_what_varies_and_what_it_takes(sorting, here, sorter, against):
    here("eval", "suites/sort.yaml", *against(sorter))
    found = here("plan", "suites/sort.yaml", "--json", *against(sorter)).json()

    flips = found["margins"][0]["flips"]
    wrong = {n for n in range(75) if n % 5 == 0} ^ {n for n in range(75) if n % 20 == 0}
    assert flips == pytest.approx((len(wrong) + 1) / 77, abs=1e-5)
    assert found["source"].endswith("75 cases")
    assert found["least"]["cases"] == 75
    assert found["least"]["always_pass"] + found["least"]["never_pass"] == 75 - len(wrong)
    assert found["sizes"][0]["time_s"] is not None


def test_the_price_is_that_of_the_model_that_is_named(sorting, here, sorter, against):
    here("eval", "suites/sort.yaml", *against(sorter))
    cheap = here("plan", "suites/sort.yaml", "--json", "--model", "openai/gpt-4o-mini").json()
    dear = here("plan", "suites/sort.yaml", "--json", "--model", "openai/gpt-4o").json()

    costs = [float(next(s for s in found["sizes"] if s["is_now"])["cost_usd"]) for found in (cheap, dear)]
    assert 0 < costs[0] < costs[1]
    assert cheap["sizes"][0]["time_s"] is None  # how fast that model is, nobody has measured


def test_a_least_rate_takes_so_many_cases(sorting, here, sorter, against):
    text = (sorting.root / "suites/sort.yaml").read_text() + "  at_least: {baseline: 0.7, candidate: 0.99}\n"
    sorting.write("suites/sort.yaml", text)
    before = here("plan", "suites/sort.yaml", "--json").json()["rates"]
    here("eval", "suites/sort.yaml", *against(sorter))
    after, told = here("plan", "suites/sort.yaml", "--json").json()["rates"], here("plan", "suites/sort.yaml")

    assert [(one["rate"], one["seen"]) for one in before] == [(0.85, False), (0.995, False)]
    assert (after[0]["rate"], after[0]["needed"]) == (0.8, 119)
    assert after[1]["needed"] is None
    assert "no number of cases shows that it is" in " ".join(told.out.split())


def test_the_source_names_the_run_and_what_it_compared(sorting, here, sorter, against):
    here("eval", "suites/sort.yaml", *against(sorter))
    found = here("plan", "suites/sort.yaml", "--json").json()

    run = sorting.runs()[-1].name
    told = f"the run {run} of candidate (desk.sort 1.1.0) against baseline (desk.sort 1.0.0), 75 cases"
    assert found["source"] == told


def test_a_pilot_of_another_suite_and_other_cases_is_refused(sorting, here, sorter, against):
    here("eval", "suites/sort.yaml", *against(sorter))
    text = (sorting.root / "suites/sort.yaml").read_text().replace("suite: desk.sort", "suite: desk.later")
    sorting.write("suites/later.yaml", text)
    alike = here("plan", "suites/later.yaml", "--pilot", "last", "--json")
    cases = (sorting.root / "datasets/tickets.jsonl").read_text().splitlines(keepends=True)
    sorting.write("datasets/other.jsonl", "".join(cases[1:]))
    sorting.write("suites/later.yaml", text.replace("tickets.jsonl", "other.jsonl"))
    foreign = here("plan", "suites/later.yaml", "--pilot", "last")

    assert alike.json()["source"].startswith("the run ")
    assert foreign.status == 2
    assert "is of the suite desk.sort, over other datasets than those of desk.later" in foreign.err


@pytest.mark.parametrize(
    ("rule", "enough", "status"), [("", False, 1), (", unpowered: told", False, 0), (", MARGIN", True, 0)]
)
def test_the_smallest_slice_is_planned_for(sorting, here, rule, enough, status):
    margin = 0.9 if "MARGIN" in rule else 0.1
    rule = rule.replace(", MARGIN", "")
    text = (sorting.root / "suites/sort.yaml").read_text().replace("margin: 0.02", "margin: 0.9")
    text += f"  slices: {{tags: [parity], margin: {margin}{rule}}}\n"
    sorting.write("suites/sort.yaml", text + "  metrics: [{metric: latency_ms, ratio: 1.2}]\n")
    told = here("plan", "suites/sort.yaml")
    found = here("plan", "suites/sort.yaml", "--json").json()

    (one,) = found["slices"]
    assert (one["slices"], one["smallest"], one["cases"], one["enough"]) == (2, "parity=odd", 37, enough)
    assert told.status == status
    text = " ".join(told.out.split())
    assert "pass rate in slices: 2 slices are looked at too, by parity" in text
    assert f"takes about {one['needed']:,} cases; the smallest, parity=odd, has 37" in text
    assert found["unplanned"] == ["ratio of latency_ms"]
    assert "Not planned for: ratio of latency_ms." in text


def test_an_assumption_may_be_said(sorting, here):
    found = here("plan", "suites/sort.yaml", "--discordant", "0.02", "--json").json()

    assert found["source"] == "what was said: 2 % of cases flip"
    assert found["margins"][0]["needed"] < 500


def test_lint_tells_a_suite_that_it_cannot_see_its_margin(sorting, here):
    everything = here("lint", "--json").json()
    alone = here("lint", "suites/sort.yaml")
    sarif = here("lint", "suites", "--sarif").json()

    assert "margin-not-visible" in {finding["rule"] for finding in everything}
    assert "suites/sort.yaml:13: warning the gate calls a loss of 2 points in pass" in alone.out
    assert alone.status == 0
    assert sarif["runs"][0]["tool"]["driver"]["rules"][0]["id"] == "margin-not-visible"


def test_a_suite_that_cannot_be_opened_is_a_finding(sorting, here):
    sorting.write("suites/broken.yaml", "suite: x\ndatasets: [nothing.jsonl]\nvariants: [desk.sort]\n")
    done = here("lint", "suites/broken.yaml", "--json")

    assert done.status == 1
    assert json.loads(done.out)[0]["rule"] == "suite-unreadable"


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("suites/nothing.yaml",), "nothing.yaml"),
        (("suites/bare.yaml",), "has no gate that concludes from cases"),
        (("suites/sort.yaml", "--pilot", "last"), "there is no finished run"),
    ],
)
def test_mistakes_get_a_sentence(sorting, here, arguments, what):
    sorting.write("suites/bare.yaml", (sorting.root / "suites/sort.yaml").read_text().partition("gate:")[0])
    done = here("plan", *arguments)

    assert done.status == 2
    assert what in done.err
