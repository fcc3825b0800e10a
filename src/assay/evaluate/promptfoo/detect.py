"""Whether a file is a configuration of promptfoo's or a suite of Assay's own. Reads little, and raises nothing."""

import re
from pathlib import Path

from assay.evaluate.promptfoo.paths import JAVASCRIPT

_OWN = re.compile(r"^[\"']?(?:datasets|variants|graders)[\"']?\s*:", re.MULTILINE)
_THEIRS = re.compile(
    r"^[\"']?(?:providers|targets|prompts|tests|scenarios|defaultTest|evaluateOptions|commandLineOptions)[\"']?\s*:",
    re.MULTILINE,
)
_JSON_KEY = re.compile(r"\"(?:providers|targets|prompts|tests|scenarios|defaultTest)\"\s*:")
_JSON_OWN = re.compile(r"\"(?:datasets|variants|graders)\"\s*:")
_READ_CHARS = 2_000_000


def is_promptfoo(path: Path) -> bool:
    """Whether the file is one, by its name or by its keys."""
    if path.name.startswith("promptfooconfig."):
        return True
    if path.suffix in JAVASCRIPT:
        return True
    if path.suffix not in {".yaml", ".yml", ".json"} or not path.is_file():
        return False
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as handle:
            text = handle.read(_READ_CHARS)
    except OSError:
        return False
    if text.lstrip().startswith("{"):
        return _JSON_KEY.search(text) is not None and _JSON_OWN.search(text) is None
    return _THEIRS.search(text) is not None and _OWN.search(text) is None
