"""Reading a Prompty file, of version 2 or of version 1, whose keys are first brought into the form of version 2."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace as replaced

from assay.author.exchange import property_list
from assay.author.exchange.dialect import Imported, Read
from assay.author.exchange.draft import Draft, Message, history_input, is_plain_name
from assay.author.exchange.front_matter import FrontMatter, split_front_matter
from assay.author.exchange.jinja import Line, declare_used, lines_of, refuse_inside, refuse_shared
from assay.author.exchange.secret import is_secret_name
from assay.author.source import inside
from assay.core.document import Document, parse_document
from assay.core.errors import BadInput
from assay.core.location import Location, Path

OPTIONS = {
    "temperature": "temperature",
    "maxOutputTokens": "max_tokens",
    "topP": "top_p",
    "topK": "top_k",
    "frequencyPenalty": "frequency_penalty",
    "presencePenalty": "presence_penalty",
    "seed": "seed",
    "stopSequences": "stop",
}
_OLD_OPTIONS = {
    "max_tokens": "maxOutputTokens",
    "max_completion_tokens": "maxOutputTokens",
    "top_p": "topP",
    "stop": "stopSequences",
}
_OLD_OPTIONS |= {"frequency_penalty": "frequencyPenalty", "presence_penalty": "presencePenalty"}
_NO_CONNECTION = "addresses and keys belong to the machine: give them by --base-url and --key-env"
_KNOWN = (
    "name",
    "displayName",
    "description",
    "metadata",
    "model",
    "inputs",
    "outputs",
    "tools",
    "template",
    "inputSchema",
    "outputSchema",
    "sample",
    "authors",
    "tags",
    "version",
    "kind",
    "base",
)
_SEMVER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_ROLE = re.compile(r"\s*#?\s*(system|user|assistant|developer|tool|function)\s*(\[[^\]]*\])?\s*:\s*", re.IGNORECASE)
_DYNAMIC_ROLE = re.compile(r"\s*#?\s*\{\{.*\}\}\s*:\s*")
_ALONE = re.compile(r"\s*\{\{\s*(\w+)\s*\}\}\s*")
_LOOP = re.compile(
    r"^[ \t]*\{%-?\s*for\s+(?P<item>\w+)\s+in\s+(?P<list>\w+)\s*-?%\}\s*\n?"
    r"[ \t]*\{\{\s*(?P=item)(?:\.role|\[['\"]role['\"]\])\s*\}\}\s*:\s*\n?"
    r"[ \t]*\{\{\s*(?P=item)(?:\.content|\[['\"]content['\"]\])\s*\}\}\s*\n?"
    r"[ \t]*\{%-?\s*endfor\s*-?%\}[ \t]*$",
    re.MULTILINE,
)
_REFERENCE = re.compile(r"\$\{(\w+):([^}]*)\}")


def load(text: str, file: str, read: Read) -> Imported:
    """The native form of a Prompty file of version 2."""
    return _Import("prompty", split_front_matter(text, file), file, read).run()


def load_v1(text: str, file: str, read: Read) -> Imported:
    """The native form of a Prompty file of version 1."""
    return _Import("prompty-v1", split_front_matter(text, file), file, read).run()


class _Import:
    """One import."""

    def __init__(self, dialect: str, front: FrontMatter, file: str, read: Read) -> None:
        self.file = file
        self.read = read
        self.draft = Draft(dialect, file)
        self.front = replaced(front, document=_with_value(front.document, self._resolved(front, front.values, ())))
        self.threads: set[str] = set()
        self.rich: set[str] = set()

    def run(self) -> Imported:
        self._head()
        self._model()
        self._inputs()
        self._outputs()
        self._tools()
        self._messages()
        return self.draft.imported()

    def _line(self, *path: str | int) -> int | None:
        return self.front.line_of(*path)

    # --- references

    def _resolved(self, front: FrontMatter, value: object, path: Path) -> object:
        """The value with files read in and environment variables replaced by their defaults, or left out."""
        if isinstance(value, dict):
            return {
                key: self._resolved(front, item, (*path, key))
                for key, item in value.items()
                if self._kept(front, item, (*path, key))
            }
        if isinstance(value, list):
            return [self._resolved(front, item, (*path, i)) for i, item in enumerate(value)]
        found = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
        if found is None or "connection" in path or "configuration" in path:
            return value
        if found[1].lower() == "env":
            return found[2].partition(":")[2]
        return self._file(found[2], front.document.at(*path))

    def _kept(self, front: FrontMatter, value: object, path: Path) -> bool:
        found = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
        if found is None or found[1].lower() != "env" or "connection" in path or "configuration" in path:
            return True
        name, colon, default = found[2].partition(":")
        why = f"prompts do not read the environment; {'its default is taken' if default else 'write the value'}"
        self.draft.drop(front.line_of(*path), f"${{env:{name}}}", why)
        return bool(colon and default)

    def _file(self, name: str, where: Location) -> object:
        path = inside(name.strip(), where)
        text = self.read(path)
        if text is None:
            raise BadInput(
                f"there is no file {path!r} beside the one that is imported",
                hint="put it there, or write what it holds into the front matter",
                code="exchange.missing_file",
                where=where,
            )
        return parse_document(text, file=path).value if path.endswith((".json", ".yaml", ".yml")) else text

    # --- front matter

    def _head(self) -> None:
        front, draft = self.front, self.draft
        draft.name_from(front.text("name"))
        draft.description = front.text("description")
        for key, value in front.mapping("metadata").items():
            self._about(key, value, "metadata", key)
        for key in ("displayName", "authors", "tags", "version"):
            if front.get(key) is not None:
                self._about(key, front.get(key), key)
        for key, value in front.values.items():
            if key not in _KNOWN:
                draft.add_meta(key, value, self._line(key))
        if front.get("base") is not None:
            draft.drop(self._line("base"), "base", "a prompt does not inherit here; write out what it takes from there")
        kind = (
            front.get("template", "format", "kind") or front.get("template", "format") or front.get("template", "type")
        )
        kind = front.get("template") if isinstance(front.get("template"), str) else kind
        if kind not in (None, "jinja2", "jinja"):
            raise BadInput(
                f"the template is in {kind!r}, and only Jinja's are imported",
                hint="rewrite it in Jinja: {{ name }}, {% if %}, {% for %}",
                code="exchange.template_format",
                where=front.document.at("template"),
            )

    def _about(self, key: str, value: object, *path: str) -> None:
        if key == "version" and isinstance(value, str) and _SEMVER.fullmatch(value):
            self.draft.version = value
        else:
            self.draft.add_meta(key, value, self._line(*path))

    def _model(self) -> None:
        model = self.front.get("model")
        if isinstance(model, str):
            self.draft.add_model(model, self._line("model"))
            return
        given = _as_v2(self.front.mapping("model"))
        name, provider = given.get("id"), given.get("provider")
        if isinstance(name, str) and name:
            self.draft.add_model(name, self._line("model"), provider=provider if isinstance(provider, str) else None)
        elif isinstance(provider, str):
            self.draft.drop(self._line("model"), f"model.provider: {provider}", "no model is named with it")
        api = given.get("apiType")
        if api not in (None, "chat"):
            key = "apiType" if self.front.get("model", "apiType") is not None else "api"
            self.draft.drop(self._line("model", key), f"model.apiType: {api}", "prompts are sent as chat")
        for block in ("connection", "configuration"):
            entries = self.front.get("model", block)
            for key in entries if isinstance(entries, dict) else ():
                if key not in ("type", "kind", "azure_deployment", "name"):
                    self.draft.drop(self._line("model", block, key), f"model.{block}.{key}", _NO_CONNECTION)
            if entries is not None and not isinstance(entries, dict):
                self.draft.drop(self._line("model", block), f"model.{block}", _NO_CONNECTION)
        self._options(given)
        for key in self.front.mapping("model").keys() - {
            "id",
            "provider",
            "apiType",
            "api",
            "connection",
            "configuration",
            "options",
            "parameters",
        }:
            why = _NO_CONNECTION if is_secret_name(key) else "the model block has no such entry here"
            self.draft.drop(self._line("model", key), f"model.{key}", why)

    def _options(self, given: Mapping[str, object]) -> None:
        options = given.get("options")
        block = "options" if self.front.get("model", "options") is not None else "parameters"
        for key, value in options.items() if isinstance(options, dict) else ():
            line = self._line("model", block)
            if key == "additionalProperties" and isinstance(value, dict):
                for name, own in value.items():
                    self.draft.add_extra(name, own, line)
            elif key == "response_format":
                self._response_format(value, line)
            elif key != "tools":
                self.draft.add_parameter(OPTIONS.get(key) or str(key), value, line)

    def _response_format(self, value: object, line: int | None) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        schema = value.get("json_schema") if isinstance(value, dict) else None
        inner = schema.get("schema") if isinstance(schema, dict) else None
        if kind in ("json_object", "json_schema"):
            self.draft.contract = {"format": "json", "schema": inner} if isinstance(inner, dict) else {"format": "json"}
        elif kind != "text":
            self.draft.drop(line, "response_format", "a reply is text or JSON here")

    def _inputs(self) -> None:
        for key in ("inputSchema", "inputs", "sample"):
            raw = self.front.get(key)
            for name, item in property_list.entries(raw, self.front.document.at(key)):
                if name not in self.draft.inputs and name not in self.rich:
                    self._input(key, name, item)

    def _input(self, key: str, name: str, item: dict[str, object]) -> None:
        line = self._line(key, name) if isinstance(self.front.get(key), dict) else self._item_line(key, name)
        where = Location(self.file, line)
        if not is_plain_name(name):
            raise BadInput(
                f"{name!r} cannot be the name of an input",
                hint="rename it to letters, digits and '_' before importing",
                code="exchange.input_name",
                where=where,
            )
        kind = item.get("kind") or item.get("type")
        if kind in property_list.RICH:
            self.rich.add(name)
            self.draft.drop(line, f"the input {name!r}", f"it is a {kind}, and messages are text here")
            return
        for unknown in property_list.unknown_keys(item):
            self.draft.drop(line, f"{unknown} of {name!r}", "an input has no such entry here")
        entry = property_list.input_of(name, item, where)
        if kind == property_list.THREAD:
            self.threads.add(name)
            entry = history_input(name, entry)
        self.draft.add_input(entry, line)

    def _item_line(self, key: str, name: str) -> int | None:
        for path in ((key,), (key, "properties")):
            items = self.front.get(*path)
            for i, item in enumerate(items if isinstance(items, list) else []):
                if isinstance(item, dict) and item.get("name") == name:
                    return self._line(*path, i)
        return self._line(key)

    def _outputs(self) -> None:
        for key in ("outputSchema", "outputs"):
            raw = self.front.get(key)
            if raw:
                schema = property_list.object_schema(raw, self.front.document.at(key))
                self.draft.contract = {"format": "json", "schema": schema}
                return

    def _tools(self) -> None:
        path: tuple[str, ...] = ("tools",) if self.front.get("tools") is not None else ("model", "parameters", "tools")
        raw = self.front.get(*path)
        if raw is None:
            return
        items = json.loads(raw) if isinstance(raw, str) and raw.lstrip().startswith("[") else raw
        if isinstance(items, dict):
            items = [{"name": name, **item} for name, item in items.items() if isinstance(item, dict)]
        for i, item in enumerate(items if isinstance(items, list) else []):
            self._tool(item, self._line(*path, i), self.front.document.at(*path, i))

    def _tool(self, item: object, line: int | None, where: Location) -> None:
        item = item["function"] if isinstance(item, dict) and isinstance(item.get("function"), dict) else item
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise BadInput("a tool has no name", hint="write 'name: NAME'", code="exchange.tool", where=where)
        name, kind = item["name"], item.get("kind", "function")
        if kind != "function":
            self.draft.drop(line, f"the tool {name!r}", f"it is of the kind {kind!r}; only functions are imported")
            return
        raw = item.get("parameters")
        listed = raw is not None and not (
            isinstance(raw, dict) and (raw.get("type") == "object" or not raw.get("properties", True))
        )
        schema = property_list.object_schema(raw, where) if listed else raw if isinstance(raw, dict) else {}
        for key in item.keys() - {"name", "kind", "description", "parameters", "strict", "type"}:
            self.draft.drop(line, f"{key} of the tool {name!r}", "a tool is its name, description and parameters here")
        self.draft.add_tool(name, str(item.get("description") or ""), schema)

    # --- the body

    def _messages(self) -> None:
        where = Location(self.file, self.front.line)
        body = _LOOP.sub(self._thread, self.front.body)
        lines = lines_of(body, where)
        texts: list[tuple[str, Location]] = []
        role, held, start = "system", list[str](), self.front.line
        for line in lines:
            marker = _ROLE.fullmatch(line.text)
            if _DYNAMIC_ROLE.fullmatch(line.text) or (marker and not line.outside):
                raise refuse_inside(line, self.file)
            alone = _ALONE.fullmatch(line.text)
            if marker is None and not (alone and alone[1] in self.threads and line.outside):
                held.append(line.text)
                continue
            texts += self._message(role, held, start)
            held, start = [], line.number + 1
            if marker is not None:
                role = self._role(marker, line)
            elif alone is not None:
                self.draft.add_insert(alone[1])
        texts += self._message(role, held, start)
        refuse_shared(texts)
        for text, place in texts:
            declare_used(self.draft, text, place)

    def _thread(self, found: re.Match[str]) -> str:
        """A loop that prints earlier messages is an input of messages; its lines stay as many as they were."""
        name = found["list"]
        self.threads.add(name)
        self.draft.inputs[name] = history_input(name, self.draft.inputs.get(name))
        return "{{" + name + "}}" + "\n" * found[0].count("\n")

    def _role(self, marker: re.Match[str], line: Line) -> str:
        role = marker[1].lower()
        if role == "function":
            raise BadInput(
                "messages of the role 'function' are not known here",
                hint="write it as a 'tool:' message, or take it out",
                code="exchange.role",
                where=Location(self.file, line.number),
            )
        if marker[2]:
            self.draft.drop(line.number, marker[2], "a message has no attributes here")
        return role

    def _message(self, role: str, lines: list[str], start: int) -> list[tuple[str, Location]]:
        blank = next((i for i, text in enumerate(lines) if text.strip()), None)
        if blank is None:
            return []
        text = "\n".join(lines[blank:]).rstrip("\n")
        for name in self.rich:
            pattern = re.compile(r"\{\{\s*" + name + r"\s*\}\}")
            text = pattern.sub("", text)
        if text.strip():
            self.draft.messages.append(Message(role, text.strip()))
        return [(text, Location(self.file, start + blank))]


def _with_value(document: Document, value: object) -> Document:
    return Document(document.file, value, document.marks, document.keys)


def _as_v2(model: Mapping[str, object]) -> dict[str, object]:
    """A model block with the names of version 2."""
    found = dict(model)
    if "api" in found:
        found.setdefault("apiType", found["api"])
    for block in ("configuration", "connection"):
        given = found.get(block)
        if not isinstance(given, dict):
            continue
        kind = given.get("type")
        if kind in ("azure_openai", "azure", "openai", "serverless"):
            found.setdefault("provider", {"azure_openai": "azure"}.get(str(kind), str(kind)))
        if "azure_deployment" in given:
            found.setdefault("provider", "azure")
            found.setdefault("id", given["azure_deployment"])
        if block == "configuration" and "name" in given:
            found.setdefault("id", given["name"])
    parameters = found.get("parameters")
    if isinstance(parameters, dict):
        found.setdefault("options", {_OLD_OPTIONS.get(key, key): value for key, value in parameters.items()})
    return found
