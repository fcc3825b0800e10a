"""Dialects: other formats of prompt files, which one a file is in, and what came and did not come across.

A dialect is a plug-in in ``dialects/``. It turns a text into the text of a native prompt file, and a native
prompt into a text of its own. Whatever does not fit is listed with its line; nothing is dropped in silence.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from assay.author.types import Prompt
from assay.core.errors import BadInput
from assay.core.location import Location
from assay.core.plugins import Registry

Read = Callable[[str], str | None]
"""From a path, relative to the file that is imported, to the text there; None when there is no such file."""

SURE = 0.5
"""The least confidence with which a file is taken to be in a dialect."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something that does not come across.

    Attributes:
        line: The line on which it stands, if it stands in the file itself.
        what: The key or the piece of text; never the value of a secret.
        why: The reason, and what to do instead where there is something.
    """

    line: int | None
    what: str
    why: str

    def __str__(self) -> str:
        place = "" if self.line is None else f"line {self.line}: "
        return f"{place}{self.what}: {self.why}"

    def as_dict(self) -> dict[str, object]:
        """The same as JSON-ready data."""
        return {"line": self.line, "what": self.what, "why": self.why}


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A file of another dialect in the native format.

    Attributes:
        dialect: The dialect that it was read as.
        name: The prompt's name.
        text: The native prompt file.
        partials: The partials that it includes, by name.
        tools: Its tool files, by the path under which it names them.
        dropped: What did not come across.
        notes: What came across otherwise than a reader might think.
    """

    dialect: str
    name: str
    text: str
    partials: Mapping[str, str] = field(default_factory=dict)
    tools: Mapping[str, str] = field(default_factory=dict)
    dropped: tuple[Dropped, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """The name for the native file."""
        return f"{self.name}.prompt.md"

    @property
    def files(self) -> dict[str, str]:
        """Every file to write, by its path in the folder of the prompt."""
        partials = {f"partials/{name}.md": text for name, text in self.partials.items()}
        return {self.file: self.text, **partials, **self.tools}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A native prompt in another dialect.

    Attributes:
        file: The name for the file.
        text: Its text.
        files: Files to be put beside it, by path: partials, for the dialects that have them.
        dropped: What did not come across; the lines are those of the native file.
    """

    file: str
    text: str
    files: Mapping[str, str] = field(default_factory=dict)
    dropped: tuple[Dropped, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """A format of prompt files.

    Attributes:
        name: Its name on the command line.
        title: Its name for people.
        suffixes: How its files' names end.
        detect: From text and file name to the confidence, in [0, 1], that the file is in this dialect.
        load: From text, file name and ``Read`` to the native form; raises BadInput.
        dump: From a prompt to the dialect's form; raises BadInput where words would be lost or change.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    detect: Callable[[str, str], float]
    load: Callable[[str, str, Read], Imported]
    dump: Callable[[Prompt], Exported]


dialects: Registry[Dialect] = Registry("dialect", "assay.author.exchange.dialects")


def detect_dialect(text: str, file: str) -> Dialect:
    """The dialect that the file is in.

    Args:
        text: Its text.
        file: Its name; the suffix counts, but what stands in the file decides.

    Raises:
        BadInput: It is in none, or it is a native prompt file already.
    """
    if is_native(text, file):
        raise BadInput(
            "this is a prompt file in Assay's own format already",
            hint="copy it into the project",
            code="exchange.native",
            where=Location(file),
        )
    found = [dialects.get(name) for name in dialects.names()]
    # The sort is stable and the names are sorted, so equals are told apart the same way each time.
    best, confidence = max(((d, d.detect(text, file)) for d in found), key=lambda pair: pair[1])
    if confidence < SURE:
        raise BadInput(
            "the file is in no dialect that is known here",
            hint=f"if it is, say which: --from {'|'.join(d.name for d in found)}",
            code="exchange.unknown_dialect",
            where=Location(file),
        )
    return best


def is_native(text: str, file: str) -> bool:
    """Whether the file is in Assay's own format."""
    if file.endswith((".prompt.yaml", ".prompt.yml")):
        return True
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return False
    end = next((i for i, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), len(lines))
    return any(line.startswith("prompt:") for line in lines[1:end])


def nothing(path: str) -> str | None:  # noqa: ARG001 - it is a Read
    """A ``Read`` that finds no file."""
    return None
