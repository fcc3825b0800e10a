"""Rule ``near-duplicate``: one prompt is not kept twice."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.author.fixed_text import fixed_text
from assay.author.lint.rule import Context, LintSettings, rules
from assay.author.lint.rules import near_duplicate
from assay.testing.memory_tree import MemoryTree, prompt_of

WORDS = [f"word{i}" for i in range(100)]
BODY = "user:\n" + " ".join(WORDS)


def other(name: str, words: list[str], file: str = "o.prompt.md") -> dict[str, str]:
    return {file: f"---\nprompt: {name}\n---\nuser:\n{' '.join(words)}\n"}


def test_a_hit(lint):
    changed = [*WORDS[:50], "another", *WORDS[51:]]
    (found,) = lint("near-duplicate", body=BODY, files=other("o", changed))

    assert found.level == "warning"
    assert "a.b is nearly the same as o in o.prompt.md (92% of the word groups)" in found.what


def test_of_a_pair_the_later_file_says_so(lint):
    assert lint("near-duplicate", body=BODY, files=other("o", WORDS, "z.prompt.md")) == []


def test_the_earlier_file_says_so_when_the_later_one_is_not_checked(lint):
    files = other("o", WORDS, "z.prompt.md")

    assert len(lint("near-duplicate", body=BODY, files=files, checked=frozenset({"p.prompt.md"}))) == 1


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("o", [*WORDS[:60], *(f"x{i}" for i in range(40))], id="less-in-common"),
        pytest.param("a.b", WORDS, id="versions-of-one-prompt"),
    ],
)
def test_a_near_miss(lint, name, words):
    assert lint("near-duplicate", body=BODY, files=other(name, words)) == []


def test_short_texts_are_left_out(lint):
    assert lint("near-duplicate", body="user:\n" + " ".join(WORDS[:19]), files=other("o", WORDS[:19])) == []


@given(st.integers(0, 10_000), st.sampled_from([0.5, 0.8, 0.95, 1.0]))
def test_no_pair_is_missed_and_none_made_up(seed: int, least: float) -> None:
    chance = random.Random(seed)
    base = [f"w{chance.randrange(30)}" for _ in range(30)]
    prompts = []
    for i in range(6):
        words = [w if chance.random() > 0.05 * i else "other" for w in base]
        prompts.append(replace(prompt_of(f"---\nprompt: p{i}\n---\nuser:\n{' '.join(words)}\n"), file=f"{i}"))
    context = Context(
        today=None,  # type: ignore[arg-type] # this rule does not ask for it
        source=MemoryTree({}),
        prompts=tuple(prompts),
        checked=frozenset(p.file for p in prompts),
        settings=LintSettings(near_duplicate=least),
    )
    found = {
        (p.file, f.what.split(" in ")[1].split(" ")[0])
        for p in prompts
        for f in rules.get("near-duplicate")(p, context)
    }

    assert found == {(a.file, b.file) for a in prompts for b in prompts if b.file < a.file and share(a, b) >= least}


def share(a, b) -> float:
    """The definition, without the short cut."""
    one, two = (set(zip(*(fixed_text(p).split()[i:] for i in range(4)), strict=False)) for p in (a, b))
    return len(one & two) / len(one | two)


def test_the_words_of_a_group_are_as_many_as_the_page_says():
    assert (near_duplicate.WORDS, near_duplicate.FEWEST_WORDS) == (4, 20)
