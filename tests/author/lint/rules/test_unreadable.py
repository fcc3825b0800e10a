"""Rule ``unreadable``: a file that is no prompt is a finding, and the others are checked."""

from datetime import date

from assay.author.lint.check import check_project
from assay.author.lint.rules.unreadable import unreadable
from assay.core.errors import BadInput
from assay.testing.memory_tree import MemoryTree

GOOD = "---\nprompt: good\n---\nuser:\nHello.\n"


def test_a_hit_does_not_keep_the_others_from_being_checked():
    files = {"bad.prompt.md": "---\nprompt: bad\nrisk: hihg\n---\nuser:\nx\n", "good.prompt.md": GOOD}
    found = check_project(MemoryTree(files), today=date(2027, 1, 15))

    (hit,) = [finding for finding in found if finding.rule == "unreadable"]
    assert (hit.level, str(hit.where)) == ("error", "bad.prompt.md:3:7 (risk)")
    assert hit.hint == "did you mean 'high'?"
    assert any(finding.where.file == "good.prompt.md" for finding in found)


def test_a_file_that_is_not_checked_is_left_alone():
    files = {"bad.prompt.md": "nothing", "good.prompt.md": GOOD}
    found = check_project(MemoryTree(files), ["good.prompt.md"], today=date(2027, 1, 15))

    assert {finding.where.file for finding in found} == {"good.prompt.md"}


def test_a_near_miss_is_read(lint):
    assert lint("unreadable") == []


def test_an_error_without_a_place_is_placed_at_the_file():
    found = unreadable(BadInput("it cannot be read", code="source.unreadable"), "a.prompt.md")

    assert str(found.where) == "a.prompt.md"
