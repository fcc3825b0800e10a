"""Tokens by the conventions of the Penn Treebank."""

import pytest

from assay.evaluate.measures.treebank import tokens


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("They'll save and invest more.", ["They", "'ll", "save", "and", "invest", "more", "."]),
        ("hi, my name can't hello,", ["hi", ",", "my", "name", "ca", "n't", "hello", ","]),
        ("Good muffins cost $3.88\nin New York.", ["Good", "muffins", "cost", "$", "3.88", "in", "New", "York", "."]),
        ("I cannot; gonna (soon)...", ["I", "can", "not", ";", "gon", "na", "(", "soon", ")", "..."]),
        ('He said, "stop"', ["He", "said", ",", "``", "stop", "''"]),
        ("1,000 -- or 3:30", ["1,000", "--", "or", "3:30"]),
        ("the dog's 'tis", ["the", "dog", "'s", "'t", "is"]),
        ("", []),
    ],
)
def test_punctuation_and_clitics_stand_alone(text, found):
    assert tokens(text) == found
