"""Keeping other tools' prints off standard output, which is for data, while several of them run at once in threads.

``contextlib.redirect_stdout`` is no help there: it changes the stream of the whole process, and of two threads that do
so the one that ends last puts back the stream of the other.
"""

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import TextIO, TypeVar

T = TypeVar("T")

_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


def quietly(call: Callable[[], T]) -> T:
    """The call, without what it prints, in this thread or in those that it starts; what others print goes through."""
    with _mute.on():
        token = _quiet.set(True)
        try:
            return call()
        finally:
            _quiet.reset(token)


class _Filter:
    """A stream that drops what quiet code writes, and what any thread but the main one does."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        if _quiet.get() or threading.current_thread() is not threading.main_thread():
            return len(text)
        return self.stream.write(text)

    def __getattr__(self, name: str) -> object:
        return getattr(self.stream, name)


class _Mute:
    """Puts the filters in place while anybody needs them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._filters: dict[str, _Filter] = {}

    @contextlib.contextmanager
    def on(self) -> Iterator[None]:
        with self._lock:
            self._users += 1
            if self._users == 1:
                self._filters = {name: _Filter(getattr(sys, name)) for name in ("stdout", "stderr")}
                for name, made in self._filters.items():
                    setattr(sys, name, made)
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if self._users == 0:
                    self._put_back()

    def _put_back(self) -> None:
        for name, made in self._filters.items():
            if getattr(sys, name) is made:  # else somebody has put another one in its place since
                setattr(sys, name, made.stream)


_mute = _Mute()
