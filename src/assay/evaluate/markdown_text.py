"""Text of models and cases inside Markdown that a code host renders: it stays text, on one line, and calls nobody.

Three things would act otherwise: Markdown's own signs and HTML, which are written as character references; what a
host looks for after rendering (mentions, references to issues, commands, links), which it does not look for in
code; and line breaks, which are taken out.
"""

import re
import string

from assay.evaluate.report_text import one_line

# What is left out means nothing inside a line, and is frequent: the text stays readable where it is not rendered.
_REFERENCES = str.maketrans({sign: f"&#{ord(sign)};" for sign in string.punctuation if sign not in ",;%()'+-=?."})
_CALLS = re.compile(r"[@#]|(?<=:)(?=//)|(?<=\bwww)(?=\.)|(?<=\bGH)(?=-)")
_APART = "\u200b"


def code(text: str, limit_chars: int) -> str:
    """Text of whoever wrote it, as code: the only way in for what a model said."""
    flat = one_line(text, limit_chars)
    return f"<code>{flat.translate(_REFERENCES)}</code>" if flat.strip() else "<em>empty</em>"


def prose(text: str, limit_chars: int = 1_000) -> str:
    """A sentence of ours with names in it that others chose: mentions and links are pulled apart."""
    flat = _CALLS.sub(lambda found: f"{found[0]}{_APART}", one_line(text, limit_chars))
    return flat.translate(_REFERENCES)
