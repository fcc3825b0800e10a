"""A bus for what happened, so that a lower layer can be watched without knowing by whom.

Events are frozen dataclasses; a subscriber names the class that it wants. ``app`` joins the two.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

E = TypeVar("E")


class Events:
    """Subscribers by event class; an event reaches those of its own class, in the order they came."""

    def __init__(self) -> None:
        self._subscribers: dict[type[object], list[Callable[[object], None]]] = defaultdict(list)

    def subscribe(self, kind: type[E], hear: Callable[[E], None]) -> None:
        """Have ``hear`` called with each event of exactly this class."""
        self._subscribers[kind].append(hear)  # type: ignore[arg-type]  # emit() passes only this class

    def emit(self, event: object) -> None:
        """Tell the subscribers, now and in this thread; what they raise reaches the caller."""
        for hear in self._subscribers.get(type(event), ()):
            hear(event)
