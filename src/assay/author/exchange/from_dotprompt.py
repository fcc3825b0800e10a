"""Reading a dotprompt file: its front matter into a draft, its Handlebars template into messages.

Which file is one, and the way back, are ``dialects/dotprompt.py`` and ``to_dotprompt.py``.
"""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from assay.author.exchange.dialect import Imported, Read
from assay.author.exchange.draft import Draft, as_contract_schema
from assay.author.exchange.front_matter import split_front_matter
from assay.author.exchange.handlebars.names import WHOLE, Inputs, WholeDataUsed
from assay.author.exchange.handlebars.parser import parse
from assay.author.exchange.handlebars.shape import Shape
from assay.author.exchange.handlebars.syntax import Call, Constant, Include, Mustache, Node, Text
from assay.author.exchange.handlebars.translate import Left, Partials, Translation, helper_of
from assay.author.exchange.handlebars.whitespace import lay_out
from assay.author.picoschema import expand
from assay.author.types import MISSING, Input
from assay.core.document import parse_document
from assay.core.errors import BadInput
from assay.core.location import Location, Path

PARAMETERS = {
    "temperature": "temperature",
    "maxOutputTokens": "max_tokens",
    "max_output_tokens": "max_tokens",
    "topP": "top_p",
    "topK": "top_k",
    "stopSequences": "stop",
    "frequencyPenalty": "frequency_penalty",
    "presencePenalty": "presence_penalty",
    "seed": "seed",
}
ROLES = {"system": "system", "user": "user", "model": "assistant", "assistant": "assistant", "tool": "tool"}
HISTORY = "history"

_OWN_KEYS = (
    "name",
    "variant",
    "version",
    "description",
    "model",
    "config",
    "input",
    "output",
    "tools",
    "toolDefs",
    "ext",
    "raw",
)
_SEMVER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


def load(text: str, file: str, read: Read) -> Imported:
    """The native form of a dotprompt file."""
    return _Import(text, file, read).run()


class _Import:
    """One import: the front matter, then the template."""

    def __init__(self, text: str, file: str, read: Read) -> None:
        self.front = split_front_matter(text, file)
        self.file = file
        self.read = read
        self.draft = Draft("dotprompt", file)

    def run(self) -> Imported:
        self._head()
        self._model()
        whole = self._inputs()
        self._output()
        self._tools()
        for key, value in self.front.values.items():
            if key not in _OWN_KEYS:
                self.draft.add_meta(key, value, self._line(key))
        nodes = parse(self.front.body, Location(self.file, self.front.line))
        lay_out(nodes)
        _Body(self.draft, self.file, self.read).take(nodes, whole)
        return self.draft.imported()

    def _line(self, *path: str | int) -> int | None:
        return self.front.line_of(*path)

    def _head(self) -> None:
        front, draft = self.front, self.draft
        draft.name_from(front.text("name"))
        draft.description = front.text("description")
        version = front.text("version")
        if version is not None and _SEMVER.fullmatch(version):
            draft.version = version
        elif version is not None:
            draft.add_meta("source_version", version, self._line("version"))
        stem = PurePosixPath(self.file.replace("\\", "/")).name.split(".")
        variant = front.text("variant") or (stem[1] if len(stem) == 3 and stem[2] == "prompt" else None)
        if variant is not None:
            draft.add_meta("variant", variant, self._line("variant"))

    def _model(self) -> None:
        model = self.front.text("model")
        if model is not None:
            self.draft.add_model(model, self._line("model"))
        for key, value in self.front.mapping("config").items():
            self.draft.add_parameter(PARAMETERS.get(key, key), value, self._line("config", key))

    # --- inputs

    def _inputs(self) -> Shape | None:
        """Declare the inputs; the shape of the data where it is one value and has no named fields."""
        raw = self.front.get("input", "schema")
        defaults = self.front.mapping("input", "default")
        if raw is None:
            for name, value in defaults.items():
                entry = Input(name=name, schema={}, required=False, default=value)
                self.draft.add_input(entry, self._line("input", "default", name))
            return None
        schema = self._schema(raw, "input")
        properties = schema.get("properties", {})
        if schema.get("type") != "object" or not isinstance(properties, dict):
            self.draft.add_input(Input(name=WHOLE, schema=schema), self._line("input", "schema"))
            self.draft.notes.append(f"the data is one value, so it is the input {WHOLE!r}")
            return Shape(schema, required=True)
        for name, own in properties.items():
            self._declare(name, own if isinstance(own, dict) else {}, schema, defaults)
        for name in defaults.keys() - properties.keys():
            self.draft.drop(
                self._line("input", "default", name), f"input.default.{name}", "the schema has no such input"
            )
        if schema.get("additionalProperties") not in (None, False):
            why = "inputs are declared by name here; add those that callers pass"
            self.draft.drop(self._line("input", "schema"), "input.schema (*)", why)
        return None

    def _declare(
        self, name: str, own: dict[str, object], schema: Mapping[str, object], defaults: Mapping[str, object]
    ) -> None:
        required = schema.get("required")
        needed = isinstance(required, list) and name in required and name not in defaults and "default" not in own
        shared = {key: schema[key] for key in ("$defs", "definitions") if key in schema}
        field = {**_not_null(own, optional=not needed), **shared}
        default = defaults.get(name, field.pop("default", MISSING))
        self.draft.add_input(
            Input(name=name, schema=field, required=needed, default=default), self._line("input", "schema")
        )

    def _schema(self, raw: object, side: str) -> dict[str, object]:
        def where(inner: Path) -> Location:
            return self.front.document.at(side, "schema", *inner)

        return expand(raw, where=where, resolve=self._named)

    def _named(self, name: str) -> Mapping[str, object] | None:
        """A schema that is used by name: the file ``schemas/NAME.json`` or ``.yaml`` beside this one."""
        if not re.fullmatch(r"[\w.-]+", name):
            return None
        for path in (f"schemas/{name}.json", f"schemas/{name}.yaml"):
            text = self.read(path)
            if text is not None:
                value = parse_document(text, file=path).value
                return value if isinstance(value, dict) else None
        return None

    # --- what comes out, and tools

    def _output(self) -> None:
        form, raw = self.front.text("output", "format"), self.front.get("output", "schema")
        for key in self.front.mapping("output").keys() - {"format", "schema"}:
            self.draft.drop(self._line("output", key), f"output.{key}", "the contract has no such clause")
        if raw is not None:
            self.draft.contract = self._contract(form, raw)
        elif form in ("json", "text", "markdown"):
            self.draft.contract = {"format": form}
        elif form is not None:
            why = "a reply is text, Markdown, JSON or a choice here"
            self.draft.drop(self._line("output", "format"), f"output.format: {form}", why)

    def _contract(self, form: str | None, raw: object) -> dict[str, object]:
        schema = self._schema(raw, "output")
        choices = schema.get("enum")
        if form == "enum" and isinstance(choices, list) and len({str(c) for c in choices}) > 1:
            return {"format": "choice", "choices": [str(choice) for choice in choices]}
        if form not in (None, "json"):
            why = "a schema goes with JSON here, so the contract asks for that"
            self.draft.drop(self._line("output", "format"), f"output.format: {form}", why)
        return {"format": "json", "schema": self._as_written(raw, schema)}

    def _as_written(self, raw: object, schema: dict[str, object]) -> object:
        """Shorthand as its author wrote it, unless it leans on schemas that are elsewhere."""
        try:
            alone = expand(raw, where=Location(self.file))
        except BadInput:
            alone = None
        return raw if alone == schema and raw else as_contract_schema(schema)

    def _tools(self) -> None:
        why = "its definition is in the application; write a tool file and name it under 'tools'"
        for i, name in enumerate(self._list("tools")):
            self.draft.drop(self._line("tools", i), f"the tool {name!r}", why)
        for i, item in enumerate(self._list("toolDefs")):
            if not isinstance(item, dict) or not isinstance(item.get("name"), str):
                raise self.front.wrong(("toolDefs", i), "a mapping with a name")
            raw = item.get("inputSchema")
            schema = {} if raw is None else expand(raw, where=self.front.document.at("toolDefs", i, "inputSchema"))
            self.draft.add_tool(item["name"], str(item.get("description") or ""), schema)
            if "outputSchema" in item:
                what = f"the output schema of the tool {item['name']!r}"
                self.draft.drop(self._line("toolDefs", i), what, "a tool has none here")

    def _list(self, key: str) -> list[object]:
        value = self.front.get(key)
        return value if isinstance(value, list) else []


class _Body:
    """The template, in two walks: one to learn what is used, one to write."""

    def __init__(self, draft: Draft, file: str, read: Read) -> None:
        self.draft = draft
        self.file = file
        self.read = read

    def take(self, nodes: list[Node], whole: Shape | None) -> None:
        declared = {} if whole else {name: (entry.schema, entry.required) for name, entry in self.draft.inputs.items()}
        inputs = Inputs(declared, whole)
        try:
            translation, messages = self._written(nodes, inputs)
        except WholeDataUsed:
            self.draft.notes.append(f"all the data is used as one value, so it is the input {WHOLE!r}")
            translation, messages = self._written(nodes, Inputs({}, inputs.whole))
        self._declare(translation.inputs)
        self.draft.partials = translation.partials.written
        for left in translation.left:
            place = "" if left.where.file == self.file else f" (in {left.where.file.split(' > ')[-1]})"
            self.draft.drop(None if place else left.where.line, left.what + place, left.why)
        for role, text in messages:
            if role == HISTORY:
                self.draft.add_insert(HISTORY)
            else:
                self.draft.add_message(role, text)
        self._implied_history([role for role, text in messages if role == HISTORY or text.strip()])

    def _written(self, nodes: list[Node], inputs: Inputs) -> tuple[Translation, list[tuple[str, str]]]:
        translation = Translation(self.file, inputs, Partials(self._partial))
        self._messages(nodes, translation)
        translation.start_over()
        return translation, self._messages(nodes, translation)

    def _declare(self, inputs: Inputs) -> None:
        """Declare what the template was found to use."""
        draft = self.draft
        if inputs.whole is not None and WHOLE not in draft.inputs:
            draft.add_input(Input(name=WHOLE, schema=inputs.whole.inferred(nested=True)), None)
        found = [name for name in inputs.shapes if name not in draft.inputs]
        for name in found:
            schema = inputs.shapes[name].inferred(nested=False)
            draft.add_input(Input(name=name, schema=schema, required=False), None)
        if found:
            draft.notes.append(f"declared because the template uses them: {', '.join(found)}")
        draft.notes += [f"@{old} is the input {new!r}" for old, new in inputs.context.items()]

    def _partial(self, name: str) -> str | None:
        """The text of a partial: the file ``_NAME.prompt`` beside this one."""
        folder, _, last = name.rpartition("/")
        return self.read(f"{folder}/_{last}.prompt" if folder else f"_{last}.prompt")

    def _messages(self, nodes: list[Node], translation: Translation) -> list[tuple[str, str]]:
        """(role, text) of each message, and (``HISTORY``, "") where earlier messages belong."""
        found: list[tuple[str, str]] = []
        role, held = "user", list[Node]()
        for node in (*self._flat(nodes, translation, ()), None):
            helper = helper_of(node.call) if isinstance(node, Mustache) else ""
            if node is not None and helper not in ("role", "history"):
                held.append(node)
                continue
            if not all(isinstance(n, Text) and not n.text.strip() for n in held):
                found.append((role, translation.text(held)))
            held = []
            if isinstance(node, Mustache) and helper == "role":
                role = self._role(node.call, node.line, translation)
            elif node is not None:
                found.append((HISTORY, ""))
                role = "assistant"
        return found

    def _flat(self, nodes: list[Node], translation: Translation, inside: tuple[str, ...]) -> list[Node]:
        """The nodes with those partials written out that set roles."""
        found: list[Node] = []
        for node in nodes:
            if isinstance(node, Include) and node.name not in inside and _is_bare(node):
                inner = self._flat(translation.tree(node.name, node.line), translation, (*inside, node.name))
                if any(isinstance(n, Mustache) and helper_of(n.call) in ("role", "history") for n in inner):
                    found += inner
                    continue
            found.append(node)
        return found

    def _role(self, call: Call, line: int, translation: Translation) -> str:
        given = call.arguments[0] if len(call.arguments) == 1 else None
        place = Location(self.file, line)
        if not isinstance(given, Constant) or not isinstance(given.value, str):
            raise BadInput(
                "a role is not given as plain text, so a value would decide about it",
                hint='write {{role "user"}}',
                code="handlebars.role",
                where=place,
            )
        if given.value not in ROLES:
            raise BadInput(
                f"no role is named {given.value!r}",
                hint=f"known: {', '.join(ROLES)}",
                code="handlebars.role",
                where=place,
            )
        for key in call.named:
            translation.left.append(Left(place, f"{key}= of a role", "a message has no metadata here"))
        return ROLES[given.value]

    def _implied_history(self, roles: list[str]) -> None:
        """Dotprompt puts earlier messages before the last user message, or at the end, without being told."""
        if HISTORY in roles or not roles:
            return
        if roles[-1] == "user":
            self.draft.notes.append(
                "dotprompt puts earlier messages before the last one by itself; here, 'insert: NAME' does"
            )
        elif HISTORY not in self.draft.inputs:
            self.draft.add_insert(HISTORY)


def _is_bare(node: Include) -> bool:
    return not (node.call.arguments or node.call.named or node.indent)


def _not_null(schema: dict[str, object], *, optional: bool) -> dict[str, object]:
    """The schema without the null that shorthand adds for optional fields: an optional input takes null anyway."""
    kind, enum = schema.get("type"), schema.get("enum")
    if optional and isinstance(kind, list) and len(kind) == 2 and "null" in kind:
        schema = {**schema, "type": next(k for k in kind if k != "null")}
    if optional and isinstance(enum, list) and None in enum and len(enum) > 1:
        schema = {**schema, "enum": [value for value in enum if value is not None]}
    return schema
