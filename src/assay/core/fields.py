"""Typed access to a document's mappings: each wrong key or value becomes one sentence with its place.

fields = Fields(document)
name = fields.text("prompt")
fields.close()          # complains about keys that nobody asked for
"""

import difflib
from collections.abc import Iterable, Iterator, Sequence

from assay.core.document import Document
from assay.core.errors import BadInput, unknown_name
from assay.core.location import Location, Path, format_path

_NAMES = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a mapping",
}

_MISSPELT = 0.8
"""How alike a key has to be to one that is missing, to be taken for it."""


def describe(value: object) -> str:
    """A value as messages show it: its kind, and its text when that is short."""
    if value is None:
        return "nothing"
    if isinstance(value, (dict, list)):
        return _NAMES[type(value)]
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


class Fields:
    """The entries of one mapping in a document.

    Args:
        document: The document.
        path: The path of the mapping in it.
        code: The first half of the error codes, such as ``prompt``.

    Raises:
        BadInput: From the start, when there is no mapping at that path.
    """

    def __init__(self, document: Document, path: Path = (), *, code: str) -> None:
        self.document = document
        self.path = path
        self.code = code
        value = document.value
        for step in path:
            value = value[step]  # type: ignore[index]  # the caller names a path that exists
        if not isinstance(value, dict):
            raise self._wrong((), value, "a mapping of keys to values")
        self._values: dict[str, object] = value
        self._asked: set[str] = set()

    def __contains__(self, key: str) -> bool:
        self._asked.add(key)
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def at(self, *path: str | int) -> Location:
        """Where the entry stands, or the mapping itself."""
        return self.document.at(*self.path, *path)

    def raw(self, key: str) -> object:
        """The value as it is, or None."""
        self._asked.add(key)
        return self._values.get(key)

    def close(self) -> None:
        """Complain about the first key that nobody has asked for."""
        for key in self._values:
            if key not in self._asked:
                raise self._unknown(key, self._asked)

    def only(self, keys: Sequence[str]) -> None:
        """Complain about the first key that is none of these, before what it leaves out is blamed on another."""
        for key in self._values:
            if key not in keys:
                raise self._unknown(key, keys)

    def required(self, key: str) -> None:
        """Complain when the key is missing or empty; first of a key that nobody knows and that is nearly this one."""
        if self.raw(key) is None:
            if key not in self._values:
                self._refuse_misspelt(key)
            place = format_path(self.path)
            raise BadInput(
                f"the key {key!r} is missing{f' in {place}' if place else ''}",
                hint=f"add a line '{key}: …'",
                code=f"{self.code}.missing_key",
                where=self.at(),
            )

    def _refuse_misspelt(self, wanted: str) -> None:
        left = [key for key in self._values if key not in self._asked]
        for key in difflib.get_close_matches(wanted, left, n=1, cutoff=_MISSPELT):
            raise self._unknown(key, [wanted])

    def _unknown(self, key: str, known: Iterable[str]) -> BadInput:
        found = unknown_name("key", key, known, code=f"{self.code}.unknown_key")
        found.where = self.document.at_key(*self.path, key)
        found.what = f"the key {key!r} is not known here"
        return found

    def text(self, key: str, *, one_of: Sequence[str] = ()) -> str | None:
        """Text, or None when the key is absent."""
        value = self.raw(key)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self._wrong((key,), value, "text")
        if one_of and value not in one_of:
            found = unknown_name(key, value, one_of, code=f"{self.code}.{key}", where=self.at(key))
            choices = f"it can be {', '.join(one_of)}"
            is_near = found.hint is not None and found.hint.startswith("did you mean")
            found.what = f"{key!r} is {value!r}{f'; {choices}' if is_near else ''}"
            found.hint = found.hint if is_near else choices
            raise found
        return value

    def need_text(self, key: str) -> str:
        """Text that must be there and not be empty."""
        self.required(key)
        value = self.text(key)
        assert value is not None
        if not value.strip():
            raise self._wrong((key,), value, "text that is not empty")
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """A boolean."""
        value = self.raw(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self._wrong((key,), value, "true or false")
        return value

    def integer(self, key: str, *, least: int | None = None) -> int | None:
        """A whole number, or None when the key is absent."""
        value = self.raw(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or (least is not None and value < least):
            raise self._wrong((key,), value, "a whole number" + (f" of at least {least}" if least is not None else ""))
        return value

    def number(self, key: str, *, least: float | None = None, most: float | None = None) -> float | None:
        """A number, or None when the key is absent."""
        value = self.raw(key)
        if value is None:
            return None
        good = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not good or not _within(float(value), least, most):  # type: ignore[arg-type]  # `good` says so
            raise self._wrong((key,), value, f"a number{_range(least, most)}")
        return float(value)  # type: ignore[arg-type]  # as above

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; one text stands for a list of one; absent is empty."""
        value = self.raw(key)
        if value is None:
            return ()
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, list):
            raise self._wrong((key,), value, "a list of texts")
        for i, item in enumerate(value):
            if not isinstance(item, str):
                raise self._wrong((key, i), item, "text")
        return tuple(value)

    def items(self, key: str) -> list[object]:
        """A list of anything; absent is empty."""
        value = self.raw(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._wrong((key,), value, "a list")
        return value

    def mapping(self, key: str) -> dict[str, object]:
        """A mapping of anything; absent is empty."""
        value = self.raw(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self._wrong((key,), value, "a mapping")
        return value

    def sub(self, *path: str | int) -> "Fields":
        """The mapping below that path."""
        self._asked.add(str(path[0]))
        return Fields(self.document, (*self.path, *path), code=self.code)

    def wrong(self, key: str, value: object, want: str) -> BadInput:
        """The error for an entry that is not what is wanted."""
        return self._wrong((key,), value, want)

    def _wrong(self, path: Path, value: object, want: str) -> BadInput:
        whole = (*self.path, *path)
        name = format_path(whole) or "the document"
        return BadInput(
            f"{name} is {describe(value)}",
            hint=f"write {want}",
            code=f"{self.code}.wrong_type",
            where=self.document.at(*whole),
        )


def _within(value: float, least: float | None, most: float | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)


def _range(least: float | None, most: float | None) -> str:
    if least is not None and most is not None:
        return f" from {least:g} to {most:g}"
    if least is not None:
        return f" of at least {least:g}"
    return f" of at most {most:g}" if most is not None else ""
