"""The HTML report of a large run: what it takes to write it, and how quick it is in a browser.

A made-up run of two variants whose texts are drawn from a vocabulary, about 1.4 kB a sample, is written as a report
and opened in headless Chromium from disk, several times, each in a new browser. Times are medians; those of the page
are on the clock, from the start of the navigation, or from an input to the frame that shows what it came to::

    python benchmarks/report.py                  1,000 and 50,000 samples
    python benchmarks/report.py --rounds 9
"""

import argparse
import random
import re
import shutil
import statistics
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from playwright.sync_api import Page, sync_playwright

from assay.evaluate.report_html import write_report
from assay.evaluate.summary import Summary
from assay.evaluate.types import SampleRow
from assay.testing.example_run import example_rows, summarise

SIZES = (1_000, 50_000)
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
NEEDLE = "needle in the haystack"
SYLLABLES = ("ka", "lo", "mi", "ter", "on", "su", "ben", "ra", "di", "vel", "pos", "ing", "er", "qua", "st", "u")

# From an input to the end of the frame after the one that shows it.
SHOWN = """(act) => new Promise((done) => {
  const start = performance.now();
  act();
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
})"""
FILTER = f"""(value) => ({SHOWN})(() => {{
  const select = document.forms.filter.elements.outcome;
  select.value = value;
  select.dispatchEvent(new Event("input", {{ bubbles: true }}));
}})"""
SLICE = FILTER.replace("elements.outcome", "elements.slice")
SORT = f"(name) => ({SHOWN})(() => document.querySelector(`[data-sort=${{name}}]`).click())"
END = f"""() => ({SHOWN})(() => {{
  const grid = document.getElementById("grid");
  grid.scrollTop = grid.scrollHeight;
}})"""
SEARCH = """(value) => new Promise((done) => {
  const { text } = document.forms.filter.elements, said = document.getElementById("matching");
  const start = performance.now();
  text.value = value;
  text.dispatchEvent(new Event("input", { bubbles: true }));
  const since = () => performance.now() - start, first = since();
  const look = () => (said.textContent.includes("searching") ? setTimeout(look, 2) : done([first, since()]));
  setTimeout(look);
})"""
OPEN = """() => new Promise((done) => {
  const start = performance.now(), panel = document.getElementById("detail");
  new MutationObserver(() => done(performance.now() - start)).observe(panel, { childList: true });
  document.querySelector(".lines .line:not([hidden])").click();
})"""


@dataclass
class Taken:
    """What was measured of one size."""

    figures: dict[str, list[float]] = field(default_factory=dict)

    def note(self, name: str, value: float) -> None:
        self.figures.setdefault(name, []).append(value)

    def median(self, name: str) -> float:
        return statistics.median(self.figures[name])


def rows(samples: int) -> Iterator[SampleRow]:
    """The run's rows, the same each time; one in five hundred holds the words that are searched for."""
    chance = random.Random(7)
    words = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 3))) for _ in range(4_000)]

    def prose(n: int) -> str:
        return " ".join(chance.choices(words, k=n))

    for number, row in enumerate(example_rows(samples // 2)):
        tail = NEEDLE if number % 500 == 7 else ""
        output = f"{row.expected if row.status == 'passed' else prose(1)}: {prose(40)} {tail}"
        yield msgspec.structs.replace(row, output=output, inputs={"ticket": prose(50), "customer": {"plan": "plus"}})


def write(summary: Summary, samples: Path, path: Path, taken: Taken) -> None:
    """Write the report from its file of rows: once for the time, once for the memory."""
    with samples.open("rb") as lines:
        began = time.process_time()
        write_report(summary, lines, path, rows=1_000_000)
        taken.note("write_s", time.process_time() - began)
    taken.note("mib", path.stat().st_size / 2**20)


def memory_mib(summary: Summary, samples: Path, path: Path) -> float:
    """The most that Python held while it wrote the report."""
    tracemalloc.start()
    with samples.open("rb") as lines:
        write_report(summary, lines, path, rows=1_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20


def look(page: Page, path: Path, taken: Taken) -> None:
    """Open the report and use it."""
    page.goto(path.as_uri())
    page.locator("#explorer .lines .line").first.wait_for()
    taken.note("first_row", page.evaluate("performance.getEntriesByName('assay-first-row')[0].startTime"))
    taken.note("first_paint", page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
    for value in ("failed", "", "passed", ""):
        taken.note("filter", page.evaluate(FILTER, value))
    for value in ("severity:critical", ""):
        taken.note("slice", page.evaluate(SLICE, value))
    for name in ("case", "latency"):
        taken.note(f"sort_{name}", page.evaluate(SORT, name))
    first, whole = page.evaluate(SEARCH, NEEDLE)
    taken.note("search_first", first)
    taken.note("search_whole", whole)
    taken.note("search_narrower", page.evaluate(SEARCH, f"{NEEDLE}s")[1])
    page.evaluate(SEARCH, "")
    taken.note("scroll", page.evaluate(END))
    page.evaluate("() => { document.getElementById('grid').scrollTop = 0; }")
    page.wait_for_timeout(50)
    taken.note("open", page.evaluate(OPEN))
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    taken.note("process_mib", page_memory_mib(page))
    taken.note("heap_mib", session.send("Runtime.getHeapUsage")["usedSize"] / 2**20)


def page_memory_mib(page: Page) -> float:
    """What the process of the page holds, of what it shares with others its part."""
    session = page.context.browser.new_browser_cdp_session()
    held = []
    for process in session.send("SystemInfo.getProcessInfo")["processInfo"]:
        if process["type"] == "renderer":
            text = Path(f"/proc/{process['id']}/smaps_rollup").read_text("ascii")
            held.append(int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)[1]) / 1024)
    return max(held)


def measure(samples: int, rounds: int, folder: Path, chromium: str) -> Taken:
    taken = Taken()
    lines, path = folder / "samples.jsonl", folder / f"report-{samples}.html"
    with lines.open("wb") as out:
        for row in rows(samples):
            out.write(msgspec.json.encode(row) + b"\n")
    summary = summarise(list(rows(samples)))
    taken.note("samples_mib", lines.stat().st_size / 2**20)
    taken.note("python_mib", memory_mib(summary, lines, path))
    with sync_playwright() as playwright:
        for _ in range(rounds):
            write(summary, lines, path, taken)
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            look(browser.new_page(viewport={"width": 1280, "height": 900}), path, taken)
            browser.close()
    return taken


LINES = (
    ("samples.jsonl", "samples_mib", "MiB"),
    ("report.html", "mib", "MiB"),
    ("write it, CPU", "write_s", "s"),
    ("write it, Python's memory", "python_mib", "MiB"),
    ("first paint", "first_paint", "ms"),
    ("first row of the list", "first_row", "ms"),
    ("filter by outcome", "filter", "ms"),
    ("filter by slice", "slice", "ms"),
    ("sort by case", "sort_case", "ms"),
    ("sort by latency", "sort_latency", "ms"),
    ("search, first answer", "search_first", "ms"),
    ("search, the whole text", "search_whole", "ms"),
    ("search on, among what was found", "search_narrower", "ms"),
    ("scroll to the end", "scroll", "ms"),
    ("open a sample", "open", "ms"),
    ("JavaScript heap afterwards", "heap_mib", "MiB"),
    ("the page's process afterwards", "process_mib", "MiB"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Chromium is not installed here, so the report is not measured")
        return
    with TemporaryDirectory() as name:
        found = {samples: measure(samples, options.rounds, Path(name), chromium) for samples in SIZES}
    print(f"{'':<33}" + "".join(f"{size:>14,}" for size in SIZES))
    for label, key, unit in LINES:
        cells = [f"{taken.median(key):.{2 if unit in {'s', 'MiB'} else 0}f} {unit}" for taken in found.values()]
        print(f"{label:<33}" + "".join(f"{cell:>14}" for cell in cells))


if __name__ == "__main__":
    main()
