"""The body of an HTTP answer, whole and of bounded size."""

from typing import TYPE_CHECKING

from assay.core.errors import GraderFailed

if TYPE_CHECKING:
    import aiohttp


async def read_body(answer: "aiohttp.ClientResponse", most_bytes: int) -> bytes:
    """All that the answer holds; one read of the stream gives only what has come so far.

    Raises:
        GraderFailed: It is longer than that.
    """
    found = bytearray()
    async for part in answer.content.iter_any():
        found += part
        if len(found) > most_bytes:
            raise GraderFailed(
                f"{answer.url.host} answers with more than {most_bytes:,} bytes",
                hint="have it answer with less",
                code="grader.endpoint",
            )
    return bytes(found)
