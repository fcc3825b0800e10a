"""Reading LiteLLM's ``.prompt`` files: Jinja templates whose messages start at ``System:``, ``User:``, ``Assistant:``.

LiteLLM looks for these words in the rendered text, so that a value can start a message there; here they are
looked for in the template.
"""

import re

from assay.author.exchange.dialect import Imported, Read
from assay.author.exchange.draft import Draft, as_contract_schema, is_plain_name
from assay.author.exchange.front_matter import FrontMatter, split_front_matter
from assay.author.exchange.jinja import declare_used, lines_of, refuse_inside, refuse_shared
from assay.author.picoschema import expand, expand_field, is_json_schema
from assay.author.types import Input
from assay.core.errors import BadInput
from assay.core.location import Location

_OWN = ("model", "input", "output", "name", "description", "max_completion_tokens")
_SECRETS = ("api_base", "base_url", "api_version")
_PREFIX = re.compile(r"\s*(System|User|Assistant):(.*)", re.DOTALL)
_TYPES = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "list": "array",
    "array": "array",
    "dict": "object",
    "object": "object",
}


def load(text: str, file: str, read: Read) -> Imported:  # noqa: ARG001 - a dialect's loader; these files name no others
    """The native form of a LiteLLM prompt file."""
    front = split_front_matter(text, file)
    draft = Draft("litellm", file)
    draft.name_from(front.text("name"))
    draft.description = front.text("description")
    _model(draft, front)
    _inputs(draft, front)
    _output(draft, front)
    _messages(draft, front, file)
    return draft.imported()


def _model(draft: Draft, front: FrontMatter) -> None:
    model = front.text("model")
    if model is not None:
        draft.add_model(model, front.line_of("model"))
    for key, value in front.values.items():
        line = front.line_of(key)
        if key in _SECRETS:
            draft.drop(line, key, "addresses belong to the machine: give them by --base-url")
        elif key == "max_completion_tokens":
            draft.add_parameter("max_tokens", value, line)
        elif key not in _OWN:
            draft.add_parameter(key, value, line)


def _inputs(draft: Draft, front: FrontMatter) -> None:
    raw = front.mapping("input", "schema")
    where = front.document.at("input", "schema")
    if is_json_schema(raw) and raw:
        properties, required = raw.get("properties"), raw.get("required")
        for name, own in properties.items() if isinstance(properties, dict) else ():
            needed = isinstance(required, list) and name in required
            _declare(draft, Input(name=name, schema=dict(own), required=needed), front, name)
        return
    for key, value in raw.items():
        short = _TYPES.get(value.lower()) if isinstance(value, str) else None
        schema = {"type": short} if short else value
        field = expand_field(key, schema, where=where)
        _declare(draft, Input(name=field.name, schema=field.schema, required=not field.optional), front, key)


def _declare(draft: Draft, entry: Input, front: FrontMatter, key: str) -> None:
    if not is_plain_name(entry.name):
        raise BadInput(
            f"{entry.name!r} cannot be the name of an input",
            hint="rename it to letters, digits and '_' before importing",
            code="exchange.input_name",
            where=front.document.at("input", "schema", key),
        )
    draft.add_input(entry, front.line_of("input", "schema", key))


def _output(draft: Draft, front: FrontMatter) -> None:
    form, raw = front.text("output", "format"), front.get("output", "schema")
    if raw:
        place = front.document.at("output", "schema")
        given = (
            {k: _TYPES.get(v.lower(), v) if isinstance(v, str) else v for k, v in raw.items()}
            if isinstance(raw, dict)
            else raw
        )
        schema = expand(_bare_lists(given), where=place)
        draft.contract = {"format": "json", "schema": as_contract_schema(schema)}
        if form not in (None, "json"):
            draft.drop(front.line_of("output", "format"), f"output.format: {form}", "a schema goes with JSON here")
    elif form in ("json", "text", "markdown"):
        draft.contract = {"format": form}
    elif form is not None:
        draft.drop(
            front.line_of("output", "format"), f"output.format: {form}", "a reply is text, Markdown or JSON here"
        )


def _bare_lists(raw: object) -> object:
    """``tags: array`` as picoschema says it: a list of anything; ``object`` the same way."""
    if not isinstance(raw, dict) or is_json_schema(raw):
        return raw
    found: dict[str, object] = {}
    for key, value in raw.items():
        if value == "array":
            found[f"{key}(array)"] = "any"
        elif value == "object":
            found[f"{key}(object)"] = {"(*)": "any"}
        else:
            found[key] = value
    return found


def _messages(draft: Draft, front: FrontMatter, file: str) -> None:
    texts: list[tuple[str, Location]] = []
    role, held, start = "user", list[str](), front.line
    indented = False
    for line in lines_of(front.body, Location(file, front.line)):
        found = _PREFIX.fullmatch(line.text)
        if found is None:
            # LiteLLM takes the white space off both ends of every line of a rendered prompt.
            indented = indented or (line.text != line.text.strip() and bool(line.text.strip()))
            held.append(line.text.strip() if line.outside else line.text)
            continue
        if not line.outside:
            raise refuse_inside(line, file)
        texts.append(_message(draft, role, held, Location(file, start)))
        role, held, start = found[1].lower(), [found[2].strip()], line.number
    texts.append(_message(draft, role, held, Location(file, start)))
    if indented:
        draft.notes.append("LiteLLM takes the indentation off every line, so the imported text has none either")
    texts = [pair for pair in texts if pair[0].strip()]
    refuse_shared(texts)
    for text, place in texts:
        declare_used(draft, text, place)


def _message(draft: Draft, role: str, lines: list[str], where: Location) -> tuple[str, Location]:
    text = "\n".join(lines)
    draft.add_message(role, text)
    return text, where
