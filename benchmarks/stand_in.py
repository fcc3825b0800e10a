"""A stand-in for a model's server that costs next to nothing, so that what a benchmark measures is the client.

Speaks OpenAI's chat interface over HTTP/1.1 with kept connections; every answer is the same, whole or as a
stream. Needs the standard library alone, and is no benchmark itself: these start it in a process of its own::

    from stand_in import served

    with served() as base_url:
        ...
"""

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

TEXT = json.dumps({"category": "billing", "urgency": "high", "summary": "Charged twice for one order. " * 6})
HEAD = {"id": "chatcmpl-1", "created": 1_700_000_000, "model": "stand-in", "system_fingerprint": "fp_1"}
USAGE = {
    "prompt_tokens": 240,
    "completion_tokens": 60,
    "total_tokens": 300,
    "prompt_tokens_details": {"cached_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0},
}


def whole_answer(text: str = TEXT) -> bytes:
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    body = json.dumps(HEAD | {"object": "chat.completion", "choices": [choice], "usage": USAGE}).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_1\r\ncontent-length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


def streamed_answer() -> bytes:
    words = TEXT.split(" ")
    deltas: list[dict[str, object]] = [{"role": "assistant", "content": ""}, *({"content": w + " "} for w in words)]
    events = [_event([{"index": 0, "delta": delta, "finish_reason": None}]) for delta in deltas]
    events += [_event([{"index": 0, "delta": {}, "finish_reason": "stop"}]), _event([], usage=USAGE)]
    body = b"".join([*events, b"data: [DONE]\n\n"])
    head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-request-id: req_1\r\ntransfer-encoding: chunked"
    return head.encode() + b"\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


def _event(choices: list[object], **more: object) -> bytes:
    chunk = HEAD | {"object": "chat.completion.chunk", "choices": choices} | more
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


WHOLE, STREAMED = whole_answer(), streamed_answer()


class StandIn(asyncio.Protocol):
    """One connection: answers each request as soon as the whole of it is there."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.waiting = b""

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while (end := self.waiting.find(b"\r\n\r\n")) >= 0:
            head = self.waiting[:end].lower()
            _, _, after = head.partition(b"content-length:")
            whole = end + 4 + int(after.partition(b"\r\n")[0] or 0)
            if len(self.waiting) < whole:
                return
            body, self.waiting = self.waiting[end + 4 : whole], self.waiting[whole:]
            self.transport.write(STREAMED if b'"stream":true' in body.replace(b" ", b"") else WHOLE)


@contextlib.contextmanager
def served(run: str = "from stand_in import run; run()") -> Iterator[str]:
    """Run it for as long as the block; gives its base address, which ends in ``/v1``.

    ``run`` is the code that serves, in a process of its own.
    """
    command = [sys.executable, "-c", run]
    folder = Path(__file__).parent
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip() if process.stdout else ""
        finally:
            process.terminate()


def run(protocol: type[asyncio.Protocol] = StandIn) -> None:
    """Serve until standard input ends, as it does when whoever started this is gone."""
    asyncio.run(_serve(protocol))


def run_late(latency_s: float, text: str) -> None:
    """Serve that text, whole, each answer so long after its request."""
    answer = whole_answer(text)

    class Late(StandIn):
        def data_received(self, data: bytes) -> None:
            self.waiting += data
            while (end := self.waiting.find(b"\r\n\r\n")) >= 0:
                _, _, after = self.waiting[:end].lower().partition(b"content-length:")
                whole = end + 4 + int(after.partition(b"\r\n")[0] or 0)
                if len(self.waiting) < whole:
                    return
                self.waiting = self.waiting[whole:]
                asyncio.get_running_loop().call_later(latency_s, self.transport.write, answer)

    run(Late)


async def _serve(protocol: type[asyncio.Protocol]) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(protocol, "127.0.0.1", 0, backlog=4096)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()
