"""A run against a provider that fails in every way: what becomes of each sample, and what that costs.

Of the stand-in's requests 5 % are refused (429 with Retry-After), 2 % fail (500), 2 % lose their connection, 1 % get no
answer ever, 1 % get a page that is not JSON. Every sample must end in a result or in an explicit error, once::

    python benchmarks/faults.py                      10,000 samples
    python benchmarks/faults.py --kill 3             the same, killed three times on the way and taken up again
    python benchmarks/faults.py --base-url URL       against another server, which answers {"category": "billing", ...}
"""

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from eval_run import make_project
from stand_in import WHOLE, StandIn, served

LATENCY_S = 0.02
RATES = {"429": 0.05, "500": 0.02, "drop": 0.02, "stall": 0.01, "garbage": 0.01}
ERROR = b'{"error": {"message": "no", "type": "server_error", "param": null, "code": null}}'
PAGE = b"<html>upstream hiccup</html>"


def answer(status: str, body: bytes, *more: str) -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", "content-type: application/json", f"content-length: {len(body)}", *more])
    return head.encode() + b"\r\n\r\n" + body


ANSWERS = {
    "429": answer("429 X", ERROR, "retry-after: 0.2"),
    "500": answer("500 X", ERROR),
    "garbage": answer("200 OK", PAGE),
    "": WHOLE,
}


class Faulty:
    """A transport that sends something else, or nothing, as often as the rates say."""

    chance = random.Random(7)

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()

    def write(self, _: bytes) -> None:
        drawn, found = self.chance.random(), ""
        for kind, rate in RATES.items():
            drawn -= rate
            if drawn < 0:
                found = kind
                break
        if found == "drop":
            self._transport.close()
        elif found != "stall":
            self._loop.call_later(LATENCY_S, self._transport.write, ANSWERS[found])


class FaultyStandIn(StandIn):
    """The stand-in, with faults."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(Faulty(transport))


SERVE = "from faults import FaultyStandIn; from stand_in import run; run(FaultyStandIn)"


def evaluate(folder: Path, base_url: str, kills: int, samples: int) -> tuple[dict[str, object], float]:
    """The run, killed so often on the way: what the last command printed, and how long it all took."""
    command = [
        sys.executable,
        "-m",
        "assay",
        "eval",
        "suites/s.yaml",
        "--json",
        "--model",
        "openai-compatible/stand-in",
    ]
    environ = os.environ | {"ASSAY_MODELS_TIMEOUT_S": "2"}
    began_s = time.monotonic()
    for turn in range(kills + 1):
        with subprocess.Popen([*command, "--base-url", base_url], cwd=folder, env=environ, stdout=-1) as process:
            if turn < kills:
                time.sleep(2 + samples / 2_000 / (kills + 1))
                process.send_signal(signal.SIGKILL)
            out, _ = process.communicate()
    return json.loads(out), time.monotonic() - began_s


def report(folder: Path, found: dict[str, object], took_s: float, samples: int) -> None:
    (run,) = (folder / ".assay" / "runs").iterdir()
    with (run / "samples.jsonl").open("rb") as lines:
        rows = [json.loads(line) for line in lines]
    cases = Counter(row["case"] for row in rows)
    statuses = Counter(row["status"] for row in rows)
    codes = Counter(row["error"]["code"] for row in rows if row["error"])
    sent = Counter(row["attempts"] for row in rows)
    print(f"{samples:,} samples planned, {len(rows):,} rows, {len(cases):,} different, in {took_s:.1f} s")
    print(f"statuses: {dict(statuses)}; errors: {dict(codes)}")
    print(f"calls made {found['calls_made']:,}, reused {found['calls_reused']:,}")
    print(f"requests sent for a sample: {dict(sorted(sent.items()))}")
    variant = found["variants"][0]  # type: ignore[index]  # a list of objects, as documented
    counted = (variant["n"], variant["passed"], variant["errors"], round(variant["pass_rate"] * variant["n"]))
    print(f"counted: n {counted[0]:,}, passed {counted[1]:,}, errors {counted[2]:,}")
    assert len(rows) == len(cases) == samples == counted[0], "a sample is lost or doubled"
    assert counted[1] == statuses["passed"] == counted[3], "an error is averaged away"
    assert counted[2] == statuses["error"] == sum(codes.values()), "an error has no code"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--kill", type=int, default=0, help="how often the run is killed on the way")
    parser.add_argument("--base-url", help="a server with faults of its own")
    options = parser.parse_args()
    with TemporaryDirectory() as name, served(SERVE) as base_url:
        folder = Path(name)
        make_project(folder, options.samples)
        found, took_s = evaluate(folder, options.base_url or base_url, options.kill, options.samples)
        report(folder, found, took_s, options.samples)


if __name__ == "__main__":
    main()
