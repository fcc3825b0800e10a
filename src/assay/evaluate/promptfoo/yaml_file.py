"""YAML and JSON of a configuration, with the merge keys (``<<``) that promptfoo's parser knows.

Plain dates stay text here, where promptfoo's parser makes points in time of them.
"""

from pathlib import Path
from typing import Any

from assay.core.document import Document, parse_document
from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.promptfoo.paths import read_file

_MERGE = "<<"


def read_document(path: Path, where: Location | None = None) -> Document:
    """The file's values with their places; merge keys are carried out.

    Raises:
        BadInput: It cannot be read, or is no YAML.
    """
    document = parse_document(read_file(path, where), file=shown(path))
    value = merged(document.value) if _MERGE in str(document.keys.keys()) else document.value
    return Document(document.file, value, document.marks, document.keys)


def parse_yaml(text: str, *, file: str) -> Any:
    """The values of a YAML text.

    Raises:
        BadInput: It is none.
    """
    return merged(parse_document(text, file=file).value)


def shown(path: Path) -> str:
    """A file as messages name it: as seen from the current folder, where that is shorter."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def merged(value: Any) -> Any:
    """The value with each ``<<`` replaced by the entries that it brings; entries beside it win."""
    if isinstance(value, list):
        return [merged(item) for item in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for key, item in value.items():
        if key != _MERGE:
            found[key] = merged(item)
            continue
        for source in item if isinstance(item, list) else [item]:
            if not isinstance(source, dict):
                raise BadInput(
                    "a merge key (<<) brings no mapping",
                    hint="write <<: *NAME, where &NAME marks a mapping",
                    code="promptfoo.merge_key",
                )
            found |= {k: merged(v) for k, v in source.items() if k not in value and k not in found}
    return found
