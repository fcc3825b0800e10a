"""Rule ``secret-in-text`` (error): a key, a token or a password in a prompt file.

What it finds
    Text with the shape of a key of well-known services, a private key, a JSON web token, an address with a password, or
    a word such as ``password`` or ``api_key`` with a random-looking value after it. Messages, partials and the front
    matter are searched. Placeholders such as ``sk-xxxxxxxx`` are let through. The finding shows the first characters
    only.

Why
    The file is in version control, its text goes to a model provider with each call, and the model may repeat it.

Example
    system:
    Call the API with the key sk-live-4f… when you need data.

What to write instead
    system:
    Use the tool look_up when you need data.
"""

import re
from collections import Counter
from collections.abc import Iterator
from math import log2

from assay.author.lint.rule import Context, Finding, rules
from assay.author.lint.wording import written
from assay.author.types import Prompt

FEWEST_BITS = 3.0
FEWEST_BITS_OF_A_VALUE = 3.2

_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
    ("an AWS access key", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("a GitHub token", re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})\b")),
    ("a GitLab token", re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}")),
    ("an API key", re.compile(r"\bsk-[A-Za-z0-9_-]{20,}")),
    ("a Google API key", re.compile(r"\bAIza[0-9A-Za-z_-]{35}")),
    ("a Slack token", re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}")),
    ("a payment key", re.compile(r"\b[rs]k_(?:live|test)_[0-9A-Za-z]{16,}")),
    ("a Hugging Face token", re.compile(r"\bhf_[A-Za-z0-9]{30,}\b")),
    ("an npm token", re.compile(r"\bnpm_[A-Za-z0-9]{36}\b")),
    ("a SendGrid key", re.compile(r"\bSG\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}")),
    ("a JSON web token", re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}")),
    ("an address with a password", re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,60}:(?P<value>[^\s/@]{6,100})@")),
)
_NAMED = re.compile(
    r"\b(?:password|passwd|passphrase|secret|token|api[ _-]?key|access[ _-]?key|client[ _-]?secret)\b"
    r"[\"']?(?:\s+is)?\s*[:=]?\s*[\"'`]?(?P<value>[A-Za-z0-9+/_.!#$%^&*~-]{12,})",
    re.IGNORECASE,
)


@rules.register("secret-in-text")
def secret_in_text(prompt: Prompt, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - a rule takes both
    """Each such text."""
    for text in written(prompt):
        for thing, shown, offset in _secrets(text.text):
            what = f"this looks like {thing}: {shown}"
            hint = "take it out, replace it at its service, and refer to it from the environment"
            yield Finding("secret-in-text", "error", what, hint, text.at(offset))


def _secrets(text: str) -> Iterator[tuple[str, str, int]]:
    """(what it looks like, its beginning, its offset), those of known shape first."""
    taken: list[tuple[int, int]] = []
    for thing, shape in _SHAPES:
        for found in shape.finditer(text):
            value = found.groupdict().get("value") or found[0]
            if "PRIVATE" in value or bits(value) >= FEWEST_BITS:
                taken.append(found.span())
                yield thing, _beginning(found[0]), found.start()
    for found in _NAMED.finditer(text):
        value, begin = found["value"], found.start("value")
        known = any(start <= begin < stop for start, stop in taken)
        mixed = re.search(r"\d", value) and re.search(r"[A-Za-z]", value)
        if not known and mixed and bits(value) >= FEWEST_BITS_OF_A_VALUE:
            yield "a secret", _beginning(value), begin


def _beginning(secret: str) -> str:
    return secret if secret.startswith("-----") else f"{secret[:4]}…"


def bits(text: str) -> float:
    """Shannon entropy per character: about 4 and more for random text, under 3 for placeholders."""
    return -sum(n / len(text) * log2(n / len(text)) for n in Counter(text).values())
