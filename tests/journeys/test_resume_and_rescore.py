"""What is paid for is used again: by the next run, by other graders, by a run that was stopped."""

import re
import signal
import time
from itertools import product

import pytest

SAMPLES = 24
EVAL = ("eval", "suites/sort.yaml", "--json")


def calls(found: dict[str, object]) -> tuple[object, object]:
    return found["calls_made"], found["calls_reused"]


def change(desk, path: str, old: str, new: str) -> None:
    text = (desk.root / path).read_text("utf-8")
    assert old in text
    desk.write(path, text.replace(old, new))


def test_a_second_run_asks_for_nothing_and_comes_to_the_same(small, sorter, here, against):
    first = here(*EVAL, *against(sorter)).json()
    second = here(*EVAL, *against(sorter)).json()

    assert len(sorter.requests) == SAMPLES
    assert calls(first) == (SAMPLES, 0)
    assert calls(second) == (0, SAMPLES)
    assert second["run"] != first["run"]
    assert small.rows(small.runs()[0]) == small.rows(small.runs()[1])  # times too: they are those of the calls
    assert first["variants"] == second["variants"]
    assert first["comparison"] == second["comparison"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("  - choice\n", "  - {grader: contains, value: b}\n", id="another-grader"),
        pytest.param("  - choice\n", "  - {grader: choice, weight: 3}\n", id="a-weight"),
        pytest.param("margin: 0.02", "margin: 0.2", id="the-gate"),
        pytest.param("suite: desk.sort", "suite: desk.sorting", id="the-name"),
        pytest.param("concurrency: 8", "concurrency: 2", id="the-concurrency"),
    ],
)
def test_what_does_not_change_a_call_costs_no_call(old, new, small, sorter, here, against):
    here(*EVAL, *against(sorter))
    change(small, "suites/sort.yaml", old, new)
    found = here(*EVAL, *against(sorter)).json()

    assert calls(found) == (0, SAMPLES)
    assert len(sorter.requests) == SAMPLES


def test_another_grader_scores_anew(small, sorter, here, against):
    before = here(*EVAL, *against(sorter)).json()
    change(small, "suites/sort.yaml", "  - choice\n", "  - {grader: choice, value: billing}\n")
    after = here(*EVAL, *against(sorter)).json()

    assert before["variants"][1]["passed"] == 11  # of 12, all but number 0
    assert after["variants"][1]["passed"] == sum(
        row["output"] == "billing" for row in small.rows() if row["variant"] == "candidate"
    )


@pytest.mark.parametrize(
    ("path", "old", "new", "made"),
    [
        pytest.param("prompts/sort-2.prompt.md", "with care", "with great care", 12, id="one-prompt"),
        pytest.param("datasets/tickets.jsonl", "Ticket 7 is", "Ticket 7 was", 2, id="one-case"),
        pytest.param("datasets/tickets.jsonl", '"expected": "bug"', '"expected": "other"', 0, id="what-is-expected"),
        pytest.param("suites/sort.yaml", "1.prompt.md", "1.prompt.md\n    parameters: {seed: 2}", 12, id="a-parameter"),
    ],
)
def test_only_what_changed_is_asked_for(path, old, new, made, small, sorter, here, against):
    here(*EVAL, *against(sorter))
    change(small, path, old, new)
    found = here(*EVAL, *against(sorter)).json()

    assert calls(found) == (made, SAMPLES - made)
    assert len(sorter.requests) == SAMPLES + made


def test_another_model_is_asked_for_all(small, sorter, here, against):
    here(*EVAL, *against(sorter))
    found = here(*EVAL, "--model", "openai-compatible/other", "--base-url", sorter.base_url).json()

    assert calls(found) == (SAMPLES, 0)
    assert {row["model"] for row in small.rows()} == {"other"}


def test_fresh_pays_anew_each_time(small, sorter, here, against):
    for times in (1, 2, 3):
        found = here(*EVAL, "--fresh", *against(sorter)).json()

        assert calls(found) == (SAMPLES, 0)
        assert len(sorter.requests) == SAMPLES * times
    assert calls(here(*EVAL, *against(sorter)).json()) == (SAMPLES, 0)  # nor does a usual run take a fresh one's


def test_a_fresh_run_that_was_killed_goes_on_with_its_own_replies(sorting, slow_sorter, against):
    command = (*EVAL, "--fresh", *against(slow_sorter))
    process = sorting.start(*command)
    while len(slow_sorter.requests) < 60:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    found = sorting.assay(*command).json()

    assert len(sorting.runs()) == 1
    assert found["calls_made"] + found["calls_reused"] == 150
    assert found["calls_reused"] >= 60 - 8
    assert len(slow_sorter.requests) <= 150 + 8


def test_repeats_are_samples_of_their_own(small, sorter, here, against):
    one = here(*EVAL, *against(sorter)).json()
    three = here(*EVAL, "--repeats", "3", *against(sorter)).json()
    rows = small.rows()

    assert calls(one) == (SAMPLES, 0)
    assert calls(three) == (SAMPLES * 2, SAMPLES)  # the first of each three is there already
    assert three["repeats"] == 3
    assert [variant["n"] for variant in three["variants"]] == [36, 36]
    assert three["comparison"]["n"] == 12
    assert [(row["case"], row["repeat"], row["variant"]) for row in rows] == list(
        product([f"t-{n:03}" for n in range(12)], range(3), ("baseline", "candidate"))
    )
    assert len({row["sample"] for row in rows}) == len(rows)


def test_a_suite_may_ask_for_repeats_and_each_has_a_seed_of_its_own(small, sorter, here, against):
    change(small, "suites/sort.yaml", "concurrency: 8", "concurrency: 8\nrepeats: 2")
    found = here(*EVAL, "--seed", "7", *against(sorter)).json()

    assert found["repeats"] == 2
    assert sorted({request.body["seed"] for request in sorter.requests}) == [7, 8]


def test_the_same_words_in_two_cases_are_asked_for_once(small, sorter, here, against):
    text = (small.root / "datasets/tickets.jsonl").read_text("utf-8")
    small.write("datasets/tickets.jsonl", re.sub(r"Ticket \d+ is", "Ticket 1 is", text))
    found = here(*EVAL, *against(sorter)).json()

    assert len(sorter.requests) == 6  # three different tickets, two prompts
    assert calls(found) == (6, SAMPLES - 6)
    assert len(small.rows()) == SAMPLES


def test_a_store_that_is_gone_is_only_paid_for_again(small, sorter, here, against):
    here(*EVAL, *against(sorter))
    for path in (small.root / ".assay").glob("replies.db*"):
        path.unlink()
    found = here(*EVAL, *against(sorter)).json()

    assert calls(found) == (SAMPLES, 0)


def test_a_store_that_is_no_database_is_named(small, sorter, here, against):
    small.write(".assay/replies.db", "this is no database, and never was one " * 100)
    done = here(*EVAL, *against(sorter))

    assert done.status == 2
    assert "replies.db cannot be used" in done.err
    assert not sorter.requests
