"""The file format of the weights: what is written is read again, and what is broken is refused."""

import contextlib
import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import BadInput
from assay.models.embedded.gguf import BLOCK_BYTES, F32, Q4_0, Q4_1, read_layout, write_converted

SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 10: "Q", 11: "q"}


@st.composite
def values(draw):
    kind = draw(st.sampled_from([*SCALARS, 6, 7, 8, 9, 12]))
    if kind == 8:
        text = draw(st.binary(max_size=20))
        return kind, struct.pack("<Q", len(text)) + text, text
    if kind == 9:
        numbers = draw(st.lists(st.integers(-(2**31), 2**31 - 1), max_size=5))
        return kind, struct.pack(f"<IQ{len(numbers)}i", 5, len(numbers), *numbers), numbers
    if kind in {6, 12}:
        code = "<f" if kind == 6 else "<d"
        number = draw(st.floats(allow_nan=False, width=32))
        return kind, struct.pack(code, number), number
    if kind == 7:
        answer = draw(st.booleans())
        return kind, struct.pack("<?", answer), answer
    code = "<" + SCALARS[kind]
    held = draw(st.binary(min_size=struct.calcsize(code), max_size=struct.calcsize(code)))
    return kind, held, struct.unpack(code, held)[0]


@st.composite
def tensors(draw):
    rows = []
    for at in range(draw(st.integers(0, 5))):
        kind, height = draw(st.sampled_from([F32, Q4_1])), draw(st.integers(1, 3))
        size = 32 * height * 4 if kind == F32 else height * BLOCK_BYTES[Q4_1]
        rows.append((f"t{at}".encode(), (32, height), kind, draw(st.binary(min_size=size, max_size=size))))
    return rows


@given(
    metadata=st.dictionaries(st.text(min_size=1, max_size=8).map(lambda name: f"x.{name}"), values(), max_size=5),
    tensors=tensors(),
)
def test_what_a_file_says_is_read_as_it_was_written(make_gguf, metadata, tensors):
    data = make_gguf(metadata=[(name, kind, held) for name, (kind, held, _) in metadata.items()], tensors=tensors)

    layout = read_layout(data, name="file")

    assert layout.metadata == {name: value for name, (_, _, value) in metadata.items()}
    assert [(t.name, t.shape, t.kind) for t in layout.tensors] == [row[:3] for row in tensors]
    assert [data[t.start :][: len(row[3])] for t, row in zip(layout.tensors, tensors, strict=True)] == [
        row[3] for row in tensors
    ]


@given(tensors=tensors())
def test_a_copy_differs_in_the_converted_tensors_alone(make_gguf, tensors):
    metadata = [("general.file_type", 4, struct.pack("<I", 3)), ("x", 8, struct.pack("<Q", 2) + b"hi")]
    data = make_gguf(metadata=metadata, tensors=tensors)
    made = io.BytesIO()

    write_converted(
        data,
        read_layout(data, name="file"),
        made,
        kinds=(Q4_1, Q4_0),
        convert=lambda tensor, held: b"\x07" * (len(held) // BLOCK_BYTES[Q4_1] * BLOCK_BYTES[Q4_0]),
    )

    copy = read_layout(made.getvalue(), name="copy")
    assert copy.metadata == {"general.file_type": Q4_0, "x": b"hi"}
    for tensor, (name, shape, kind, held) in zip(copy.tensors, tensors, strict=True):
        new = held if kind == F32 else b"\x07" * (len(held) // BLOCK_BYTES[Q4_1] * BLOCK_BYTES[Q4_0])
        assert (tensor.name, tensor.shape) == (name, shape)
        assert tensor.kind == (F32 if kind == F32 else Q4_0)
        assert made.getvalue()[tensor.start :][: len(new)] == new


def test_a_file_that_is_cut_short_anywhere_is_refused(make_small_weights):
    data = make_small_weights(blocks=2)
    whole = read_layout(data, name="file").tensors[-1]
    needed = whole.start + 2 * BLOCK_BYTES[Q4_1]

    for length in range(needed):
        with pytest.raises(BadInput, match="not a GGUF file that can be read"):
            read_layout(data[:length], name="file")


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data):
    for held in (data, b"GGUF" + data, b"GGUF" + struct.pack("<I", 3) + data):
        with contextlib.suppress(BadInput):
            read_layout(held, name="file")
