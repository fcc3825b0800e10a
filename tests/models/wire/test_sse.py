import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedReply
from assay.models.wire import sse
from assay.models.wire.sse import EventReader


def read(*pieces):
    reader = EventReader()
    return [event for piece in pieces for event in reader.feed(piece)]


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        pytest.param(b"data: a\n\ndata: b\n\n", [b"a", b"b"], id="lf"),
        pytest.param(b"data: a\r\n\r\ndata: b\r\n\r\n", [b"a", b"b"], id="crlf"),
        pytest.param(b"data: a\r\rdata: b\r\r:", [b"a", b"b"], id="cr"),
        pytest.param(b"data: a\ndata: b\n\n", [b"a\nb"], id="two-lines-of-data"),
        pytest.param(b": keep alive\n\ndata: a\n\n", [b"a"], id="comment"),
        pytest.param(b"event: message\nid: 7\nretry: 10\ndata: a\n\n", [b"a"], id="other-fields"),
        pytest.param(b"data:a\n\n", [b"a"], id="no-space"),
        pytest.param(b"data:  a\n\n", [b" a"], id="one-space-is-taken"),
        pytest.param(b"data\n\n", [b""], id="no-colon"),
        pytest.param(b"database: a\n\n", [], id="a-longer-name"),
        pytest.param(b"\n\n\ndata: a\n\n\n\n", [b"a"], id="blank-lines"),
        pytest.param(b"\xef\xbb\xbfdata: a\n\n", [b"a"], id="byte-order-mark"),
        pytest.param(b"data: a\n\ndata: b\n", [b"a"], id="an-event-without-its-blank-line-is-none"),
        pytest.param("data: Grüße 👋\n\n".encode(), ["Grüße 👋".encode()], id="utf-8"),
    ],
)
def test_events_are_read_however_the_bytes_arrive(stream, events):
    assert read(stream) == events
    assert read(*(stream[place : place + 1] for place in range(len(stream)))) == events


LINES = st.lists(
    st.sampled_from([b"data: a", b"data: bb", b"data:", b": c", b"event: x", b"", b"", "data: ü".encode()]), max_size=30
)


@given(lines=LINES, ends=st.sampled_from([b"\n", b"\r\n", b"\r"]), cuts=st.lists(st.integers(0, 400)))
def test_where_a_stream_is_cut_never_matters(lines, ends, cuts):
    stream = b"".join(line + ends for line in lines) + b":"
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    pieces = [stream[begin:end] for begin, end in itertools.pairwise(places)]

    assert read(*pieces) == read(stream.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))


def test_the_rest_is_what_no_blank_line_has_ended():
    reader = EventReader()
    reader.feed(b"data: a\n\ndata: b\r\ndata: [DO")
    reader.feed(b"NE]\r")

    assert reader.rest() == b"b\n[DONE]"


@pytest.mark.parametrize("piece", [b"x" * 65_536, b"data: " + b"x" * 65_528 + b"\n"], ids=["one-line", "many-lines"])
def test_an_event_without_end_is_stopped(piece):
    with pytest.raises(MalformedReply, match="event of more than"):
        read(*[piece] * (sse.MAX_EVENT_BYTES // 65_536 + 2))
