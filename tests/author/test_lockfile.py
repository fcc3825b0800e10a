"""Pins: a shared text does not change under a prompt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.author.lockfile import LOCK_FILE, Lock, dump_lock
from assay.author.types import Partial
from assay.core.errors import BadInput
from assay.testing.memory_tree import MemoryTree, prompt_of

TEXT = "---\nprompt: a\n---\nuser:\n{% include 'tone' %} {% include 'other' %}\n"
FILES = {"partials/tone.md": "Be kind.\n", "partials/other.md": "Be brief."}


def pinned(**changed: str) -> dict[str, str]:
    lock = dump_lock(prompt_of(TEXT, FILES).partials)
    return {**FILES, LOCK_FILE: lock, **{f"partials/{name}.md": text for name, text in changed.items()}}


def test_the_lock_file_has_a_line_a_partial() -> None:
    text = pinned()[LOCK_FILE]

    assert text.startswith(
        "# Written by 'assay lock'; keep it in version control.\nlock_version: 1\npartials:\n  other: sha256:"
    )
    assert text.count("sha256:") == 2
    assert dump_lock({}).endswith("partials: {}\n")


def test_a_pinned_partial_is_read_as_long_as_it_stays_the_same() -> None:
    assert set(prompt_of(TEXT, pinned()).partials) == {"tone", "other"}
    assert set(prompt_of(TEXT, pinned(tone="Be kind.\n\n\n")).partials) == {"tone", "other"}


def test_one_that_changed_is_refused_at_its_pin() -> None:
    with pytest.raises(BadInput, match="the partial 'tone' has changed since it was pinned") as caught:
        prompt_of(TEXT, pinned(tone="Be rude."))

    assert str(caught.value.where) == f"{LOCK_FILE}:5:9 (partials.tone)"
    assert "assay lock" in str(caught.value.hint)


def test_one_without_a_pin_is_read() -> None:
    assert prompt_of(TEXT, {**FILES, LOCK_FILE: dump_lock({})}).partials


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("partials: 5", "partials is 5"),
        ("partials: {tone: 5}", "tone is 5"),
        ("[", "not valid YAML"),
        ("- a", "a list"),
    ],
)
def test_a_lock_file_that_is_none_is_one_sentence(text: str, what: str) -> None:
    with pytest.raises(BadInput, match=what) as caught:
        Lock(MemoryTree({LOCK_FILE: text}))

    assert caught.value.where is not None
    assert caught.value.where.file == LOCK_FILE


@given(st.dictionaries(st.text(min_size=1, max_size=12).filter(lambda n: n.isprintable()), st.text(), max_size=4))
def test_what_is_written_is_what_is_read(texts: dict[str, str]) -> None:
    partials = {
        name: Partial(name=name, text=text, digest=f"sha256:{i}", file="f")
        for i, (name, text) in enumerate(texts.items())
    }
    lock = Lock(MemoryTree({LOCK_FILE: dump_lock(partials)}))

    assert lock.pins == {name: partial.digest for name, partial in partials.items()}
