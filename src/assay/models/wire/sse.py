"""Server-sent events: bytes in pieces of any size, whole events out.

Follows the event stream format of the HTML standard: lines end in LF, CRLF or CR; a line that begins with
a colon is a comment; the ``data`` lines of an event are joined by LF; an event that its blank line has not
ended is not one. Fields other than ``data`` are passed over: no wire family here needs them.
"""

from assay.core.errors import MalformedReply

MAX_EVENT_BYTES = 4 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"


class EventReader:
    """Collects the data of events; feed it what arrives, as it arrives."""

    def __init__(self) -> None:
        self._tail = b""
        self._data: list[bytes] = []
        self._size = 0
        self._at_start = True

    def feed(self, piece: bytes) -> list[bytes]:
        """The data of the events that this piece completes.

        Raises:
            MalformedReply: An event is longer than 4 MiB.
        """
        text = self._tail + piece
        held = b""
        if b"\r" in text:
            if text.endswith(b"\r"):  # half of a CRLF, or a line end by itself: the next byte tells
                text, held = text[:-1], b"\r"
            text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        lines = text.split(b"\n")
        self._tail = lines.pop() + held
        if len(self._tail) + self._size > MAX_EVENT_BYTES:
            raise MalformedReply(
                f"the stream holds an event of more than {MAX_EVENT_BYTES} bytes", code="model.malformed_stream"
            )
        return self._events(lines)

    def rest(self) -> bytes:
        """The data of the event that was under way when the stream ended; b"" if there was none."""
        lines = self._data + [data for data in (_data_of(self._tail.rstrip(b"\r")),) if data is not None]
        return b"\n".join(lines)

    def _events(self, lines: list[bytes]) -> list[bytes]:
        found = []
        for line in lines:
            if line:
                self._take(line)
            elif self._data:
                found.append(self._data[0] if len(self._data) == 1 else b"\n".join(self._data))
                self._data.clear()
                self._size = 0
        return found

    def _take(self, line: bytes) -> None:
        if self._at_start:
            line = line.removeprefix(_BOM)
            self._at_start = False
        data = _data_of(line)
        if data is not None:
            self._data.append(data)
            self._size += len(data)


def _data_of(line: bytes) -> bytes | None:
    if line.startswith(b"data: "):
        return line[6:]
    if line.startswith(b"data:"):
        return line[5:]
    return b"" if line == b"data" else None
