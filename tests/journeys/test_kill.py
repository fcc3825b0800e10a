"""``kill -9`` at any moment of an eval, then the same command again: nothing lost, nothing paid for twice."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from assay.testing.fake_provider import FakeProvider

SAMPLES = 150
CONCURRENCY = 8
OF_THE_CLOCK = {"latency_ms", "first_token_ms", "at_utc"}
OF_THE_RUN = {"run", "started_utc", "finished_utc", "duration_s", "calls_made", "calls_reused"}
OF_A_VARIANT = {"latency_p50_ms", "latency_p95_ms"}


def kept(desk, tmp_path: Path) -> set[str]:
    """The addresses in the store of replies, read from a copy, so that the next run finds what the kill left."""
    copy = tmp_path / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for name in ("replies.db", "replies.db-wal"):
        if (desk.root / ".assay" / name).exists():
            shutil.copy(desk.root / ".assay" / name, copy / name)
    connection = sqlite3.connect(copy / "replies.db")
    try:
        return {row[0].hex() for row in connection.execute("SELECT address FROM replies")}
    except sqlite3.OperationalError:
        return set()  # killed before there was a table
    finally:
        connection.close()


def asked(fake: FakeProvider) -> list[str]:
    """The address of each request that came; the key that names a call is its address."""
    return [request.headers["idempotency-key"] for request in fake.requests]


def wait_until(process: "subprocess.Popen[str]", reached: Callable[[], bool]) -> None:
    """Until that is so, or the process has ended."""
    ends_s = time.monotonic() + 60
    while not reached() and process.poll() is None:
        assert time.monotonic() < ends_s, "it takes too long"
        time.sleep(0.001)


def wait_for(reached: Callable[[], bool]) -> None:
    """Until that is so."""
    ends_s = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < ends_s, "it takes too long"
        time.sleep(0.001)


def kill(process: "subprocess.Popen[str]", number: int = signal.SIGKILL) -> tuple[int, str, str]:
    """Send the signal, and wait for the end: the status and what was printed."""
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def same_every_time(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{key: value for key, value in row.items() if key not in OF_THE_CLOCK} for row in rows]


def outcome(summary: dict[str, object]) -> dict[str, object]:
    """What a run came to, without what differs from one time to the next."""
    found = {key: value for key, value in summary.items() if key not in OF_THE_RUN}
    found["variants"] = [{k: v for k, v in variant.items() if k not in OF_A_VARIANT} for variant in found["variants"]]
    return found


def plan_order(rows: list[dict[str, object]]) -> list[tuple[object, object, object]]:
    return [(row["case"], row["repeat"], row["variant"]) for row in rows]


PLANNED = [(f"t-{n:03}", 0, variant) for n in range(SAMPLES // 2) for variant in ("baseline", "candidate")]


def test_a_run_that_is_killed_again_and_again_comes_to_what_it_would_have_come_to(
    sorting, make_desk, slow_sorter, tmp_path, against
):
    chance = random.Random(20_117)
    command = ("eval", "suites/sort.yaml", "--json", *against(slow_sorter))
    kills: list[tuple[int, set[str]]] = []  # how many requests had come, and what the store had
    for turn in range(9):
        begun = len(slow_sorter.requests)
        more = 0 if turn == 0 else chance.randint(1, 28)  # the first dies before it has asked for anything
        process = sorting.start(*command)
        wait_until(process, lambda begun=begun, more=more: len(slow_sorter.requests) >= begun + more)
        time.sleep(chance.uniform(0, 0.5 if more == 0 else 0.035))
        status, _, _ = kill(process)
        assert status == -signal.SIGKILL
        wait_for(lambda: slow_sorter.open_connections == 0)  # all that the dead one had sent has come
        kills.append((len(slow_sorter.requests), kept(sorting, tmp_path)))
    done = sorting.assay(*command)
    found = done.json()

    rows = sorting.rows()
    assert plan_order(rows) == PLANNED
    assert len(sorting.runs()) == 1
    assert found["calls_made"] + found["calls_reused"] == SAMPLES
    assert found["calls_reused"] == len(kills[-1][1])

    # Nothing that the store had at a kill was asked for again, and no more than what was under way was.
    addresses = asked(slow_sorter)
    for begun, stored in kills:
        assert not stored & set(addresses[begun:])
    assert len(addresses) <= SAMPLES + CONCURRENCY * len(kills)
    assert set(addresses) == {row["sample"] for row in rows}
    for address, times in Counter(addresses).items():
        places = [place for place, one in enumerate(addresses) if one == address]
        between = [any(first < begun <= again for begun, _ in kills) for first, again in pairwise(places)]
        assert all(between), f"{address} was asked for {times} times, and not because of a kill"

    calm = make_desk("calm", cases=SAMPLES // 2)
    undisturbed = calm.assay(*command)
    assert same_every_time(calm.rows()) == same_every_time(rows)
    assert outcome(undisturbed.json()) == outcome(found)
    assert undisturbed.status == done.status


def test_a_run_that_is_killed_after_its_last_reply_pays_for_nothing_more(sorting, sorter, tmp_path, against):
    command = ("eval", "suites/sort.yaml", "--json", *against(sorter))
    process = sorting.start(*command)
    wait_until(process, lambda: len(sorter.requests) == SAMPLES)
    wait_until(process, lambda: len(kept(sorting, tmp_path)) == SAMPLES)
    status, _, _ = kill(process)
    (folder,) = sorting.runs()
    unfinished = not (folder / "summary.json").exists()
    found = sorting.assay(*command).json()

    assert status == -signal.SIGKILL
    assert unfinished
    assert len(sorter.requests) == SAMPLES
    assert (found["calls_made"], found["calls_reused"]) == (0, SAMPLES)
    assert sorting.runs() == [folder]
    assert plan_order(sorting.rows()) == PLANNED


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "json"])
def test_interrupting_it_says_so_in_a_sentence_and_the_same_command_goes_on(options, sorting, slow_sorter, against):
    command = ("eval", "suites/sort.yaml", *options, *against(slow_sorter))
    process = sorting.start(*command)
    wait_until(process, lambda: len(slow_sorter.requests) >= 40)
    status, out, err = kill(process, signal.SIGINT)
    paid = len(slow_sorter.requests)
    sorting.assay(*command)

    assert status == 130
    assert out == ""
    assert err.endswith("the same command goes on from there\n")
    said = [line for line in err.splitlines() if line]
    assert len(said) == (1 if options else 2)  # how far it was, where progress is shown, and the sentence
    assert "Traceback" not in err
    assert len(slow_sorter.requests) <= SAMPLES + CONCURRENCY
    assert paid < SAMPLES
    assert plan_order(sorting.rows()) == PLANNED


@pytest.mark.parametrize(
    "junk",
    [
        pytest.param(b'{"sample": "abc", "case": "t-0', id="torn-line"),
        pytest.param(b"\x00" * 4096, id="zeros"),
    ],
)
def test_what_a_crash_left_at_the_end_of_the_rows_is_gone_after_the_next_run(junk, sorting, slow_sorter, against):
    command = ("eval", "suites/sort.yaml", "--json", *against(slow_sorter))
    process = sorting.start(*command)
    wait_until(process, lambda: len(slow_sorter.requests) >= 60)
    kill(process)
    with (sorting.runs()[-1] / "samples.jsonl").open("ab") as handle:
        handle.write(junk)
    sorting.assay(*command)

    assert len(sorting.runs()) == 1
    assert plan_order(sorting.rows()) == PLANNED


def test_a_store_that_lost_its_last_writes_to_a_power_cut_is_asked_for_those_alone(
    sorting, slow_sorter, tmp_path, against
):
    command = ("eval", "suites/sort.yaml", "--json", *against(slow_sorter))
    process = sorting.start(*command)
    wait_until(process, lambda: len(slow_sorter.requests) >= 100)
    kill(process)
    log = sorting.root / ".assay" / "replies.db-wal"
    os.truncate(log, log.stat().st_size * 2 // 3)
    left, before = kept(sorting, tmp_path), len(slow_sorter.requests)
    found = sorting.assay(*command).json()

    assert 0 < len(left) < 100
    assert not left & set(asked(slow_sorter)[before:])
    assert (found["calls_made"], found["calls_reused"]) == (SAMPLES - len(left), len(left))
    assert plan_order(sorting.rows()) == PLANNED


def test_two_runs_of_the_same_suite_at_once_do_not_share_a_folder(small, slow_sorter, against):
    command = ("eval", "suites/sort.yaml", "--json", *against(slow_sorter))
    processes = [small.start(*command) for _ in range(2)]
    ended = [process.communicate(timeout=60) for process in processes]

    assert "Traceback" not in ended[0][1] + ended[1][1]
    assert len(small.runs()) == 2
    assert [len(small.rows(run)) for run in small.runs()] == [24, 24]
