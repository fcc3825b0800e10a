"""One small question to the child over loopback, without an HTTP library: commands that only look need none."""

import asyncio

import msgspec

_MOST_BYTES = 64 * 1024
_BROKEN = (
    OSError,
    TimeoutError,
    asyncio.IncompleteReadError,
    asyncio.LimitOverrunError,
    msgspec.DecodeError,
    ValueError,
)


async def ask(port: int, token: str, *, method: str, path: str, limit_s: float) -> dict[str, object] | None:
    """The JSON object that the child answers with status 200; None for anything else."""
    try:
        async with asyncio.timeout(limit_s):
            head, body = await _exchange(port, f"{method} {path} HTTP/1.1\r\nAuthorization: Bearer {token}\r\n")
        if head.split(b" ", 2)[1:2] != [b"200"]:
            return None
        return msgspec.json.decode(body, type=dict[str, object])
    except _BROKEN:
        return None


async def _exchange(port: int, question: str) -> tuple[bytes, bytes]:
    """The head and the body of the answer; the child closes the connection after it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=_MOST_BYTES)
    try:
        writer.write(
            f"{question}Host: 127.0.0.1:{port}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode("ascii")
        )
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        return head, await reader.read(_MOST_BYTES)
    finally:
        writer.close()
