"""A native prompt file in the making: what an importer fills in, and the text that comes of it.

The text is checked by reading it as the native format is read, so that an import either works or says why not.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from assay.author.exchange.dialect import Dropped, Imported
from assay.author.exchange.model_name import candidate
from assay.author.exchange.secret import without_secrets
from assay.author.exchange.yaml_text import dump_yaml
from assay.author.parse import parse_prompt
from assay.author.picoschema import SCALARS, is_json_schema
from assay.author.template import Template
from assay.author.types import MISSING, ROLES, Input
from assay.core.errors import BadInput
from assay.core.location import Location, format_path
from assay.core.schema import compile_schema

_MARKER = re.compile(rf"(?:{'|'.join(ROLES)}):[ \t]*|insert:[ \t]*\w+[ \t]*")
_ESCAPED_MARKER = re.compile(rf"\\(?:(?:{'|'.join(ROLES)}):[ \t]*|insert:.*)")
_OWN_KEYS = ("schema", "required", "default", "examples", "trust", "max_chars")
_NOT_A_NAME = re.compile(r"[^a-z0-9.]+")
_BOUNDS: dict[str, tuple[float, float]] = {
    "temperature": (0, 2),
    "top_p": (0, 1),
    "frequency_penalty": (-2, 2),
    "presence_penalty": (-2, 2),
}
_WHOLE = ("max_tokens", "seed")


@dataclass(frozen=True, slots=True)
class Message:
    """A message's role and template, in the native language; ``insert`` names an input of messages instead."""

    role: str
    text: str
    insert: str | None = None


@dataclass(slots=True)
class Draft:
    """What is known of the native file so far.

    Attributes:
        parameters: Sampling parameters by their native names.
        contract: The contract as it will stand in the file.
        tools: Tool files, by the path under which the prompt names them.
    """

    dialect: str
    file: str
    name: str = ""
    description: str | None = None
    version: str | None = None
    inputs: dict[str, Input] = field(default_factory=dict)
    candidates: list[str] = field(default_factory=list)
    parameters: dict[str, object] = field(default_factory=dict)
    contract: dict[str, object] = field(default_factory=dict)
    meta: dict[str, object] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    partials: dict[str, str] = field(default_factory=dict)
    tools: dict[str, str] = field(default_factory=dict)
    dropped: list[Dropped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def drop(self, line: int | None, what: str, why: str) -> None:
        """List something that does not come across."""
        self.dropped.append(Dropped(line, what, why))

    def name_from(self, wanted: str | None) -> None:
        """Take the prompt's name, or the file's where there is none, in the form that names have here."""
        source = wanted or PurePosixPath(self.file.replace("\\", "/")).name.split(".")[0]
        words = _NOT_A_NAME.sub("-", source.lower()).split(".")
        self.name = ".".join(w for word in words if (w := re.sub(r"-+", "-", word).strip("-"))) or "prompt"
        if wanted and wanted != self.name:
            self.notes.append(f"the name {wanted!r} became {self.name!r}: names are lower-case words here")

    def add_input(self, entry: Input, line: int | None) -> None:
        """Declare an input; a default or an example that does not fit its schema is dropped."""
        validator = compile_schema(entry.schema)
        given = () if entry.default is MISSING else (entry.default,)
        for value in (*given, *entry.examples):
            if validator.is_valid(value):
                continue
            if value is None and not entry.required:
                continue
            kind = "default" if value in given else "example"
            self.drop(line, f"the {kind} of {entry.name!r}", "it does not fit the input's own schema")
            entry = (
                _with(entry, default=MISSING, required=False)
                if kind == "default"
                else _with(entry, examples=tuple(e for e in entry.examples if e != value))
            )
        self.inputs[entry.name] = entry

    def add_model(self, model: str, line: int | None, *, provider: str | None = None) -> None:
        """Take a model as the candidate; one whose provider is not known is kept aside and listed."""
        found = candidate(model, provider)
        if found is not None:
            self.candidates.append(found)
            return
        self.add_meta("model", model, line)
        self.drop(line, f"model: {model}", f"it names no provider; add 'model: PROVIDER/{model}' to the file")

    def add_parameter(self, name: str, value: object, line: int | None) -> None:
        """Set a parameter; one that is unknown here or out of range goes along as it is, for the provider to judge."""
        if value is None:
            return
        if name == "stop" and isinstance(value, str | list):
            self.parameters["stop"] = [str(v) for v in value] if isinstance(value, list) else [value]
        elif _fits(name, value):
            self.parameters[name] = value
        else:
            self.add_extra(name, value, line)

    def add_extra(self, name: str, value: object, line: int | None) -> None:
        """Pass a parameter on that is not one of the native ones."""
        kept, removed = without_secrets({name: value}, ())
        for path in removed:
            self.drop(line, format_path(path), "keys and tokens are not imported; name them by --key-env")
        extra = self.parameters.setdefault("extra", {})
        assert isinstance(extra, dict)
        assert isinstance(kept, dict)
        extra.update(kept)

    def add_meta(self, name: str, value: object, line: int | None) -> None:
        """Keep something of the team's own."""
        kept, removed = without_secrets({name: value}, ())
        for path in removed:
            self.drop(line, format_path(path), "keys and tokens are not imported")
        assert isinstance(kept, dict)
        self.meta.update(kept)

    def add_tool(self, name: str, description: str, parameters: Mapping[str, object]) -> None:
        """Write a tool file beside the prompt."""
        path = f"tools/{re.sub(r'[^A-Za-z0-9_.-]+', '-', name)}.yaml"
        schema = dict(parameters)
        if not is_json_schema(schema):
            schema = {"type": "object", **schema}
        tool = {"name": name, "description": description, "parameters": schema}
        self.tools[path] = dump_yaml({key: value for key, value in tool.items() if value != ""})

    def add_message(self, role: str, text: str) -> None:
        """Add a message, unless there is nothing in it."""
        if text.strip():
            self.messages.append(Message(role, text.strip()))

    def add_insert(self, name: str) -> None:
        """Put the messages of an input here, and declare it if it is not."""
        self.messages.append(Message("user", "", insert=name))
        self.inputs[name] = history_input(name, self.inputs.get(name))

    def imported(self) -> Imported:
        """The finished import.

        Raises:
            BadInput: The native format would refuse the file.
        """
        found = Imported(
            dialect=self.dialect,
            name=self.name,
            text=self.text(),
            partials=self.partials,
            tools=self.tools,
            dropped=tuple(self.dropped),
            notes=tuple(self.notes),
        )
        self._check(found)
        return found

    def text(self) -> str:
        """The native file."""
        head: dict[str, object] = {"prompt": self.name, "description": self.description, "version": self.version}
        if self.inputs:
            head["inputs"] = dict(_entry(entry) for entry in self.inputs.values())
        if self.candidates or self.parameters:
            head["model"] = _model(self.candidates, self.parameters)
        head |= {"contract": self.contract or None, "tools": sorted(self.tools) or None, "meta": self.meta or None}
        kept = {key: value for key, value in head.items() if value is not None}
        return f"---\n{dump_yaml(kept)}---\n{_body(self.messages)}"

    def _check(self, found: Imported) -> None:
        if not self.messages:
            raise BadInput(
                "the file has no message, and a prompt needs one",
                hint="write the prompt's text below the front matter",
                code="exchange.empty",
                where=Location(self.file),
            )
        try:
            Template(parse_prompt(found.text, path=found.file, source=FilesInMemory(found.files)))
        except BadInput as error:
            # The line is one of the native text, which nobody has seen yet.
            error.where = Location(self.file)
            raise


def history_input(name: str, known: Input | None = None) -> Input:
    """An input that holds earlier messages, and is empty at first."""
    if known is not None and known.schema.get("type") == "array":
        return known
    message = {
        "type": "object",
        "properties": {"role": {"enum": ["user", "assistant"]}, "content": {"type": "string"}},
        "required": ["role", "content"],
    }
    schema: dict[str, object] = {"type": "array", "items": message}
    if known is not None and known.description:
        schema["description"] = known.description
    return Input(name=name, schema=schema, required=False, default=[])


def is_plain_name(name: str) -> bool:
    """Whether an input can have that name."""
    return re.fullmatch(r"[^\W\d]\w*", name) is not None and name != "loop"


def as_contract_schema(schema: Mapping[str, object]) -> dict[str, object]:
    """The schema in a form that is not taken for shorthand."""
    return dict(schema) if is_json_schema(schema) else {"allOf": [dict(schema)]}


def _with(entry: Input, **changes: object) -> Input:
    values = {name: getattr(entry, name) for name in entry.__slots__} | changes
    return Input(**values)


def _fits(name: str, value: object) -> bool:
    if name == "reasoning_effort":
        return isinstance(value, str)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if name in _WHOLE:
        return isinstance(value, int) and (name == "seed" or value >= 1)
    return name in _BOUNDS and _BOUNDS[name][0] <= value <= _BOUNDS[name][1]


def _model(candidates: Sequence[str], parameters: Mapping[str, object]) -> object:
    if not parameters and len(candidates) == 1:
        return candidates[0]
    found: dict[str, object] = {"candidates": list(candidates)} if candidates else {}
    return {**found, "parameters": dict(parameters)} if parameters else found


def _entry(entry: Input) -> tuple[str, object]:
    """An input as key and value, in shorthand where that says it all."""
    own: dict[str, object] = {}
    if entry.default is not MISSING:
        own["default"] = entry.default
    if entry.examples:
        own["examples"] = list(entry.examples)
    if entry.trust != "user":
        own["trust"] = entry.trust
    if entry.max_chars is not None:
        own["max_chars"] = entry.max_chars
    if entry.required and "default" in own:
        own["required"] = True
    key = entry.name if entry.required or "default" in own else f"{entry.name}?"
    short = _shorthand(entry.schema)
    if short is not None and not own:
        return key, short
    if set(entry.schema) & set(_OWN_KEYS) or not (is_json_schema(entry.schema) and "type" in entry.schema):
        return key, {"schema": as_contract_schema(entry.schema), **own}
    return key, {**entry.schema, **own}


def _shorthand(schema: Mapping[str, object]) -> str | None:
    kind = schema.get("type", "any")
    description = schema.get("description", "")
    if set(schema) - {"type", "description"} or kind not in SCALARS or not isinstance(description, str):
        return None
    if not description:
        return None if "description" in schema else str(kind)
    return f"{kind}, {description}" if description.strip() == description and "\n" not in description else None


def _body(messages: Sequence[Message]) -> str:
    parts: list[str] = []
    for message in messages:
        if message.insert is not None:
            parts.append(f"insert: {message.insert}\n")
        else:
            lines = (_escaped(line) for line in message.text.split("\n"))
            parts.append(f"{message.role}:\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def _escaped(line: str) -> str:
    if _MARKER.fullmatch(line):
        return f"\\{line}"
    return "{{ '\\\\' }}" + line[1:] if _ESCAPED_MARKER.fullmatch(line) else line


class FilesInMemory:
    """Files that are not written anywhere yet, as a ``Source`` to read prompts from."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.root = Path()
        self._files = files

    def read(self, path: str, *, where: Location | None = None) -> str:
        """The text of a file."""
        if path not in self._files:
            raise BadInput(f"there is no file {path}", hint="import it too", code="exchange.missing_file", where=where)
        return self._files[path]

    def peek(self, path: str) -> str:
        """The same of a file that is only looked through."""
        return self.read(path)

    def has(self, path: str) -> bool:
        """Whether there is a file with that path."""
        return path in self._files

    def prompts(self) -> list[str]:
        """The paths of all prompt files, sorted."""
        return sorted(path for path in self._files if path.endswith(".prompt.md"))

    def name(self, path: str) -> str:
        """The file as messages name it."""
        return path
