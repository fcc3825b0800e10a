"""Reading a list that is written as one text: parts between commas, and quotes around one that has a comma itself."""

import re

_PART = re.compile(
    r"""[\s,]*(?:"((?:\\["\\]|""|[^"])*+)"\s*(?=,|\Z)|([^",\s][^,]*))""",
)
_ESCAPE = re.compile(r'\\(["\\])|""')
_END = re.compile(r"[\s,]*\Z")


def comma_list(text: str) -> list[str]:
    r"""The parts of ``a, "b, c"``: ``a`` and ``b, c``.

    White space around a part is left out, and empty parts are. Within quotes ``\"`` and ``""`` stand for a quote, and
    ``\\`` for a backslash.

    Raises:
        ValueError: Quotes do not end, or something other than a comma comes after them.
    """
    found, at = [], 0
    while not _END.match(text, at):
        part = _PART.match(text, at)
        if part is None:
            raise ValueError("quotes that do not end, or end before a part does")
        quoted, plain = part.groups()
        found.append(plain.strip() if quoted is None else _ESCAPE.sub(lambda m: m[1] or '"', quoted))
        at = part.end()
    return found
