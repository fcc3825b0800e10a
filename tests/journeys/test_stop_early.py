"""A person lets a run end once its gate is decided: calls are saved, the record replays, a kill loses nothing."""

import time

import pytest

from assay.testing.fake_provider import FakeProvider

MANY = 700


@pytest.fixture
def many(make_desk):
    """The project that sorts tickets, with 700 of them and a gate that may be decided early."""
    desk = make_desk("many", cases=MANY)
    text = (desk.root / "suites/sort.yaml").read_text().replace("margin: 0.02", "margin: 0.1")
    desk.write("suites/sort.yaml", text)
    return desk


@pytest.fixture
def there(many, here, monkeypatch):
    monkeypatch.chdir(many.root)
    return here


def test_calls_are_saved_and_the_decision_replays_to_the_same_bytes(many, there, sorter, against):
    done = there("eval", "suites/sort.yaml", "--stop-early", "--json", *against(sorter)).json()
    replayed = there("gate", "last")
    again = there("eval", "suites/sort.yaml", "--stop-early", "--json", *against(sorter)).json()

    assert done["decision"] == "pass"
    assert done["early"]["cases"] < MANY
    assert done["early"]["samples_saved"] == 2 * MANY - len(sorter.requests)
    assert done["early"]["samples_saved"] > MANY
    assert len(many.rows()) == 2 * done["early"]["cases"]
    assert "The same bytes" in replayed.out
    assert (again["gate"], again["calls_made"]) == (done["gate"], 0)


def test_the_order_is_random_and_the_same_each_time(many, there, sorter, against):
    there("eval", "suites/sort.yaml", "--stop-early", *against(sorter))
    first = [row["case"] for row in many.rows()]
    there("eval", "suites/sort.yaml", "--stop-early", "--fresh", *against(sorter))

    assert first != sorted(first)
    assert [row["case"] for row in many.rows()][: len(first)] == first


def test_people_are_told_what_was_saved(many, there, sorter, against):
    done = there("eval", "suites/sort.yaml", "--stop-early", *against(sorter))

    assert "Decided after" in done.out
    assert "watched all along" in " ".join(done.out.split())


def test_a_run_that_is_not_decided_runs_to_its_end(small, here, sorter, against):
    done = here("eval", "suites/sort.yaml", "--stop-early", "--json", *against(sorter)).json()

    assert done["decision"] == "inconclusive"
    assert done["early"] is None
    assert sum(variant["n"] for variant in done["variants"]) == 24


def test_a_run_that_was_killed_goes_on_in_the_same_order(many, against):
    command = ("eval", "suites/sort.yaml", "--stop-early", "--json")
    with FakeProvider(lambda body: "billing", latency_s=0.02) as fake:
        process = many.start(*command, *against(fake))
        while len(fake.requests) < 40 and process.poll() is None:
            time.sleep(0.01)
        process.kill()
        process.communicate(timeout=20)
        done = many.assay(*command, *against(fake)).json()

    assert len(many.runs()) == 1
    assert done["calls_reused"] >= 20
    assert done["decision"] == "pass"  # both always say the same: never worse


def test_a_gate_that_takes_all_cases_is_refused(small, here):
    text = (small.root / "suites/sort.yaml").read_text() + "  slices: {tags: [parity], margin: 0.1}\n"
    small.write("suites/sort.yaml", text)
    done = here("eval", "suites/sort.yaml", "--stop-early")

    assert done.status == 2
    assert "cannot be watched: its rules include slices" in done.err
