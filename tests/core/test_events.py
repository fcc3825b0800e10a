"""Events reach those who asked for their class."""

from dataclasses import dataclass

import pytest

from assay.core.events import Events


@dataclass(frozen=True)
class Saved:
    name: str


@dataclass(frozen=True)
class SavedTwice(Saved):
    pass


def test_an_event_reaches_the_subscribers_of_its_class_in_their_order():
    heard, events = [], Events()
    events.subscribe(Saved, lambda event: heard.append(("first", event.name)))
    events.subscribe(Saved, lambda event: heard.append(("second", event.name)))

    events.emit(Saved("a"))

    assert heard == [("first", "a"), ("second", "a")]


def test_an_event_does_not_reach_subscribers_of_another_class_not_even_a_parent():
    heard, events = [], Events()
    events.subscribe(Saved, heard.append)

    events.emit(SavedTwice("a"))
    events.emit("something else")

    assert heard == []


def test_what_a_subscriber_raises_reaches_whoever_emitted():
    def refuse(event: Saved) -> None:
        raise ValueError(event.name)

    events = Events()
    events.subscribe(Saved, refuse)

    with pytest.raises(ValueError, match="a"):
        events.emit(Saved("a"))
