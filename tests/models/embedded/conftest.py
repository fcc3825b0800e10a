"""What the tests of the embedded model share: a running child, small files of weights, folders that end clean."""

import asyncio
import json
import os
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

import aiohttp
import pytest

from assay.models.embedded.place import Configuration
from assay.models.embedded.supervisor import Endpoint, ensure, stop
from assay.models.embedded.weights import MODEL

CONTROL = [b"<|endoftext|>", b"<|im_start|>", b"<|im_end|>"]


@pytest.fixture(scope="session")
def shared_configuration() -> Configuration:
    return Configuration(idle_s=120.0, engines=2)


@pytest.fixture(scope="session")
def child(tmp_path_factory: pytest.TempPathFactory, shared_configuration: Configuration) -> Iterator[Endpoint]:
    """A child that runs the real model; one for all tests of this process, stopped after the last."""
    folder = tmp_path_factory.mktemp("embedded")
    try:
        yield asyncio.run(ensure(shared_configuration, folder=folder))
    finally:
        asyncio.run(stop(folder=folder))


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def chat(child: Endpoint, http: aiohttp.ClientSession) -> Callable[..., object]:
    """Ask the child; gives the status and the body."""

    async def ask(*messages: str, **more: object) -> tuple[int, dict[str, object]]:
        roles = ["user", "assistant"]
        body = {
            "model": MODEL,
            "messages": [{"role": roles[at % 2], "content": text} for at, text in enumerate(messages)],
            "max_tokens": 8,
            **more,
        }
        headers = {"Authorization": f"Bearer {child.token}"}
        async with http.post(f"{child.base_url}/chat/completions", json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    return ask


@pytest.fixture
async def folder(tmp_path: Path) -> AsyncIterator[Path]:
    """A folder for children of this test's own; whatever still runs there is stopped."""
    runs = tmp_path / "run"
    yield runs
    await stop(folder=runs, limit_s=2.0)


@pytest.fixture
def in_python() -> Callable[..., str]:
    """Run a script in a Python of its own; gives what it prints."""

    def run(script: str, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-P", "-c", script, *arguments], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def gguf(
    *,
    metadata: Sequence[tuple[str, int, bytes]] = (),
    tensors: Sequence[tuple[bytes, tuple[int, ...], int, bytes]] = (),
) -> bytes:
    """A file of weights: the metadata as (name, kind, bytes), the tensors as (name, shape, kind, bytes)."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
    for name, kind, value in metadata:
        head += gguf_text(name.encode()) + struct.pack("<I", kind) + value
    data = b""
    for name, shape, kind, held in tensors:
        head += (
            gguf_text(name) + struct.pack(f"<I{len(shape)}Q", len(shape), *shape) + struct.pack("<IQ", kind, len(data))
        )
        data += held + bytes(-len(held) % 32)
    return head + bytes(-len(head) % 32) + data


def gguf_text(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text


def small_weights(*, control: Sequence[bytes] = CONTROL, blocks: int = 64) -> bytes:
    """A file with the vocabulary of a chat model and one tensor that can be re-quantised; no model."""
    tokens = [*control, b"a", b"b"]
    kinds = [3] * len(control) + [1, 1]
    metadata = [
        ("general.file_type", 4, struct.pack("<I", 3)),
        ("tokenizer.ggml.tokens", 9, struct.pack("<IQ", 8, len(tokens)) + b"".join(map(gguf_text, tokens))),
        ("tokenizer.ggml.token_type", 9, struct.pack(f"<IQ{len(kinds)}i", 5, len(kinds), *kinds)),
    ]
    block = struct.pack("<ee", 0.5, -4.0) + bytes(range(16))
    tensors = [
        (b"norm", (4,), 0, struct.pack("<4f", 1, 2, 3, 4)),
        (b"wide", (32, blocks), 3, block * blocks),
    ]
    return gguf(metadata=metadata, tensors=tensors)


@pytest.fixture(scope="session")
def make_gguf() -> Callable[..., bytes]:
    return gguf


@pytest.fixture(scope="session")
def make_small_weights() -> Callable[..., bytes]:
    return small_weights


@pytest.fixture
def small_file(tmp_path: Path) -> Path:
    path = tmp_path / "small.gguf"
    path.write_bytes(small_weights())
    return path


@pytest.fixture(scope="session")
def real_tokens() -> dict[str, object]:
    """What the real tokeniser makes of hostile and of ordinary conversations (see ``tokens_of_messages.py``)."""
    script = Path(__file__).with_name("tokens_of_messages.py")
    done = subprocess.run(
        [sys.executable, "-P", str(script)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=dict(os.environ),
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found
