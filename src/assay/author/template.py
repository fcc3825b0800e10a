"""Rendering: a prompt and values in, messages out, each piece labelled with its source and its trust.

Each message is a template by itself, so a value cannot start a message, and a value is never parsed
again, so it cannot run. To know which piece of the output came from where, every ``{{ … }}`` is
compiled with a mark before and after it; the marks are characters that no value and no template
holds, and they are taken out again before anything leaves this module.

Bounds: ``FUEL`` instructions a message (MiniJinja's own count); ``work.py`` bounds its length, the size of
what expressions build and their cost. For that, each turn of a loop begins with a mark of its own kind.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple

import minijinja

from assay.author import language
from assay.author.expression import NotExpression, names_of, parse_statement
from assay.author.marks import Marks, choose_marks
from assay.author.scan import Chunk, scan
from assay.author.types import TRUST_ORDER, MessageTemplate, Prompt, RenderedMessage, Segment, Trust
from assay.author.work import Meter, Work, loop_numbers
from assay.core.errors import AssayError, BadInput
from assay.core.location import Location

FUEL = 500_000


class Slot(NamedTuple):
    """One ``{{ … }}``: the inputs it draws on, and the least trusted label among theirs."""

    source: str | None
    trust: Trust | None


class Template:
    """A prompt's messages, compiled once and rendered many times.

    Raises:
        BadInput: From the start: a template that is not well-formed, goes beyond the language, includes
            something that does not exist, or uses a name that is not declared.
    """

    def __init__(self, prompt: Prompt) -> None:
        self._prompt = prompt
        self._programs: dict[Marks, _Program] = {}
        self._program(choose_marks([m.source for m in prompt.messages], [p.text for p in prompt.partials.values()]))

    def render(self, values: Mapping[str, object]) -> tuple[RenderedMessage, ...]:
        """The messages for these values, which ``values.complete`` has checked and completed.

        Raises:
            BadInput: A name without a value, a filter that does not fit, or a bound that was reached;
                the place is the line of the template.
        """
        marks = next(iter(self._programs))
        if marks.occur_in(values):
            sources = [m.source for m in self._prompt.messages]
            marks = choose_marks(sources, [p.text for p in self._prompt.partials.values()], values)
        return self._program(marks).render(values)

    def _program(self, marks: Marks) -> "_Program":
        if marks not in self._programs:
            self._programs[marks] = _Program(self._prompt, marks)
        return self._programs[marks]


class _Program:
    """The compiled form for one choice of marks."""

    def __init__(self, prompt: Prompt, marks: Marks) -> None:
        self._prompt = prompt
        self._marks = marks
        self._slots: list[Slot] = []
        self._meter = Meter({}, 0)
        self._environment = _environment(self._count)
        parsed = {f"partial:{p.name}": (p.text, Location(p.file, 1)) for p in prompt.partials.values()}
        parsed |= {f"message:{i}": (m.source, m.where) for i, m in enumerate(prompt.messages) if m.insert is None}
        chunks = {name: scan(text, where) for name, (text, where) in parsed.items()}
        self._places = {name: where for name, (_, where) in parsed.items()}
        for name, pieces in chunks.items():
            language.check(pieces, self._places[name].file)
        self._aliases = self._named(chunks)
        self._loops = loop_numbers(chunks)
        for name, pieces in chunks.items():
            self._add(name, pieces)
        self._work = {name: Work(chunks, name, self._places) for name in chunks if name.startswith("message:")}

    def _named(self, chunks: Mapping[str, Sequence[Chunk]]) -> "_Aliases":
        try:
            return _Aliases(self._environment, self._prompt, chunks, self._places)
        except BadInput:
            for name, pieces in chunks.items():  # a loop that is not well-formed gives no names; say that first
                self._compile(name, "".join(chunk.source for chunk in pieces))
            raise

    def _add(self, name: str, pieces: Sequence[Chunk]) -> None:
        source = "".join(self._marked(chunk, self._loops.get((name, i))) for i, chunk in enumerate(pieces))
        self._compile(name, source)

    def _compile(self, name: str, source: str) -> None:
        try:
            self._environment.add_template(name, source)
        except minijinja.TemplateError as error:
            raise _template_error(error, self._places, name) from None

    def _marked(self, chunk: Chunk, loop: int | None) -> str:
        if chunk.kind == "statement" and chunk.word == "include":
            return chunk.source.replace(chunk.body, _prefixed_include(chunk.body))
        if loop is not None:
            trim = "-" if chunk.source.endswith("-%}") else ""
            return f"{chunk.source}{{{{ '{self._marks.outer}{loop}' {trim}}}}}"
        if chunk.kind != "expression":
            return chunk.source
        slot = self._aliases.slot(chunk)
        if slot.source is None:
            return chunk.source
        self._slots.append(slot)
        # The trims stay outside the marks, where the white space is that they take away.
        before = "{{- '' }}" if chunk.source.startswith("{{-") else ""
        after = "{{ '' -}}" if chunk.source.endswith("-}}") else ""
        start, stop = self._marks.around(len(self._slots) - 1)
        return f"{before}{start}{{{{ {chunk.body} }}}}{stop}{after}"

    def render(self, values: Mapping[str, object]) -> tuple[RenderedMessage, ...]:
        found: list[RenderedMessage] = []
        for i, message in enumerate(self._prompt.messages):
            if message.insert is not None:
                found += _inserted(message, values, self._prompt.inputs[message.insert].trust)
                continue
            try:
                self._meter = self._work[f"message:{i}"].meter(values)
                text = self._environment.render_template(f"message:{i}", **values)
            except minijinja.TemplateError as error:
                raise _template_error(error, self._places, f"message:{i}") from None
            except AssayError as error:
                error.where = error.where or message.where
                raise
            except (TypeError, ValueError) as error:  # from a filter of our own that was given something odd
                raise _odd_argument(error, message.where) from None
            found.append(self._message(message, text))
        return tuple(found)

    def _message(self, message: MessageTemplate, text: str) -> RenderedMessage:
        own: Trust = "system" if message.role in ("system", "developer") else "developer"
        segments: list[Segment] = []
        for literal, index, value in self._marks.split(text):
            if literal:
                segments.append(Segment(literal, None, own))
            if index is not None and value:
                slot = self._slots[index]
                segments.append(Segment(value, slot.source, slot.trust or own))
        return RenderedMessage(message.role, "".join(s.text for s in segments), tuple(segments))

    def _count(self, value: object) -> object:
        """Called by the engine with each value that is about to be printed."""
        if value is None:
            return ""
        if callable(value):  # what a mapping or a list has no entry for may be the name of one of its methods
            raise BadInput(
                f"a value is used that is not there: {getattr(value, '__name__', 'a function')!r} is no entry of it",
                hint="give the input a value that has it",
                code="template.undefined_error",
            )
        text = value if isinstance(value, str) else _text_of(value)
        if text.startswith(self._marks.outer):
            self._meter.turn(int(text[1:]))
            return ""
        self._meter.printed(len(text))
        return text


class _Aliases:
    """Which inputs a name in a template stands for: itself, or those that a loop or ``set`` took it from."""

    def __init__(
        self,
        environment: minijinja.Environment,
        prompt: Prompt,
        chunks: Mapping[str, Sequence[Chunk]],
        places: Mapping[str, Location],
    ) -> None:
        self._environment = environment
        self._inputs = prompt.inputs
        self._roots: dict[str, set[str]] = {}
        for pieces in chunks.values():
            for chunk in pieces:
                if chunk.kind == "statement" and chunk.word in ("for", "set", "with"):
                    self._note(chunk)
        # Only now: a partial may use a name that the message which includes it gives with 'with' or 'for'.
        for name, pieces in chunks.items():
            self._check_declared(pieces, places[name].file)

    def _note(self, chunk: Chunk) -> None:
        try:
            statement = parse_statement(chunk)
        except NotExpression:
            return  # what is wrong with it is said when the template is added, or judged
        for names, expression in statement.gives:
            roots = set(names_of(expression))
            for name in names:
                # A name may be set from itself; what it stood for before is among the roots already.
                self._roots.setdefault(name, set()).update(roots)

    def _free(self, source: str) -> set[str]:
        try:
            return set(self._environment.undeclared_variables_in_str(source))
        except minijinja.TemplateError:
            return set()  # what is wrong with it is said when the template is added, with its line

    def _inputs_of(self, names: set[str]) -> set[str]:
        found: set[str] = set()
        seen: set[str] = set()
        todo = list(names)
        while todo:
            name = todo.pop()
            if name in seen:
                continue
            seen.add(name)
            if name in self._inputs:
                found.add(name)
            todo += self._roots.get(name, ())
        return found

    def slot(self, chunk: Chunk) -> Slot:
        names = sorted(self._inputs_of(self._free(chunk.source)))
        if not names:
            return Slot(None, None)
        return Slot("+".join(names), max((self._inputs[n].trust for n in names), key=TRUST_ORDER.index))

    def _check_declared(self, pieces: Sequence[Chunk], file: str) -> None:
        for chunk in pieces:
            if chunk.kind not in ("expression", "statement"):
                continue
            for name in sorted(language.names(chunk)):
                if name not in self._inputs and name not in self._roots and name != "loop":
                    raise undeclared(name, self._inputs, Location(file, chunk.line))


def undeclared(name: str, known: Mapping[str, object], where: Location) -> BadInput:
    """The error for a template that uses a name which the prompt does not declare."""
    near = get_close_matches(name, known, n=1)
    hint = (
        f"did you mean {near[0]!r}? otherwise declare {name!r} under 'inputs'"
        if near
        else f"declare {name!r} under 'inputs'"
    )
    return BadInput(
        f"the template uses {name!r}, which is not declared", hint=hint, code="template.undeclared", where=where
    )


def _environment(count: Callable[[object], object]) -> minijinja.Environment:
    environment = minijinja.Environment(
        undefined_behavior="strict", pycompat=False, debug=False, fuel=FUEL, finalizer=count
    )
    environment.auto_escape_callback = lambda _name: False
    for name in ("debug", "namespace"):
        environment.remove_global(name)
    for name, own in language.OWN_FILTERS.items():
        environment.add_filter(name, own)
    return environment


def _prefixed_include(body: str) -> str:
    return re.sub(r"(include\s+['\"])", r"\1partial:", body, count=1)


def _text_of(value: object) -> str:
    try:
        return str(value)
    except ValueError:
        raise BadInput(
            "a whole number has too many digits to be printed",
            hint="give it as text",
            code="template.number",
        ) from None


def _odd_argument(error: Exception, where: Location) -> BadInput:
    return BadInput(
        f"the template cannot be rendered: {error}",
        hint="look at the arguments of 'tojson'",
        code="template.argument",
        where=where,
    )


def _inserted(message: MessageTemplate, values: Mapping[str, object], trust: Trust) -> list[RenderedMessage]:
    found: list[RenderedMessage] = []
    earlier = values.get(message.insert or "")
    if earlier is None:
        return found
    for i, item in enumerate(earlier if isinstance(earlier, list) else [earlier]):
        role = item.get("role") if isinstance(item, dict) else None
        content = item.get("content") if isinstance(item, dict) else None
        if role not in ("user", "assistant") or not isinstance(content, str):
            raise BadInput(
                f"item {i} of the input {message.insert!r} is not a message",
                hint='each item is {"role": "user" or "assistant", "content": text}',
                code="template.insert",
                where=message.where,
            )
        found.append(RenderedMessage(role, content, (Segment(content, message.insert, trust),)))
    return found


_KINDS = {
    "UndefinedError": (
        "a value is used that is not there",
        "give the input a value, or guard it with {% if name %} or |default",
    ),
    "OutOfFuel": ("the template does too much work and was stopped", "loop over fewer items"),
    "SyntaxError": (
        "the template is not well-formed",
        "close every {{ with }}, every {% with %}, and every if, for, with and set block with its end",
    ),
}


# The engine's words for what went wrong in an included template, of which it only gives the text.
_CAUSE = re.compile(r"^caused by: ([a-z ]+)(?:: (.+))? \(in (.+):(\d+)\)$", re.MULTILINE)
_CAUSES = {"undefined value": "UndefinedError", "engine ran out of fuel": "OutOfFuel", "syntax error": "SyntaxError"}


class _Failure(NamedTuple):
    kind: str
    detail: str | None
    name: str
    line: int


def _failure(error: minijinja.TemplateError, fallback: str) -> _Failure:
    """What went wrong: in the template that was rendered, or in the last one that it includes."""
    causes = _CAUSE.findall(str(error)) if error.kind == "BadInclude" else []
    if causes:
        words, detail, name, line = causes[-1]
        return _Failure(_CAUSES.get(words, "InvalidOperation"), detail or None, name, int(line))
    return _Failure(error.kind, getattr(error, "detail", None), error.name or fallback, error.line or 1)


def _template_error(error: minijinja.TemplateError, places: Mapping[str, Location], fallback: str) -> BadInput:
    failure = _failure(error, fallback)
    place = places.get(failure.name) or places[fallback]
    line = (place.line or 1) + failure.line - 1
    what, hint = _KINDS.get(
        failure.kind, ("the template cannot be rendered", "check what this line does with its values")
    )
    if failure.kind != "OutOfFuel" and failure.detail:
        what = f"{what}: {failure.detail}"
    code = "template." + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", failure.kind).lower()
    return BadInput(what, hint=hint, code=code, where=Location(place.file, line))
