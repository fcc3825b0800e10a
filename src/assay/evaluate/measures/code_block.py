"""The fenced code blocks of a text in Markdown."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"[ \t]{0,3}(?P<fence>`{3,}|~{3,})(?P<info>.*)")
_LINE = re.compile(r"\r\n?|\n")


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """What stands between two fences, and the language that the first one names, in lower case."""

    language: str
    text: str


def code_blocks(text: str) -> Iterator[CodeBlock]:
    """The blocks that are closed, in order."""
    language, fence = "", ""
    lines: list[str] = []
    for line in _LINE.split(text):
        found = _FENCE.fullmatch(line)
        if not fence:
            if found:
                fence, language, lines = found["fence"], found["info"].strip().lower(), []
        elif found and found["fence"].startswith(fence) and not found["info"].strip(" \t"):
            yield CodeBlock(language, "\n".join(lines).strip())
            fence = ""
        else:
            lines.append(line)
