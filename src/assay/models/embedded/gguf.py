"""The file format of the weights (GGUF): what a file says about itself, and a copy with some tensors converted.

Knows where things lie. Does not know what a number in a tensor means (``quantise.py``).
"""

import struct
from collections.abc import Callable, Iterable
from typing import BinaryIO

import msgspec

from assay.core.errors import BadInput

F32, Q4_0, Q4_1 = 0, 2, 3
"""Kinds of tensors: plain numbers; blocks of 4-bit numbers with a scale; the same with a scale and an offset."""

BLOCK = 32
BLOCK_BYTES = {Q4_0: 18, Q4_1: 20}

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_TEXT, _LIST = 8, 9
_ALIGNMENT = 32
_FILE_TYPE = "general.file_type"

Metadata = dict[str, object]


class Tensor(msgspec.Struct, frozen=True, kw_only=True):
    """One tensor: ``start`` and ``size_bytes`` are its place in the file, padding included."""

    name: bytes
    shape: tuple[int, ...]
    kind: int
    start: int
    size_bytes: int

    @property
    def elements(self) -> int:
        """How many numbers it holds."""
        count = 1
        for length in self.shape:
            count *= length
        return count


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds, and where.

    Attributes:
        metadata: Names and values; numbers, texts (as bytes) and lists of them.
        metadata_end: Where the metadata ends and the table of tensors begins.
        file_type_at: Where the number stands that sums up the kinds of the tensors; None where there is none.
        alignment: Each tensor starts at a multiple of this.
    """

    metadata: Metadata
    metadata_end: int
    file_type_at: int | None
    alignment: int
    tensors: tuple[Tensor, ...]


class _Reader:
    def __init__(self, data: bytes | memoryview) -> None:
        self.data = data
        self.at = 0

    def number(self, code: str) -> int:
        (value,) = struct.unpack_from("<" + code, self.data, self.at)
        self.at += struct.calcsize("<" + code)
        return int(value)

    def text(self) -> bytes:
        length = self.number("Q")
        start, self.at = self.at, self.at + length
        if self.at > len(self.data):
            raise struct.error("a text goes beyond the end")
        return bytes(self.data[start : self.at])

    def value(self, kind: int) -> object:
        if kind == _TEXT:
            return self.text()
        if kind == _LIST:
            inner, length = self.number("I"), self.number("Q")
            return [self.text() for _ in range(length)] if inner == _TEXT else self._numbers(inner, length)
        return self._numbers(kind, 1)[0]

    def _numbers(self, kind: int, length: int) -> list[int | float | bool]:
        if kind not in _SCALARS:
            raise struct.error(f"no value is of kind {kind}")
        if length > len(self.data):
            raise struct.error("a list goes beyond the end")
        code = f"<{length}{_SCALARS[kind]}"
        found = list(struct.unpack_from(code, self.data, self.at))
        self.at += struct.calcsize(code)
        return found


def read_layout(data: bytes | memoryview, *, name: str) -> Layout:
    """What a file holds, and where.

    Args:
        data: The whole file.
        name: How an error names it.

    Raises:
        BadInput: It is not a GGUF file of a version that is known here, or it is cut short.
    """
    try:
        return _layout(_Reader(data))
    except (struct.error, ValueError, OverflowError, MemoryError) as error:
        raise BadInput(
            f"{name} is not a GGUF file that can be read: {error}",
            hint="run 'assay models get' to install the weights again",
            code="embedded.weights_format",
        ) from error


def _layout(reader: _Reader) -> Layout:
    if bytes(reader.data[:4]) != _MAGIC:
        raise ValueError("it does not begin with the letters GGUF")
    reader.at = 4
    if (version := reader.number("I")) not in _VERSIONS:
        raise ValueError(f"its version is {version}")
    tensor_count, value_count = reader.number("Q"), reader.number("Q")
    metadata: Metadata = {}
    file_type_at = None
    for _ in range(value_count):
        key, kind = reader.text().decode(), reader.number("I")
        if key == _FILE_TYPE:
            file_type_at = reader.at
        metadata[key] = reader.value(kind)
    metadata_end = reader.at
    alignment = metadata.get("general.alignment", _ALIGNMENT)
    if not isinstance(alignment, int) or alignment < 1:
        raise ValueError(f"its alignment is {alignment!r}")
    return Layout(
        metadata=metadata,
        metadata_end=metadata_end,
        file_type_at=file_type_at,
        alignment=alignment,
        tensors=_tensors(reader, tensor_count, alignment),
    )


def _tensors(reader: _Reader, count: int, alignment: int) -> tuple[Tensor, ...]:
    """The table of tensors; each reaches to the start of the next."""
    rows = []
    for _ in range(count):
        name = reader.text()
        shape = tuple(reader.number("Q") for _ in range(reader.number("I")))
        rows.append((name, shape, reader.number("I"), reader.number("Q")))
    start = _aligned(reader.at, alignment)
    end = len(reader.data) - start
    offsets = sorted({offset for *_, offset in rows})
    ends = dict(zip(offsets, [*offsets[1:], end], strict=False))
    if any(offset > end for *_, offset in rows):
        raise ValueError("a tensor lies beyond the end")
    tensors = tuple(
        Tensor(name=name, shape=shape, kind=kind, start=start + offset, size_bytes=ends[offset] - offset)
        for name, shape, kind, offset in rows
    )
    for tensor in tensors:
        if tensor.kind in BLOCK_BYTES and not _is_whole(tensor):
            raise ValueError(f"the tensor {tensor.name.decode(errors='replace')} is cut short")
    return tensors


def _is_whole(tensor: Tensor) -> bool:
    """Whether a tensor in blocks has rows of whole blocks, all of them in the file."""
    whole_rows = bool(tensor.shape) and tensor.shape[0] > 0 and tensor.shape[0] % BLOCK == 0
    return whole_rows and tensor.elements // BLOCK * BLOCK_BYTES[tensor.kind] <= tensor.size_bytes


def write_converted(
    data: bytes | memoryview,
    layout: Layout,
    target: BinaryIO,
    *,
    kinds: tuple[int, int],
    convert: Callable[[Tensor, bytes], bytes],
) -> None:
    """Write a copy in which every tensor of one kind is of another; the rest stays byte for byte.

    Args:
        data: The whole source file.
        layout: What it holds.
        target: Where the copy goes.
        kinds: The kind to convert and the one that it becomes; both in blocks (``BLOCK_BYTES``).
        convert: Gives the bytes of the converted tensor.
    """
    old, new = kinds
    planned = [(t, new if t.kind == old else t.kind, _size_bytes(t, old, new)) for t in layout.tensors]
    head = bytearray(data[: layout.metadata_end])
    if layout.file_type_at is not None:
        struct.pack_into("<I", head, layout.file_type_at, new)
    target.write(_padded(bytes(head) + _table(planned, layout.alignment), layout.alignment))
    for tensor, kind, size_bytes in planned:
        held = bytes(data[tensor.start : tensor.start + tensor.size_bytes])
        if kind != tensor.kind:
            held = convert(tensor, held[: tensor.elements // BLOCK * BLOCK_BYTES[old]])
            assert len(held) == size_bytes
        target.write(_padded(held, layout.alignment))


def _size_bytes(tensor: Tensor, old: int, new: int) -> int:
    return tensor.elements // BLOCK * BLOCK_BYTES[new] if tensor.kind == old else tensor.size_bytes


def _table(planned: Iterable[tuple[Tensor, int, int]], alignment: int) -> bytes:
    rows, offset = [], 0
    for tensor, kind, size_bytes in planned:
        rows.append(struct.pack("<Q", len(tensor.name)) + tensor.name)
        rows.append(struct.pack(f"<I{len(tensor.shape)}Q", len(tensor.shape), *tensor.shape))
        rows.append(struct.pack("<IQ", kind, offset))
        offset += _aligned(size_bytes, alignment)
    return b"".join(rows)


def _aligned(length: int, alignment: int) -> int:
    return -(-length // alignment) * alignment


def _padded(held: bytes, alignment: int) -> bytes:
    return held + bytes(-len(held) % alignment)
