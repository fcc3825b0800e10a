"""A provider that fails in every way at once, and processes that die: each sample ends in a result or in an error."""

import json
import os
import random
import signal
import time
from collections import Counter

import pytest

from assay.testing.fake_provider import FakeProvider

FAULTS = {"429": 0.05, "500": 0.02, "drop": 0.02, "stall": 0.01, "garbage": 0.01}
CODES = {"model.provider_failed", "model.hung_up", "model.timed_out", "model.malformed", "model.connection_broke"}


def sorted_by(body):
    return body["messages"][-1]["content"].rpartition(" ")[2].rstrip(".")


@pytest.fixture
def faulty():
    """A provider with every fault."""
    with FakeProvider(sorted_by, latency_s=0.005, rates=FAULTS, seed=7) as fake:
        yield fake


@pytest.fixture
def many(make_desk):
    """A thousand samples, in a project whose calls are soon given up."""
    desk = make_desk("many", cases=500)
    desk.environ |= {"ASSAY_MODELS_TIMEOUT_S": "0.5"}
    return desk


def command(fake, against, *more):
    return ("eval", "suites/sort.yaml", "--json", "--concurrency", "64", *more, *against(fake))


def whole(rows):
    """Each planned sample once, in plan order."""
    planned = [(f"t-{n:03}", variant) for n in range(500) for variant in ("baseline", "candidate")]
    return [(row["case"], row["variant"]) for row in rows] == planned


def test_every_sample_ends_in_a_result_where_there_are_attempts_enough(many, faulty, against):
    found = many.assay(*command(faulty, against)).json()
    rows = many.rows()

    assert whole(rows)
    assert Counter(row["status"] for row in rows) == {"passed": 1_000}
    assert found["calls_made"] == 1_000
    asked = Counter(request.headers["idempotency-key"] for request in faulty.requests)
    assert set(asked) == {row["sample"] for row in rows}
    # No request but those that were sent for a sample, and none of them for a sample that had been answered.
    assert sum(row["attempts"] for row in rows) <= len(faulty.requests)


def test_where_attempts_are_used_up_the_error_is_explicit_and_counts_in_the_rate(many, faulty, against):
    many.environ |= {"ASSAY_MODELS_MAX_ATTEMPTS": "1"}
    done = many.assay(*command(faulty, against))
    rows, variants = many.rows(), done.json()["variants"]

    assert done.status == 3
    assert whole(rows)
    errors = [row for row in rows if row["status"] == "error"]
    drawn = [row for row in errors if row["error"]["code"] != "model.timed_out"]  # a slow machine has more of those
    assert 25 <= len(drawn) <= 90
    assert len(drawn) < len(errors)
    assert {row["error"]["code"] for row in errors} <= CODES  # and never a rate limit
    for variant in variants:
        own = [row for row in rows if row["variant"] == variant["name"]]
        passed = sum(row["status"] == "passed" for row in own)
        assert (variant["n"], variant["passed"]) == (500, passed)
        assert variant["errors"] == sum(row["status"] == "error" for row in own) > 0
        assert variant["pass_rate"] == pytest.approx(passed / 500)


def test_killed_in_the_middle_of_it_all_and_taken_up_again(many, faulty, against):
    chance = random.Random(3)
    for turn in range(3):
        process = many.start(*command(faulty, against))
        enough = len(faulty.requests) + chance.randint(50, 250)
        ends_s = time.monotonic() + 60
        while len(faulty.requests) < enough and process.poll() is None and time.monotonic() < ends_s:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL, f"it ended by itself in turn {turn}"
    found = many.assay(*command(faulty, against)).json()
    rows = many.rows()

    assert whole(rows)
    assert Counter(row["status"] for row in rows) == {"passed": 1_000}
    assert found["calls_made"] + found["calls_reused"] == 1_000
    assert found["calls_reused"] > 50
    assert len(many.runs()) == 1


GRADER = """\
import os, pathlib, time

def grade(case, reply):
    pathlib.Path("pids").mkdir(exist_ok=True)
    pathlib.Path("pids", str(os.getpid())).touch()
    time.sleep(0.02)
    return True
"""


def test_a_python_worker_that_is_killed_costs_one_verdict_and_the_run_goes_on(small, sorter, against):
    small.write("graders/own.py", GRADER)
    suite = small.root / "suites/sort.yaml"
    suite.write_text(
        suite.read_text().replace("  - choice\n", "  - {grader: python, function: '../graders/own.py:grade'}\n")
    )
    process = small.start("eval", "suites/sort.yaml", "--json", *against(sorter))
    killed, ends_s = set(), time.monotonic() + 60
    while len(killed) < 2 and process.poll() is None and time.monotonic() < ends_s:
        folder = small.root / "pids"
        for pid in {path.name for path in folder.glob("*")} - killed if folder.exists() else ():
            os.kill(int(pid), signal.SIGKILL)
            killed.add(pid)
            if len(killed) == 2:
                break
    out, err = process.communicate(timeout=60)
    rows = small.rows()

    assert len(rows) == 24
    assert "Traceback" not in err
    errors = [row["error"] for row in rows if row["status"] == "error"]
    assert {error["code"] for error in errors} <= {"grader.crashed"}
    assert len(errors) <= 2
    assert json.loads(out)["variants"][0]["n"] == 12


@pytest.mark.model
def test_the_embedded_model_killed_in_the_middle_of_a_run_is_started_again(desk, here):
    cases = [{"id": f"c{n}", "inputs": {"q": f"Say {n}."}} for n in range(8)]
    desk.write("prompts/p.prompt.md", "---\nprompt: a\ninputs: {q: string}\n---\nuser:\n{{ q }}\n")
    desk.write("datasets/d.jsonl", "".join(json.dumps(case) + "\n" for case in cases))
    desk.write("suites/s.yaml", "suite: a\ndatasets: [../datasets/d.jsonl]\nvariants: [../prompts/p.prompt.md]\n")
    process = desk.start("eval", "suites/s.yaml", "--json", "--max-tokens", "24")
    log, ends_s = desk.root / ".assay" / "replies.db-wal", time.monotonic() + 90
    while not (log.exists() and log.stat().st_size > 20_000) and process.poll() is None:  # a few replies
        assert time.monotonic() < ends_s
        time.sleep(0.01)
    (running,) = here("models", "status", "--json").json()
    os.kill(running["pid"], signal.SIGKILL)
    _, err = process.communicate(timeout=90)
    rows = desk.rows()

    assert "Traceback" not in err
    assert [row["case"] for row in rows] == [case["id"] for case in cases]
    assert {row["status"] for row in rows} <= {"passed", "failed"}
    assert sum(row["attempts"] for row in rows) > len(rows)
