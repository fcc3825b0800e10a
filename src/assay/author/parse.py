"""Reading a prompt file into a ``Prompt``: front matter, messages, partials, tools.

Everything is checked here that can be checked without values: shapes, schemas, includes. Templates
are compiled by ``template.py``; what is merely unwise is ``lint``'s.
"""

import re

from assay.author import language
from assay.author.contract_fields import read_contract
from assay.author.input_fields import read_inputs
from assay.author.lockfile import Lock
from assay.author.scan import scan
from assay.author.source import Source, inside
from assay.author.tool_file import read_tool
from assay.author.types import RISKS, ROLES, MessageTemplate, ModelPolicy, Ownership, Partial, Prompt
from assay.core.canonical import digest_bytes
from assay.core.document import Document, parse_document
from assay.core.errors import BadInput
from assay.core.fields import Fields
from assay.core.location import Location
from assay.models.types import Parameters, Role, Tool

MAX_INCLUDE_DEPTH = 10
MAX_INCLUDES = 1_000

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*")
_SEMVER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
MARKER = re.compile(rf"({'|'.join(ROLES)}):[ \t]*|insert:[ \t]*(\w+)[ \t]*")
_ESCAPED = re.compile(rf"\\((?:{'|'.join(ROLES)}):[ \t]*|insert:.*)")


def load_prompt(source: Source, path: str, *, where: Location | None = None, check_lock: bool = True) -> Prompt:
    """The prompt in the file with that path.

    Args:
        source: The project's files.
        path: The file, relative to the project's folder.
        where: The place that named the file, for messages.
        check_lock: Whether a partial must be the one that ``prompts.lock`` pins.

    Raises:
        BadInput: The file cannot be read or is not a prompt file.
    """
    return parse_prompt(source.read(path, where=where), path=path, source=source, check_lock=check_lock)


def parse_prompt(text: str, *, path: str, source: Source, check_lock: bool = True) -> Prompt:
    """The prompt that the text is; partials and tools are read from the source."""
    file = source.name(path)
    document, body, body_line = split_file(text, file, yaml_only=not path.endswith(".md"))
    fields = Fields(document, code="prompt")
    fields.required("prompt")
    name = _matching(fields, "prompt", _NAME, "dotted lower-case words, such as support.triage") or ""
    inputs = read_inputs(fields)
    messages = _yaml_messages(fields, text.split("\n")) if body is None else body_messages(body, body_line, file)
    if not messages:
        raise BadInput(
            "the prompt has no message",
            hint="write 'user:' and a text under it",
            code="prompt.empty",
            where=Location(file, 1),
        )
    folder = path.rpartition("/")[0]
    prompt = Prompt(
        name=name,
        messages=messages,
        description=fields.text("description") or "",
        version=_matching(fields, "version", _SEMVER, "three numbers, such as 1.0.0"),
        inputs=inputs,
        partials=_Partials(source, folder, check_lock=check_lock).of(messages),
        model=read_model(fields),
        contract=read_contract(fields, inputs),
        tools=_tools(fields, source, folder),
        ownership=_ownership(fields),
        suites=fields.texts("suites"),
        meta=fields.mapping("meta"),
        lint_ignore=_lint_ignore(fields),
        file=path,
        document=document,
    )
    fields.close()
    _check_inserts(prompt)
    return prompt


def split_file(text: str, file: str, *, yaml_only: bool) -> tuple[Document, str | None, int]:
    """The front matter, the body (None where all is YAML), and the body's first line.

    Raises:
        BadInput: There is no front matter, or it is not YAML.
    """
    if yaml_only:
        return parse_document(_ended(text), file=file), None, 1
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        raise BadInput(
            "the file does not start with front matter",
            hint="start with a line '---', then 'prompt: NAME', then a line '---'",
            code="prompt.no_front_matter",
            where=Location(file, 1),
        )
    end = next((i for i, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if end is None:
        raise BadInput(
            "the front matter is not closed",
            hint="end it with a line '---'",
            code="prompt.no_front_matter",
            where=Location(file, 1),
        )
    document = parse_document(_ended("\n".join(lines[1:end])), file=file, first_line=2)
    return document, "\n".join(lines[end + 1 :]), end + 2


def _ended(text: str) -> str:
    """With a line feed at the end, so that a block of text is the same one there as anywhere else."""
    return text if text.endswith("\n") else text + "\n"


def body_messages(body: str, first_line: int, file: str) -> tuple[MessageTemplate, ...]:
    """The messages that a body holds.

    Raises:
        BadInput: Text that belongs to no message, or a message without text.
    """
    lines = body.split("\n")
    starts = [(i, marker) for i, line in enumerate(lines) if (marker := MARKER.fullmatch(line))]
    first = starts[0][0] if starts else len(lines)
    if starts and any(line.strip() for line in lines[:first]):
        stray = next(i for i, line in enumerate(lines) if line.strip())
        raise BadInput(
            "this text stands before the first message",
            hint="start the body with a line such as 'system:' or 'user:'",
            code="prompt.stray_text",
            where=Location(file, first_line + stray),
        )
    if not starts:
        _check_no_near_marker(lines, first_line, file)
        return _one_message("user", lines, 0, first_line, file)
    found: list[MessageTemplate] = []
    ends = [i for i, _ in starts[1:]] + [len(lines)]
    for (start, marker), end in zip(starts, ends, strict=True):
        if marker[2]:
            _check_blank(lines[start + 1 : end], first_line + start + 1, file)
            found.append(
                MessageTemplate(role="user", source="", where=Location(file, first_line + start), insert=marker[2])
            )
        else:
            found += _one_message(marker[1], lines[start + 1 : end], start + 1, first_line, file)
    return tuple(found)


def _check_no_near_marker(lines: list[str], first_line: int, file: str) -> None:
    """A body without a message line is one message; unless it has lines that were surely meant as such."""
    for i, line in enumerate(lines):
        word = line.strip().removesuffix(":").lower()
        if line.strip().endswith(":") and word in ROLES:
            raise BadInput(
                f"the line {line.strip()!r} starts no message",
                hint=f"write '{word}:', in lower case and without space before it, or '\\{word}:' for a line of text",
                code="prompt.near_marker",
                where=Location(file, first_line + i),
            )


def _one_message(role: str, lines: list[str], offset: int, first_line: int, file: str) -> tuple[MessageTemplate, ...]:
    filled = [i for i, line in enumerate(lines) if line.strip()]
    if not filled:
        if offset == 0:
            return ()
        raise BadInput(
            f"the message '{role}:' is empty",
            hint="write its text on the lines below, or take the line out",
            code="prompt.empty_message",
            where=Location(file, first_line + offset - 1),
        )
    kept = [
        _ESCAPED.sub(r"\1", line) if _ESCAPED.fullmatch(line) else line for line in lines[filled[0] : filled[-1] + 1]
    ]
    text = "\n".join(kept).strip()
    return (MessageTemplate(role=_role(role), source=text, where=Location(file, first_line + offset + filled[0])),)


def _role(text: str) -> Role:
    return next(role for role in ROLES if role == text)


def _check_blank(lines: list[str], first_line: int, file: str) -> None:
    for i, line in enumerate(lines):
        if line.strip():
            raise BadInput(
                "text under an 'insert:' line belongs to no message",
                hint="start a message above it, with a line such as 'user:'",
                code="prompt.stray_text",
                where=Location(file, first_line + i),
            )


def _yaml_messages(fields: Fields, lines: list[str]) -> tuple[MessageTemplate, ...]:
    found: list[MessageTemplate] = []
    fields.required("messages")
    for i, _ in enumerate(fields.items("messages")):
        entry = fields.sub("messages", i)
        kinds = [key for key in entry if key in (*ROLES, "insert")]
        if len(kinds) != 1 or len(list(entry)) != 1:
            raise BadInput(
                "a message is one entry, its role and its text",
                hint="write '- user: text', or '- insert: INPUT'",
                code="prompt.message",
                where=entry.at(),
            )
        text = entry.need_text(kinds[0])
        where = entry.at(kinds[0])
        if kinds[0] == "insert":
            found.append(MessageTemplate(role="user", source="", where=where, insert=text))
        else:
            where = _first_line(text, where, lines)
            found.append(MessageTemplate(role=_role(kinds[0]), source=text.strip("\n"), where=where))
    return tuple(found)


def _first_line(text: str, where: Location, lines: list[str]) -> Location:
    """Where the text of a scalar begins: for a block, on a line below its ``|`` or ``>``."""
    line, column = where.line or 1, where.column or 1
    if lines[line - 1][column - 1 : column] in ("|", ">"):
        line += 1 + len(text) - len(text.lstrip("\n"))
        return Location(where.file, line, None, where.path)
    return where


def _check_inserts(prompt: Prompt) -> None:
    for message in prompt.messages:
        if message.insert is not None and message.insert not in prompt.inputs:
            raise BadInput(
                f"'insert: {message.insert}' names no input",
                hint=f"declare {message.insert!r} under 'inputs'",
                code="prompt.insert",
                where=message.where,
            )


def read_model(fields: Fields) -> ModelPolicy:
    """The ``model`` entry: ``provider/model``, or a mapping of candidates and parameters."""
    if isinstance(fields.raw("model"), dict):
        entry = fields.sub("model")
        policy = ModelPolicy(candidates=entry.texts("candidates"), parameters=read_parameters(entry))
        entry.close()
    else:
        policy = ModelPolicy(candidates=fields.texts("model"))
    for i, candidate in enumerate(policy.candidates):
        if "/" not in candidate.strip("/"):
            raise BadInput(
                f"the model {candidate!r} names no provider",
                hint="write provider/model, such as openai/gpt-4o-mini",
                code="prompt.model",
                where=fields.at("model", "candidates", i),
            )
    return policy


def read_parameters(fields: Fields) -> Parameters:
    """The ``parameters`` entry of a model block or of a suite's variant."""
    if "parameters" not in fields or fields.raw("parameters") is None:
        return Parameters()
    entry = fields.sub("parameters")
    found = Parameters(
        temperature=entry.number("temperature", least=0, most=2),
        top_p=entry.number("top_p", least=0, most=1),
        max_tokens=entry.integer("max_tokens", least=1),
        seed=entry.integer("seed"),
        stop=entry.texts("stop"),
        frequency_penalty=entry.number("frequency_penalty", least=-2, most=2),
        presence_penalty=entry.number("presence_penalty", least=-2, most=2),
        reasoning_effort=entry.text("reasoning_effort"),
        extra=entry.mapping("extra"),
    )
    entry.close()
    return found


def _ownership(fields: Fields) -> Ownership:
    risk = fields.text("risk", one_of=RISKS) or "low"
    return Ownership(
        owner=fields.text("owner"),
        reviewers=fields.texts("reviewers"),
        risk=next(r for r in RISKS if r == risk),
        data_classes=fields.texts("data_classes"),
        intended_use=fields.text("intended_use"),
        review_by=_matching(fields, "review_by", _DATE, "a date, such as 2027-05-01"),
    )


def _lint_ignore(fields: Fields) -> tuple[str, ...]:
    if fields.raw("lint") is None:
        return ()
    entry = fields.sub("lint")
    found = entry.texts("ignore")
    entry.close()
    return found


def _matching(fields: Fields, key: str, pattern: re.Pattern[str], want: str) -> str | None:
    value = fields.text(key)
    if value is not None and not pattern.fullmatch(value):
        raise fields.wrong(key, value, want)
    return value


def _tools(fields: Fields, source: Source, folder: str) -> tuple[Tool, ...]:
    found: list[Tool] = []
    for i, item in enumerate(fields.items("tools")):
        where = fields.at("tools", i)
        if not isinstance(item, str):
            raise BadInput(
                "a tool is the path of its file", hint="write '- ../tools/NAME.yaml'", code="prompt.tool", where=where
            )
        tool = read_tool(source, inside(f"{folder}/{item}" if folder else item, where), where=where)
        if any(tool.name == other.name for other in found):
            raise BadInput(f"two tools are named {tool.name!r}", hint="rename one", code="prompt.tool", where=where)
        found.append(tool)
    return tuple(found)


def _check_extent(total: int, depth: int, where: Location) -> None:
    if depth > MAX_INCLUDE_DEPTH:
        what = f"includes are nested deeper than {MAX_INCLUDE_DEPTH}"
        raise BadInput(what, hint="flatten them", code="partial.depth", where=where)
    if total > MAX_INCLUDES:
        what = f"the includes come to more than {MAX_INCLUDES:,} partials when all are written out"
        raise BadInput(what, hint="include each partial once", code="partial.too_many", where=where)


class _Partials:
    """The include graph below a prompt's messages."""

    def __init__(self, source: Source, folder: str, *, check_lock: bool) -> None:
        self._source = source
        self._folder = folder
        self._lock = Lock(source) if check_lock else None
        self._found: dict[str, Partial] = {}
        self._extents: dict[str, tuple[int, int]] = {}

    def of(self, messages: tuple[MessageTemplate, ...]) -> dict[str, Partial]:
        for message in messages:
            self._follow(message.source, message.where, ())
        return self._found

    def _follow(self, text: str, where: Location, above: tuple[str, ...]) -> tuple[int, int]:
        """How many partials the text comes to when all are written out, and how deep they lie."""
        total = depth = 0
        for name, chunk in language.included(scan(text, where), where.file):
            place = Location(where.file, chunk.line)
            if name in above:
                circle = " → ".join((*above[above.index(name) :], name))
                raise BadInput(
                    f"the partials include each other in a circle: {circle}",
                    hint="take one include out",
                    code="partial.cycle",
                    where=place,
                )
            count, below = self._followed(name, place, above)
            total, depth = total + 1 + count, max(depth, 1 + below)
            _check_extent(total, len(above) + depth, place)
        return total, depth

    def _followed(self, name: str, place: Location, above: tuple[str, ...]) -> tuple[int, int]:
        if name not in self._extents:
            partial = self._load(name, place)
            if len(above) >= MAX_INCLUDE_DEPTH:
                _check_extent(0, len(above) + 1, place)
            self._extents[name] = self._follow(partial.text, Location(partial.file, 1), (*above, name))
        return self._extents[name]

    def _load(self, name: str, where: Location) -> Partial:
        if name not in self._found:
            path = self._path(name, where)
            text = self._source.read(path, where=where).rstrip("\n")
            partial = Partial(name=name, text=text, digest=digest_bytes(text.encode()), file=self._source.name(path))
            if self._lock is not None:
                self._lock.check(partial)
            self._found[name] = partial
        return self._found[name]

    def _path(self, name: str, where: Location) -> str:
        inside(name, where)
        beside = f"{self._folder}/partials/{name}.md" if self._folder else f"partials/{name}.md"
        for path in (beside, f"partials/{name}.md"):
            if self._source.has(path):
                return path
        raise BadInput(
            f"there is no partial {name!r}", hint=f"make the file {beside}", code="partial.missing", where=where
        )
