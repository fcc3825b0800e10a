"""A prompt's words with their places."""

from assay.author.lint.wording import flat, sentences, written
from assay.testing.memory_tree import prompt_of

TEXT = """---
prompt: a
meta: {note: [one, two]}
---
system:
Be brief. Use version 1.5 of it!
Second line

assistant:
Not an instruction.

user:
Last?
"""


def test_sentences_are_those_of_instructions_with_their_lines() -> None:
    found = [(s.message, s.text, s.where.line) for s in sentences(prompt_of(TEXT))]

    assert found == [
        (0, "Be brief.", 6),
        (0, "Use version 1.5 of it!", 6),
        (0, "Second line", 7),
        (2, "Last?", 13),
    ]


def test_all_that_was_written_has_a_place() -> None:
    places = {text.text: str(text.where) for text in written(prompt_of(TEXT))}

    assert places["one"] == "p.prompt.md:3:15 (meta.note[0])"
    assert places["Not an instruction."] == "p.prompt.md:10"


def test_messages_in_yaml_are_there_once() -> None:
    prompt = prompt_of("prompt: a\nmessages:\n  - user: |\n      one\n      two\n", path="p.prompt.yaml")
    found = [text for text in written(prompt) if "two" in text.text]

    assert [(text.text, text.at(text.text.index("two")).line) for text in found] == [("one\ntwo", 5)]


def test_flat_text_has_single_spaces_and_lower_case() -> None:
    assert flat(" Out  of\nSCOPE ") == "out of scope"
