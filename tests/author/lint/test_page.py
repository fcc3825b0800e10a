"""A rule's docstring is its page."""

from pathlib import Path

import pytest

from assay.author.lint.page import SECTIONS, describe, page, pages
from assay.author.lint.rule import Finding, rules
from assay.core.errors import UnknownName

PAGES = Path(__file__).parents[3] / "docs/reference/lint"


@pytest.mark.parametrize("name", rules.names())
def test_a_docstring_has_its_sections(name: str) -> None:
    text = describe(name)

    assert text.name == name
    assert tuple(text.sections) == SECTIONS
    assert all(text.sections.values())


@pytest.mark.parametrize("file", pages())
def test_the_committed_page_is_the_docstrings(file: str) -> None:
    # When it is not: python -m assay.author.lint.page docs/reference/lint
    assert (PAGES / file).read_text(encoding="utf-8") == pages()[file]


def test_an_example_stands_as_it_is_and_prose_is_markdown() -> None:
    text = page(describe("untrusted-in-system"))

    assert text.startswith(
        "# `untrusted-in-system`\n\nText from outside in a message that the model obeys. Level: error.\n"
    )
    assert "```text\nsystem:\nYou answer questions about this page: {{ page }}\n```" in text
    assert "``" not in text.replace("```", "")


def test_an_outside_rule_without_such_a_docstring_still_has_a_name() -> None:
    @rules.register("of-our-own")
    def of_our_own(prompt, context) -> list[Finding]:
        return []

    try:
        assert describe("of-our-own").name == "of-our-own"
    finally:
        del rules._found["of-our-own"]


def test_an_unknown_rule_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName) as caught:
        describe("missing-ower")

    assert caught.value.hint == "did you mean 'missing-owner'?"
