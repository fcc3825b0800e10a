"""Word by word, and message by message."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.author.types import MessageTemplate
from assay.author.word_diff import WordSegment, align, diff_words, word_counts
from assay.core.location import Location
from assay.models.types import Role


def joined(segments: tuple[WordSegment, ...], *ops: str) -> str:
    return "".join(segment.text for segment in segments if segment.op in ops)


def message(role: Role, source: str = "", insert: str | None = None) -> MessageTemplate:
    return MessageTemplate(role=role, source=source, where=Location("a", 1), insert=insert)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param("", "", [], id="nothing"),
        pytest.param("a b", "a b", [("equal", "a b")], id="the-same"),
        pytest.param("", "a b", [("insert", "a b")], id="all-new"),
        pytest.param(
            "Be brief.",
            "Be very brief.",
            [("equal", "Be"), ("insert", " very"), ("equal", " brief.")],
            id="a-word-more",
        ),
        pytest.param(
            "Sort the old mail.",
            "Sort all new mail.",
            [("equal", "Sort "), ("delete", "the old"), ("insert", "all new"), ("equal", " mail.")],
            id="neighbouring-words-are-one-change",
        ),
        pytest.param(
            "one\ntwo",
            "1\n2",
            [("delete", "one"), ("insert", "1"), ("equal", "\n"), ("delete", "two"), ("insert", "2")],
            id="lines-stay-apart",
        ),
        pytest.param("a", "a ", [("equal", "a"), ("insert", " ")], id="a-space-at-the-end"),
    ],
)
def test_words(old: str, new: str, expected: list[tuple[str, str]]) -> None:
    assert [(s.op, s.text) for s in diff_words(old, new)] == expected


@given(st.text(alphabet="ab .\n", max_size=60), st.text(alphabet="ab .\n", max_size=60))
def test_nothing_is_lost_or_made_up(old: str, new: str) -> None:
    segments = diff_words(old, new)

    assert joined(segments, "equal", "delete") == old
    assert joined(segments, "equal", "insert") == new
    assert all(segment.text for segment in segments)
    assert all(a.op != b.op for a, b in pairwise(segments))


@pytest.mark.parametrize("seam", ["\n", " "])
def test_a_long_text_is_compared_in_time(seam: str) -> None:
    words = [f"word{i % 97} other{i % 89}" for i in range(20_000)]
    old = seam.join(words)
    new = seam.join([*words[:7_000], "new words", *words[7_100:]])
    begin = time.process_time()
    segments = diff_words(old, new)

    assert time.process_time() - begin < 3
    assert joined(segments, "equal", "delete") == old
    assert joined(segments, "equal", "insert") == new


def test_words_are_counted() -> None:
    assert word_counts(diff_words("Sort the old mail.", "Sort all of the mail.")) == (1, 2)


def test_messages_with_the_most_words_in_common_go_together() -> None:
    old = [message("system", "You sort."), message("user", "first example"), message("user", "{{ ticket }} now")]
    new = [message("system", "You sort."), message("user", "{{ ticket }} at once now")]

    assert align(old, new) == [(0, 0), (1, None), (2, 1)]


def test_a_message_keeps_its_partner_under_another_role_when_its_words_stay() -> None:
    text = "You sort tickets into four teams."

    assert align([message("system", text)], [message("developer", text + " Quickly.")]) == [(0, 0)]
    assert align([message("system", text)], [message("user", "{{ x }}")]) == [(0, None), (None, 0)]


def test_an_insert_is_no_message_with_text() -> None:
    pairs = align([message("user", insert="history"), message("user", "a")], [message("user", "a")])

    assert pairs == [(0, None), (1, 0)]


_some = st.lists(
    st.builds(message, st.sampled_from(["system", "user", "assistant"]), st.text(alphabet="ab ", max_size=6)),
    max_size=6,
)


@given(_some, _some)
def test_every_message_is_in_one_pair_in_order(old: list[MessageTemplate], new: list[MessageTemplate]) -> None:
    pairs = align(old, new)

    assert [i for i, _ in pairs if i is not None] == list(range(len(old)))
    assert [j for _, j in pairs if j is not None] == list(range(len(new)))


def test_many_messages_are_aligned_in_time() -> None:
    old = [message("user", f"text {i}") for i in range(300)]
    begin = time.process_time()

    assert len(align(old, [message("user", f"other {i}") for i in range(300)])) >= 300
    assert time.process_time() - begin < 2
