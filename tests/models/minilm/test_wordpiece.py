"""BERT's tokenizer, against a small vocabulary, and against the original one where that is installed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.models.minilm.vocabulary import FILE, vocabulary
from assay.models.minilm.wordpiece import WordPieces, split

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "##s", "hello", ",", "!", "日", "a"]
SMALL = WordPieces({piece: i for i, piece in enumerate(PIECES)})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello, WORLD!", ["hello", ",", "world", "!"]),
        ("naïve café", ["naive", "cafe"]),
        ("don't", ["don", "'", "t"]),
        ("日本 go", ["日", "本", "go"]),
        ("a\u200bb\tc\u00a0d\x00", ["ab", "c", "d"]),
        ("x^2 §7", ["x", "^", "2", "§", "7"]),
        ("", []),
    ],
)
def test_text_is_cut_into_plain_words(text, words):
    assert list(split(text)) == words


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Unaffable, hello!", ["un", "##aff", "##able", ",", "hello", "!"]),
        ("uns", ["un", "##s"]),
        ("unx", ["[UNK]"]),
        ("日", ["日"]),
        ("a" * 101, ["[UNK]"]),
        ("", []),
    ],
)
def test_words_are_spelled_with_the_longest_pieces(text, pieces):
    assert [PIECES[i] for i in SMALL.encode(text, 99)] == ["[CLS]", *pieces, "[SEP]"]


def test_a_long_text_is_cut_off_before_its_end_mark():
    assert len(SMALL.encode("a " * 50, 10)) == 10
    assert SMALL.encode("a " * 50, 10)[-1] == PIECES.index("[SEP]")


def known_long_since(character: str) -> bool:
    """Whether its category is that of Unicode 3.2, so that two libraries with tables of other years agree on it."""
    return unicodedata.category(character) == unicodedata.ucd_3_2_0.category(character) != "Cn"


@pytest.mark.skipif(not FILE.exists(), reason="requirements/assets.py was not run")
@given(st.text(st.characters(exclude_categories=["Cn", "Cs"]).filter(known_long_since)))
def test_it_agrees_with_the_tokenizer_that_the_model_was_made_with(text):
    tokenizers = pytest.importorskip("tokenizers")
    known = vocabulary()
    theirs = tokenizers.BertWordPieceTokenizer(known)

    assert WordPieces(known).encode(text, 10**6) == theirs.encode(text).ids
