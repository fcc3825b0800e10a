"""One change between two versions of a prompt, and what it means for the version's number.

    none    nothing that shapes a reply: ownership, description, examples, suites, meta
    patch   wording and parameters: the same values go in, the same kind of reply comes out
    minor   old callers go on as they are: an optional input, an input that takes more, a reply that is held to more
    major   old callers may break: an input that takes less, a reply that may be something new

What changed is found by ``diff.py``; whether it should have is for people to say.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from assay.core.errors import BadInput

Bump = Literal["none", "patch", "minor", "major"]
BUMPS: tuple[Bump, ...] = ("none", "patch", "minor", "major")

Area = Literal["message", "partial", "input", "contract", "tool", "model", "parameter", "form", "about"]
ChangeKind = Literal["added", "removed", "changed", "renamed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change and its weight.

    Attributes:
        name: What changed within the area: an input, a clause of the contract, a parameter, a message's number.
        what: One sentence.
        old: The value before, as JSON-ready data, where it is short and says something; else None.
        new: The value after, likewise.
    """

    area: Area
    name: str
    kind: ChangeKind
    bump: Bump
    what: str
    old: object = None
    new: object = None

    def as_dict(self) -> dict[str, object]:
        """JSON-ready data with every field."""
        return {
            "area": self.area,
            "name": self.name,
            "kind": self.kind,
            "bump": self.bump,
            "what": self.what,
            "old": self.old,
            "new": self.new,
        }


def largest(changes: Iterable[Change]) -> Bump:
    """The weight of several changes: that of the heaviest."""
    return max((change.bump for change in changes), key=BUMPS.index, default="none")


def next_version(version: str, bump: Bump) -> str:
    """The number that follows a semantic version after such a change.

    Raises:
        BadInput: The version is not three numbers.
    """
    parts = version.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        raise BadInput(
            f"{version!r} is not a semantic version", hint="write three numbers, such as 1.0.0", code="version.form"
        )
    major, minor, patch = map(int, parts)
    following = {
        "none": (major, minor, patch),
        "patch": (major, minor, patch + 1),
        "minor": (major, minor + 1, 0),
        "major": (major + 1, 0, 0),
    }
    return ".".join(map(str, following[bump]))
