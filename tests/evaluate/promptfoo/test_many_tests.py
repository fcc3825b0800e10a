"""Tests from a file of rows are streamed: planning twenty thousand holds none of them."""

import tracemalloc

from assay.evaluate.promptfoo.job import job_of
from assay.evaluate.promptfoo.selection import Selection
from assay.evaluate.promptfoo.suite import Flags, load

CONFIG = "prompts: ['{{q}}']\nproviders: [echo]\ntests: tests.csv\n"


def peak_bytes(folder, rows: int) -> int:
    (folder / "promptfooconfig.yaml").write_text(CONFIG, "utf-8")
    with (folder / "tests.csv").open("w", encoding="utf-8") as handle:
        handle.write("q,__expected\n")
        handle.writelines(f"question {i},contains:question\n" for i in range(rows))
    loaded = load([folder / "promptfooconfig.yaml"], folder, {}, Flags(), Selection())
    tracemalloc.start()
    job = job_of(loaded, loaded.selection)
    count = sum(1 for _ in job.samples())
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == job.total == rows
    return found


def test_memory_does_not_grow_with_the_tests(tmp_path):
    few = peak_bytes(tmp_path, 500)

    assert peak_bytes(tmp_path, 5_000) < few + 600_000
