"""Doing a thing once that is wanted several times at once: whoever comes later waits, and then finds it done."""

import asyncio


class Alone:
    """Things by their addresses, each under way once at most."""

    def __init__(self) -> None:
        self._under_way: dict[bytes, asyncio.Future[None]] = {}

    def at(self, address: bytes) -> "_Turn":
        """A context that holds the address; it is entered when nobody else holds it."""
        return _Turn(self._under_way, address)


class _Turn:
    def __init__(self, under_way: dict[bytes, asyncio.Future[None]], address: bytes) -> None:
        self._under_way = under_way
        self._address = address

    async def __aenter__(self) -> None:
        while (other := self._under_way.get(self._address)) is not None:
            await asyncio.wait([other])  # which, unlike 'await other', leaves it alone when this waiter is cancelled
        self._under_way[self._address] = asyncio.get_running_loop().create_future()

    async def __aexit__(self, *_: object) -> None:
        self._under_way.pop(self._address).set_result(None)
