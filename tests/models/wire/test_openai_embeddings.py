"""The wire format of embeddings: requests, answers in every form that is about, and answers that are none."""

import json
import struct
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedReply, ProviderRejected
from assay.models.types import Usage
from assay.models.wire.openai_embeddings import decode, encode, pack, unpack


def answer(*vectors, **more):
    return json.dumps({"data": [{"embedding": v, "index": i} for i, v in enumerate(vectors)], **more}).encode()


def test_a_request_names_the_model_and_the_texts():
    assert json.loads(encode("m", ["a", "b"], {"dimensions": 2, "model": "x"})) == {
        "model": "m",
        "input": ["a", "b"],
        "dimensions": 2,
    }


def test_vectors_come_in_the_order_of_the_texts():
    body = json.dumps(
        {
            "data": [{"embedding": [3, 4], "index": 1}, {"embedding": [1, 2], "index": 0}],
            "model": "m-1",
            "usage": {"prompt_tokens": 5, "total_tokens": 5},
        }
    )

    found = decode(body.encode(), count=2)

    assert found.vectors == ([1, 2], [3, 4])
    assert (found.model, found.usage) == ("m-1", Usage(input=5))


def test_an_answer_without_numbers_of_its_items_is_in_order():
    assert decode(b'{"data": [{"embedding": [1]}, {"embedding": [2]}]}', count=2).vectors == ([1], [2])


def test_a_vector_may_be_packed():
    packed = b64encode(struct.pack("<2f", 0.5, -2)).decode()

    assert decode(answer(packed), count=1).vectors == ([0.5, -2.0],)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"{}",
        answer(),
        answer([1.0]),
        answer([1.0], [1.0, 2.0]),
        answer([], []),
        answer("%%%%", "%%%%"),
        b'{"data": [{"embedding": [1e999]}, {"embedding": [1]}]}',
        b'{"data": [{"embedding": ["a"]}]}',
    ],
)
def test_what_is_not_one_vector_for_each_text_is_malformed(body):
    with pytest.raises(MalformedReply):
        decode(body, count=2)


def test_a_complaint_that_comes_as_a_success_is_an_error():
    with pytest.raises(ProviderRejected):
        decode(b'{"error": {"message": "no such model", "type": "invalid_request_error"}}', count=1)


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False)))
def test_packing_keeps_every_float_of_32_bits(vector):
    assert unpack(pack(vector)) == vector


def test_unpacking_what_was_not_packed_is_an_error():
    with pytest.raises(ValueError, match="ASCII"):
        unpack("é")
