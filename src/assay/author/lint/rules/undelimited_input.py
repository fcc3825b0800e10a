"""Rule ``undelimited-input`` (warning): text from outside that runs into instructions.

What it finds
    A message that prints an input from outside and goes on with text, and nothing marks where the value ends: no
    closing tag, quote or fence, and no labelled line such as ``Category:`` after it. Numbers, values from a fixed
    list and inputs of at most 100 characters are let through.

Why
    The model cannot tell the value from the instructions around it. A value that says "ignore the next line" has the
    same standing as the author's words.

Example
    user:
    Translate this text:
    {{ text }}
    Keep the names as they are.

What to write instead
    user:
    Translate the text between the tags. Keep the names as they are.

    <text>
    {{ text }}
    </text>
"""

import re
from collections.abc import Iterator, Sequence

from assay.author import language
from assay.author.lint.rule import Context, Finding, rules
from assay.author.lint.usage import UNTRUSTED, MessageUsage, is_free_text, usages
from assay.author.scan import Chunk
from assay.author.types import Prompt
from assay.core.location import Location

SHORT_CHARS = 100

_END_MARK = re.compile(r"""\s*(?:["'`»”’<>\])}|#]|---|===|\*\*\*|~~~|[^\n.!?]{1,40}:(?:\s|$))""")


@rules.register("undelimited-input")
def undelimited_input(prompt: Prompt, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - a rule takes both
    """Each such input, once a message."""
    for message, usage in zip(prompt.messages, usages(prompt), strict=True):
        seen: set[str] = set()
        for name, where in _open_ended(usage):
            long = [n for n in sorted(usage.behind(name) & prompt.inputs.keys()) if _is_long(prompt, n)]
            for entry in long:
                if entry not in seen:
                    seen.add(entry)
                    what = f"the {message.role} message goes on after {entry!r}, and nothing marks where the value ends"
                    hint = f"put it at the end, or between marks such as <{entry}> and </{entry}>"
                    yield Finding("undelimited-input", "warning", what, hint, where)


def _is_long(prompt: Prompt, name: str) -> bool:
    entry = prompt.inputs[name]
    short = entry.max_chars is not None and entry.max_chars <= SHORT_CHARS
    return entry.trust in UNTRUSTED and is_free_text(entry.schema) and not short


def _open_ended(usage: MessageUsage) -> Iterator[tuple[str, Location]]:
    """Names that are printed where text follows without a mark."""
    for i, (chunk, file) in enumerate(usage.chunks):
        if chunk.kind == "expression" and not _is_quoted(chunk) and _runs_on(usage.chunks[i + 1 :]):
            for name in sorted(language.names(chunk)):
                yield name, Location(file, chunk.line)


def _is_quoted(chunk: Chunk) -> bool:
    return re.search(r"\|\s*tojson\b", chunk.body) is not None


def _runs_on(rest: Sequence[tuple[Chunk, str]]) -> bool:
    """Whether the next text that is not blank begins without a mark."""
    text = "".join(chunk.source if chunk.kind in ("text", "raw") else "" for chunk, _ in rest)
    return bool(text.strip()) and _END_MARK.match(text) is None
