"""What a change of an input means for callers."""

import pytest

from assay.author.input_change import input_changes
from assay.testing.memory_tree import prompt_of


def changes(old: str, new: str) -> list[tuple[str, str]]:
    before, after = (prompt_of(f"---\nprompt: a\ninputs: {{{text}}}\n---\nuser:\nx\n").inputs for text in (old, new))
    return [(change.bump, change.what) for change in input_changes(before, after)]


@pytest.mark.parametrize(
    ("old", "new", "bump", "words"),
    [
        pytest.param("", "a: string", "major", "was added and has to be given", id="required-added"),
        pytest.param("", "a?: string", "minor", "was added and may be left out", id="optional-added"),
        pytest.param("", "a: {type: string, default: x}", "minor", "may be left out", id="added-with-a-default"),
        pytest.param("a: string", "", "major", "'a' was removed", id="removed"),
        pytest.param("a: string", "b: string", "major", "'a' is called 'b' now", id="renamed"),
        pytest.param("a: string", "a?: string", "minor", "may be left out now", id="no-longer-required"),
        pytest.param("a?: string", "a: string", "major", "has to be given now", id="required-now"),
        pytest.param("a: {type: string, default: x}", "a: string", "major", "has to be given", id="default-gone"),
        pytest.param(
            "a: {type: string, default: x}", "a: {type: string, default: y}", "patch", "default", id="other-default"
        ),
        pytest.param("a: {default: 1}", "a: {default: true}", "patch", "default", id="one-is-not-true"),
        pytest.param(
            "a: {type: string, default: x, required: true}",
            "a: {type: string, default: x, required: false}",
            "minor",
            "takes null now",
            id="null-taken",
        ),
        pytest.param(
            "a: {type: string, default: x, required: false}",
            "a: {type: string, default: x, required: true}",
            "major",
            "no longer takes null",
            id="null-refused",
        ),
        pytest.param("a: string", "a: any", "minor", "takes more values", id="wider"),
        pytest.param("a: any", "a: string", "major", "takes fewer values", id="narrower"),
        pytest.param("a: integer", "a: string", "major", "takes other values", id="another-type"),
        pytest.param('a: "string, it"', 'a: "string, that"', "patch", "described in another way", id="description"),
        pytest.param("a: {max_chars: 5}", "a: {max_chars: 9}", "minor", "from 5 characters to 9", id="longer"),
        pytest.param("a: {max_chars: 5}", "a: {}", "minor", "from 5 characters to none", id="limit-gone"),
        pytest.param("a: {}", "a: {max_chars: 5}", "major", "from none to 5 characters", id="limit-new"),
        pytest.param("a: {max_chars: 9}", "a: {max_chars: 5}", "major", "from 9 characters to 5", id="shorter"),
        pytest.param("a: {trust: user}", "a: {trust: tool}", "minor", "from user to tool", id="trust"),
        pytest.param("a: {examples: [x]}", "a: {examples: [y]}", "none", "examples", id="examples"),
    ],
)
def test_one_change(old: str, new: str, bump: str, words: str) -> None:
    ((found, what),) = changes(old, new)

    assert found == bump
    assert words in what


def test_no_rename_is_guessed_where_two_could_be_meant() -> None:
    assert [bump for bump, _ in changes("a: string, b: string", "c: string")] == ["major"] * 3


def test_several_changes_of_one_input_are_told_one_by_one() -> None:
    found = changes("a: {type: string, max_chars: 5}", "a?: {type: integer, trust: tool}")

    assert sorted(bump for bump, _ in found) == ["major", "minor", "minor", "minor"]
    assert changes("a: string", "a: string") == []
