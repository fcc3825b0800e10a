"""``prompts.lock``: the digest of each partial, so that a shared fragment cannot change under a prompt.

The file is YAML with one line a partial; ``assay lock`` writes it. A partial without a line is not
pinned yet (``assay lint`` says so); one whose text differs from its line is refused.
"""

import json
import re

from assay.author.source import Source
from assay.author.types import Partial
from assay.core.document import Document, parse_document
from assay.core.errors import BadInput
from assay.core.fields import Fields

LOCK_FILE = "prompts.lock"

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*")


class Lock:
    """The pins of one project."""

    def __init__(self, source: Source) -> None:
        self.pins: dict[str, str] = {}
        self._document: Document | None = None
        if source.has(LOCK_FILE):
            self._document = parse_document(source.read(LOCK_FILE), file=source.name(LOCK_FILE))
            fields = Fields(self._document, code="lock")
            fields.raw("lock_version")
            for name in fields.mapping("partials"):
                self.pins[name] = fields.sub("partials").need_text(name)

    def check(self, partial: Partial) -> None:
        """Refuse a partial whose text is not the one that was pinned."""
        pinned = self.pins.get(partial.name)
        if pinned is not None and pinned != partial.digest:
            assert self._document is not None
            raise BadInput(
                f"the partial {partial.name!r} has changed since it was pinned",
                hint="look at the change, then pin it with 'assay lock'",
                code="lock.changed",
                where=self._document.at("partials", partial.name),
            )


def dump_lock(partials: dict[str, Partial]) -> str:
    """The text of a lock file that pins these partials."""
    lines = ["# Written by 'assay lock'; keep it in version control.", "lock_version: 1"]
    lines.append("partials:" if partials else "partials: {}")
    lines += [f"  {_key(name)}: {partials[name].digest}" for name in sorted(partials)]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    """The name as a key, in quotes where YAML would make something else of it."""
    return name if _PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=False)
