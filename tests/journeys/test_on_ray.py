"""A suite on a Ray cluster comes to what it comes to in one process, also when a worker or the command is killed."""

import json
import os
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from assay.testing.fake_provider import FakeProvider

pytest.importorskip("ray")

CASES = 40
ON_RAY = ("eval", "suites/sort.yaml", "--json", "--on", "ray", "--workers", "2", "--shard-size", "10")
OF_THE_CLOCK = {"latency_ms", "first_token_ms", "at_utc"}
OF_THE_RUN = {"run", "started_utc", "finished_utc", "duration_s"}
OF_A_VARIANT = {"latency_p50_ms", "latency_p95_ms"}


def timeless(found: dict[str, object]) -> dict[str, object]:
    """What ``assay eval --json`` printed, without what the clock had a part in."""
    kept = {key: value for key, value in found.items() if key not in OF_THE_RUN}
    kept["variants"] = [{k: v for k, v in one.items() if k not in OF_A_VARIANT} for one in found["variants"]]
    return kept


def rows_of(desk) -> list[dict[str, object]]:
    return [{k: v for k, v in row.items() if k not in OF_THE_CLOCK} for row in desk.rows()]


def workers_below(pid: int) -> list[int]:
    """The processes of shard workers that belong to a command: Ray gives them a name of their own."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if b"ShardWorker" in (entry / "cmdline").read_bytes() and descends(int(entry.name), pid):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def descends(pid: int, ancestor: int) -> bool:
    while pid > 1:
        if pid == ancestor:
            return True
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return False


def wait_for(reached, *, limit_s: float = 60) -> None:
    ends_s = time.monotonic() + limit_s
    while not reached():
        assert time.monotonic() < ends_s, "it takes too long"
        time.sleep(0.01)


def test_killing_a_worker_in_the_middle_changes_nothing_but_time(make_desk, slow_sorter: FakeProvider, against):
    near, far = make_desk("near", cases=CASES), make_desk("far", cases=CASES)
    here = near.assay("eval", "suites/sort.yaml", "--json", *against(slow_sorter))
    asked_here = len(slow_sorter.requests)
    process = far.start(*ON_RAY, *against(slow_sorter))
    wait_for(lambda: len(slow_sorter.requests) >= asked_here + 25)
    (first, *_) = workers_below(process.pid)
    os.kill(first, signal.SIGKILL)
    out, err = process.communicate(timeout=120)

    assert process.returncode == here.status, err
    assert timeless(json.loads(out)) == timeless(here.json())
    assert rows_of(far) == rows_of(near)
    assert asked_here == 2 * CASES
    # What the dead worker had read is not paid for again; what was under way is sent once more, under the same key.
    asked = Counter(request.headers["idempotency-key"] for request in slow_sorter.requests[asked_here:])
    assert set(asked) == {row["sample"] for row in far.rows()}
    assert sum(asked.values()) <= 2 * CASES + 8
    assert not (far.runs()[-1] / "shards").exists()


def test_the_command_killed_goes_on_from_the_shards_that_are_done(make_desk, slow_sorter: FakeProvider, against):
    sorting = make_desk("far", cases=CASES)
    command = (*ON_RAY, *against(slow_sorter))
    process = sorting.start(*command)
    wait_for(lambda: len(list(sorting.root.glob(".assay/runs/*/shards/*.jsonl"))) >= 2)
    process.kill()
    process.communicate(timeout=60)
    done = sorting.assay(*command)

    assert len(sorting.runs()) == 1
    assert len(sorting.rows()) == 2 * CASES
    assert done.json()["calls_made"] + done.json()["calls_reused"] == 2 * CASES
    assert len(slow_sorter.requests) <= 2 * CASES + 16


def test_a_cluster_that_is_not_there_is_said_in_a_sentence(small, sorter, against):
    done = small.assay(*ON_RAY, "--ray-address", "127.0.0.1:1", *against(sorter), status=2)

    assert "the Ray cluster 127.0.0.1:1 cannot be reached" in done.err


def test_an_option_of_a_cluster_needs_a_cluster(small, here):
    done = here("eval", "suites/sort.yaml", "--workers", "3")

    assert done.status == 2
    assert "--workers is for a cluster" in done.err
