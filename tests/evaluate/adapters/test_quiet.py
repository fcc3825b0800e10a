"""What other tools print is kept off the streams of the process, and the streams are put back whoever ends first."""

import asyncio
import sys
import threading

from assay.evaluate.adapters.quiet import quietly


def test_what_is_printed_is_dropped_and_the_result_returned(capsys):
    found = quietly(lambda: print("noise") or sys.stderr.write("more noise") or 3)
    print("data")

    assert found in {3, len("more noise")}
    assert capsys.readouterr() == ("data\n", "")


async def test_threads_that_overlap_leave_the_streams_as_they_were(capsys):
    before, entered, leave = (sys.stdout, sys.stderr), threading.Barrier(3), [threading.Event() for _ in range(2)]

    def work(number: int) -> None:
        print("noise")
        entered.wait(5)
        leave[number].wait(5)
        print("noise")

    running = [asyncio.create_task(asyncio.to_thread(quietly, lambda n=n: work(n))) for n in range(2)]
    await asyncio.to_thread(entered.wait, 5)
    print("progress")
    for number in range(2):  # the one that entered first leaves first
        leave[number].set()
        await running[number]

    assert (sys.stdout, sys.stderr) == before
    assert capsys.readouterr() == ("progress\n", "")
