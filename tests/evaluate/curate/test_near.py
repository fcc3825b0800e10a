"""Texts that are nearly the same are found among many, and others are not."""

import random
import tracemalloc

import pytest

from assay.evaluate.curate.near import NearTexts, pieces, similarity

STARTS, ENDS = ["ba", "ko", "ri", "tem", "sul", "vor"], ["na", "len", "dor", "mi", "ska", "tu", "pe"]
WORDS = [start + middle + end for start in STARTS for middle in STARTS for end in ENDS]


def text(chance: random.Random, words: int = 20) -> str:
    return " ".join(chance.choices(WORDS, k=words))


def pairs(texts: list[str], least: float = 0.8) -> dict[int, int]:
    with NearTexts(least) as near:
        for number, found in enumerate(texts):
            near.add(number, found)
        return {pair.later: pair.earlier for pair in near.pairs()}


def test_all_of_the_near_duplicates_are_found_and_nothing_else():
    chance = random.Random(11)
    texts = [text(chance) for _ in range(1_200)]
    planted = {}
    for number in range(1_000, 1_200):
        words = texts[number - 1_000].split()
        words[chance.randrange(20)] = "other"
        texts[number] = " ".join(words)
        if similarity(texts[number], texts[number - 1_000]) >= 0.8:
            planted[number] = number - 1_000

    found = pairs(texts)

    assert len(planted) > 100
    assert {later: found.get(later) for later in planted} == planted
    assert {later for later in found if later not in planted} == {
        later for later, earlier in found.items() if similarity(texts[later], texts[earlier]) >= 0.8
    } - planted.keys()


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("yes", "YES ", True),
        ("yes", "no", False),
        ("Charge me  once, please.", "charge me once, please.", True),
        ("I was charged twice for May", "I was charged twice for June and want it back", False),
        ("", "", False),
        ("日本語の文章です", "日本語の文章です", True),
    ],
)
def test_short_texts_and_white_space(one, other, near):
    assert (pairs([one, other]) == {1: 0}) is near


def test_long_texts_are_compared_by_words():
    chance = random.Random(5)
    long = text(chance, 3_000)
    changed = long.replace("banalen", "x", 3)

    assert len(pieces(long)) < 3_000
    assert pairs([long, text(chance, 3_000), changed]) == {2: 0}


def test_what_a_template_gives_to_every_text_makes_none_of_them_alike():
    chance = random.Random(4)
    template = "Answer the customer's question kindly and promise nothing that the policy does not say. " * 2
    texts = [template + text(chance, 6) for _ in range(300)]
    texts[250] = texts[10].replace("kindly", "Kindly")
    assert similarity(texts[1], texts[2]) > 0.45

    assert pairs(texts, 0.45) == {250: 10}


def test_of_many_that_are_the_same_each_is_paired_with_the_first():
    assert pairs(["the same text again and again"] * 50) == dict.fromkeys(range(1, 50), 0)


def test_memory_does_not_grow_with_the_number_of_texts():
    def peak(count: int) -> int:
        chance = random.Random(1)
        tracemalloc.start()
        with NearTexts(0.8) as near:
            for number in range(count):
                near.add(number, f"{chance.getrandbits(160):x}")
            assert list(near.pairs()) == []
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(3_000) - peak(1_500) < 500_000
