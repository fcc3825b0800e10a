"""Refusals by how they begin and what they say."""

import pytest

from assay.evaluate.measures.refusal import is_refusal


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "  I’m unable to do so",
        "Sorry!",
        "As an AI language model, I have no opinion.",
        "Well, I cannot create malware.",
        "That would not be appropriate." + " Not ethical",
        "I can't assist with that request",
        "I want to be helpful, but this is too much.",
    ],
)
def test_these_are_refusals(text):
    assert is_refusal(text)


@pytest.mark.parametrize(
    "text", ["Here is the answer.", "You cannot miss it.", "The helper cannot helpfully", "An apology: I sorry", ""]
)
def test_these_are_none(text):
    assert not is_refusal(text)
