"""Re-quantising: the engine's functions are there, and the numbers stay close to what they were."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from assay.models.embedded.gguf import Q4_1, Tensor
from assay.models.embedded.quantise import find_converter


def numbers_of_q4_1(block: bytes) -> list[float]:
    scale, least = struct.unpack_from("<ee", block)
    nibbles = [byte & 15 for byte in block[4:]] + [byte >> 4 for byte in block[4:]]
    return [scale * nibble + least for nibble in nibbles]


def numbers_of_q4_0(block: bytes) -> list[float]:
    (scale,) = struct.unpack_from("<e", block)
    nibbles = [byte & 15 for byte in block[2:]] + [byte >> 4 for byte in block[2:]]
    return [scale * (nibble - 8) for nibble in nibbles]


@given(
    scale=st.floats(2.0**-12, 1.0, width=16),
    least=st.floats(-8.0, 8.0, width=16),
    nibbles=st.binary(min_size=16, max_size=16),
)
def test_each_number_is_kept_to_within_one_step(scale, least, nibbles):
    convert = find_converter()
    assert convert is not None, "this engine exports no conversion any more"
    block = struct.pack("<ee", scale, least) + nibbles

    made = convert(Tensor(name=b"t", shape=(32,), kind=Q4_1, start=0, size_bytes=20), block)

    old, new = numbers_of_q4_1(block), numbers_of_q4_0(made)
    step = abs(struct.unpack_from("<e", made)[0])
    assert max(abs(a - b) for a, b in zip(old, new, strict=True)) <= step * 1.01 + max(map(abs, old)) * 0.002 + 1e-6
