"""A body whose role lines are misspelt is not silently one message of the user."""

import pytest

from assay.author.parse import parse_prompt
from assay.author.source import WorkingTree
from assay.core.errors import BadInput

HEAD = "---\nprompt: a\n---\n"


@pytest.mark.parametrize("line", ["System:", "USER:", "  system:", "Assistant: "])
def test_a_line_that_was_meant_as_a_role_is_named(tmp_path, line):
    with pytest.raises(BadInput, match="starts no message") as caught:
        parse_prompt(f"{HEAD}{line}\nBe kind.\n", path="a.prompt.md", source=WorkingTree(tmp_path))

    assert caught.value.where.line == 4


@pytest.mark.parametrize("body", ["The system: it works", "system: and more", "Note:\nbe kind"])
def test_other_text_is_one_message(tmp_path, body):
    prompt = parse_prompt(f"{HEAD}{body}\n", path="a.prompt.md", source=WorkingTree(tmp_path))

    assert [m.role for m in prompt.messages] == ["user"]
