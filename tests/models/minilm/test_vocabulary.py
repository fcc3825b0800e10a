"""The vocabulary of the embedded sentence encoder."""

import pytest

from assay.core.errors import Unavailable
from assay.models.minilm.vocabulary import FILE, vocabulary


def test_pieces_are_written_as_bert_writes_them(tmp_path):
    file = tmp_path / "vocab.json"
    file.write_text('["[PAD]", "\\u2581", "[unused1]", "[UNK]", "\\u2581hello", "ing", "\\u2581[", "["]')

    assert list(vocabulary(file)) == ["[PAD]", "", "[unused1]", "[UNK]", "hello", "##ing", "[", "##["]


def test_a_missing_file_says_how_to_fetch_it(tmp_path):
    with pytest.raises(Unavailable) as caught:
        vocabulary(tmp_path / "nothing.json")

    assert caught.value.code == "embeddings.no_vocabulary"
    assert "requirements/assets.py" in caught.value.hint


@pytest.mark.skipif(not FILE.exists(), reason="requirements/assets.py was not run")
def test_the_real_one_has_the_numbers_that_the_model_knows():
    known = vocabulary()

    assert len(known) == 30_522
    assert [known[p] for p in ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "##ing")] == [0, 100, 101, 102, 1996, 2075]
