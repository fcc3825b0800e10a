"""The weight of changes, and the number that follows."""

import pytest

from assay.author.change import Bump, Change, largest, next_version
from assay.core.errors import BadInput


def change(bump: Bump) -> Change:
    return Change(area="message", name="1", kind="changed", bump=bump, what="the 'user' message was reworded")


@pytest.mark.parametrize(
    ("version", "bump", "expected"),
    [
        ("1.2.3", "none", "1.2.3"),
        ("1.2.3", "patch", "1.2.4"),
        ("1.2.3", "minor", "1.3.0"),
        ("1.2.3", "major", "2.0.0"),
        ("0.9.9", "patch", "0.9.10"),
    ],
)
def test_the_number_that_follows(version: str, bump: Bump, expected: str) -> None:
    assert next_version(version, bump) == expected


@pytest.mark.parametrize("version", ["1.2", "1.2.3.4", "a.b.c", "1.2.-3", "", "1.2.³"])
def test_what_is_no_version_is_refused(version: str) -> None:
    with pytest.raises(BadInput, match="not a semantic version"):
        next_version(version, "patch")


def test_the_heaviest_change_decides() -> None:
    assert largest([]) == "none"
    assert largest([change("patch"), change("major"), change("none")]) == "major"


def test_a_change_is_json_ready() -> None:
    assert change("patch").as_dict() == {
        "area": "message",
        "name": "1",
        "kind": "changed",
        "bump": "patch",
        "what": "the 'user' message was reworded",
        "old": None,
        "new": None,
    }
