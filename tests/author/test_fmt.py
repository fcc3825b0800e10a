"""One layout, and the same prompt."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assay.author.fmt import KEY_ORDER, format_prompt
from assay.author.types import Prompt
from assay.author.version import digest_of
from assay.core.errors import BadInput
from assay.testing.memory_tree import prompt_of

# A dot stands for a space at the end of a line.
MESSY = """\
---
# Copyright by us.

# who
owner:  support···
model: openai/gpt-4o


inputs:
  history?: any
  ticket:
    type: string   # the text

    trust: user

# the name
prompt: support.triage
description: >
  Sorts
  tickets.
---


system:··
You sort.··
  Indented.


{{ ticket }}···

insert:  history·
user:

\\user:
x
""".replace("·", " ")

TIDY = """\
---
# Copyright by us.

# the name
prompt: support.triage
description: >
  Sorts
  tickets.

inputs:
  history?: any
  ticket:
    type: string   # the text

    trust: user
model: openai/gpt-4o
# who
owner:  support
---
system:
You sort.··
  Indented.


{{ ticket }}

insert: history

user:
\\user:
x
""".replace("·", " ")


def same(old: Prompt, new: Prompt) -> bool:
    """Whether two prompts agree in all but the places of things."""
    fields = ("name", "description", "version", "inputs", "model", "contract", "ownership", "suites", "meta")
    return digest_of(old) == digest_of(new) and all(getattr(old, f) == getattr(new, f) for f in fields)


def test_a_messy_file_becomes_a_tidy_one() -> None:
    assert format_prompt(MESSY, "a.prompt.md") == TIDY
    assert format_prompt(TIDY, "a.prompt.md") == TIDY
    assert same(prompt_of(MESSY), prompt_of(TIDY))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("---\nprompt: a\n---\nuser:\nx", "---\nprompt: a\n---\nuser:\nx\n", id="end-of-file"),
        pytest.param("---\nprompt: a\n---\n\nx\n\n\n", "---\nprompt: a\n---\nx\n", id="no-marker"),
        pytest.param("\ufeff---\r\nprompt: a\r\n---\r\nx\r\n", "---\nprompt: a\n---\nx\n", id="from-another-system"),
        pytest.param("---  \nprompt: a\n--- \nx\n", "---\nprompt: a\n---\nx\n", id="fences"),
        pytest.param(
            "---\nowner: b\nprompt: a\n# end\n---\nx\n", "---\nprompt: a\nowner: b\n# end\n---\nx\n", id="last-comment"
        ),
        pytest.param("---\n{owner: b, prompt: a}\n---\nx\n", None, id="a-flow-mapping-stays"),
        pytest.param("---\nowner: &o b\nprompt: a\ndescription: *o\n---\nx\n", None, id="an-alias-stays-below"),
        pytest.param("---\nprompt: a\ndescription: |+\n  b\n\n\nowner: c\n---\nx\n", None, id="kept-blank-lines-stay"),
        pytest.param("---\nprompt: a\ndescription: |\n  b  \n  c\n---\nx\n", None, id="spaces-in-a-block-stay"),
        pytest.param("---\nprompt: a\n'owner': b\n---\nx\n", None, id="a-quoted-key"),
    ],
)  # fmt: skip
def test_what_is_made_of(text: str, expected: str | None) -> None:
    assert format_prompt(text, "a.prompt.md") == (text if expected is None else expected)


def test_yaml_alone_is_laid_out_too() -> None:
    text = "messages:\n  - user: |\n      a  \n      b\nprompt: a\n\n\n\n"

    assert format_prompt(text, "a.prompt.yaml") == "prompt: a\nmessages:\n  - user: |\n      a  \n      b\n"


def test_kept_blank_lines_at_the_end_of_yaml_stay() -> None:
    text = "prompt: a\nmessages:\n  - user: |+\n      a\n\n\n"

    assert format_prompt(text, "a.prompt.yaml") == text


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("prompt: a\n", "does not start with front matter"),
        ("---\nprompt: [\n---\nx", "not valid YAML"),
        ("---\nprompt: a\n---\nstray\nuser:\nx", "before the first message"),
        ("---\nprompt: a\n---\nuser:\nassistant:\nx", "'user:' is empty"),
    ],
)
def test_what_is_no_prompt_file_is_refused_with_its_place(text: str, what: str) -> None:
    with pytest.raises(BadInput, match=what) as caught:
        format_prompt(text, "a.prompt.md")

    assert caught.value.where is not None
    assert caught.value.where.file == "a.prompt.md"


def test_every_known_key_has_its_place() -> None:
    text = "---\n" + "".join(f"{key}: x\n" for key in reversed(KEY_ORDER)) + "---\nx\n"

    assert format_prompt(text, "a.prompt.md") == "---\n" + "".join(f"{key}: x\n" for key in KEY_ORDER) + "---\nx\n"


_space = st.sampled_from(["", " ", "  ", "\t", "\u00a0", "\x0b", "\x1f"])
_blank = st.sampled_from(["", "\n", "\n\n", " \n", "# note\n", "\n# note\n", "# note\n\n", "\n\n# a \n\n\n# b\n"])
_entries = st.sampled_from(
    [
        "description: words",
        "description: 'two\n  lines'",
        "description: |\n  block  \n\n  # text\n",
        "description: |+\n  kept\n\n",
        "description: >-\n  folded\n  text",
        "owner: us  ",
        "owner:   # whose\n  us",
        "reviewers:\n- a\n# between\n- b",
        "reviewers: [a,\n  b]",
        "inputs:\n  x?: string\n\n  # why\n  y: {default: |-\n      z }"
        if False
        else "inputs:\n  x?: string\n\n  # why\n",
        "inputs:\n  x:\n    default: |\n      long  \n      text\n",
        "meta: {a: &a [1], b: *a}",
        "version: 1.0.0",
        "model:\n  parameters: {temperature: 0}\n",
        "lint: {ignore: [no-suite]}",
        "risk: low\t",
    ]
)
_line = st.builds(
    lambda a, b, c: a + b + c,
    _space,
    st.sampled_from(["", "words", "user:", "\\user:", "\\insert: x", "insert: x y", "{{ x }}", "# head", "---", "\\"]),
    _space,
)


@st.composite
def _files(draw: st.DrawFn) -> str:
    keys: dict[str, str] = {"prompt": "prompt: a.b"}
    for entry in draw(st.lists(_entries, max_size=6)):
        keys.setdefault(entry.partition(":")[0], entry)
    front = "".join(
        f"{draw(_blank)}{entry}{'' if entry.endswith(chr(10)) else chr(10)}"
        for entry in draw(st.permutations(list(keys.values())))
    )
    body = ""
    for role in draw(st.lists(st.sampled_from(["system", "user", "assistant"]), max_size=3)):
        lines = draw(st.lists(_line, min_size=1, max_size=5))
        body += (
            f"{draw(_blank.filter(lambda b: '#' not in b))}{role}:{draw(st.sampled_from(['', ' ', chr(9)]))}\n"
            + "\n".join(lines)
            + "\n"
        )
    return f"---\n{front}{draw(_blank)}---\n{body or 'x'}{draw(st.sampled_from(['', chr(10), '  ']))}"


@given(_files())
def test_the_prompt_stays_the_same_and_a_second_time_changes_nothing(text: str) -> None:
    try:
        before = prompt_of(text)
    except BadInput:
        assume(False)
        return
    once = format_prompt(text, "p.prompt.md")

    assert same(before, prompt_of(once))
    assert format_prompt(once, "p.prompt.md") == once
    assert sorted(line.rstrip() for line in once.split("\n") if line.startswith("#")) == sorted(
        line.rstrip() for line in text.split("\n") if line.startswith("#")
    )
