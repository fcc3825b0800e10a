"""Rendering: a prompt and values in, messages out, each piece labelled with its source and its trust.

Each message is a template by itself, so a value cannot start a message, and a value is never parsed
again, so it cannot run. To know which piece of the output came from where, every ``{{ … }}`` is
compiled with a mark before and after it; the marks are characters that no value and no template
holds, and they are taken out again before anything leaves this module.

Bounds: ``FUEL`` instructions a message (MiniJinja's own count) and ``MAX_OUTPUT_CHARS`` characters;
``language.py`` keeps out what these two would not bound.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple

import minijinja

from assay.author import language
from assay.author.marks import Marks, choose_marks
from assay.author.scan import Chunk, scan
from assay.author.types import TRUST_ORDER, MessageTemplate, Partial, Prompt, RenderedMessage, Segment, Trust
from assay.core.errors import AssayError, BadInput
from assay.core.location import Location

FUEL = 500_000
MAX_OUTPUT_CHARS = 10_000_000
MAX_INCLUDE_DEPTH = 10

_FOR = re.compile(r"for\s+(.+?)\s+in\s+(.+)", re.DOTALL)
_ASSIGNED = re.compile(r"(\w+)\s*=(?!=)")


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
        self._left = 0
        self._environment = _environment(self._count)
        parsed = {f"partial:{p.name}": (p.text, Location(p.file, 1)) for p in prompt.partials.values()}
        parsed |= {f"message:{i}": (m.source, m.where) for i, m in enumerate(prompt.messages) if m.insert is None}
        chunks = {name: scan(text, where) for name, (text, where) in parsed.items()}
        self._places = {name: where for name, (_, where) in parsed.items()}
        for name, pieces in chunks.items():
            language.check(pieces, self._places[name].file)
        self._aliases = _Aliases(self._environment, prompt, chunks, self._places)
        for name, pieces in chunks.items():
            self._add(name, pieces)
        loop_chars = sum(_loop_chars(pieces, prompt.partials) for pieces in chunks.values())
        self._environment.fuel = max(2_000, min(FUEL, 3 * MAX_OUTPUT_CHARS // max(1, loop_chars)))

    def _add(self, name: str, pieces: Sequence[Chunk]) -> None:
        source = "".join(self._marked(chunk) for chunk in pieces)
        try:
            self._environment.add_template(name, source)
        except minijinja.TemplateError as error:
            raise _template_error(error, self._places, name) from None

    def _marked(self, chunk: Chunk) -> str:
        if chunk.kind == "statement" and chunk.word == "include":
            return chunk.source.replace(chunk.body, _prefixed_include(chunk.body))
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
            self._left = MAX_OUTPUT_CHARS
            try:
                text = self._environment.render_template(f"message:{i}", **values)
            except minijinja.TemplateError as error:
                raise _template_error(error, self._places, f"message:{i}") from None
            except AssayError as error:
                error.where = message.where
                raise
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
        text = value if isinstance(value, str) else str(value)
        self._left -= len(text)
        if self._left < 0:
            raise BadInput(
                f"the rendered message would be longer than {MAX_OUTPUT_CHARS:,} characters",
                hint="shorten the values, or loop over fewer of them",
                code="template.too_long",
            )
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
        if loop := _FOR.fullmatch(chunk.body):
            names, expression = set(re.findall(r"\w+", loop[1])), loop[2]
        else:
            names, expression = set(_ASSIGNED.findall(chunk.body)), chunk.body.split(None, 1)[1]
            expression = f"[{_ASSIGNED.sub('', expression)}]"
        # A name may be set from itself; what it stood for before is among the roots already.
        roots = self._free("{{ " + re.sub(r"\s+if\s+.*$", "", expression, flags=re.DOTALL) + " }}") | self._free(
            "{{ " + expression + " }}"
        )
        for name in names:
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
    for name, bounded in language.BOUNDED_FILTERS.items():
        environment.add_filter(name, bounded)
    return environment


def _prefixed_include(body: str) -> str:
    return re.sub(r"(include\s+['\"])", r"\1partial:", body, count=1)


def _loop_chars(pieces: Sequence[Chunk], partials: Mapping[str, Partial]) -> int:
    """Characters of literal text inside loops: what one turn of all loops can print beside the values."""
    depth = chars = 0
    for chunk in pieces:
        if chunk.kind == "statement":
            depth += (chunk.word == "for") - (chunk.word == "endfor")
            if depth and chunk.word == "include":
                chars += sum(len(p.text) for p in partials.values())
        elif depth and chunk.kind in ("text", "raw"):
            chars += len(chunk.body)
    return chars


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


def _template_error(error: minijinja.TemplateError, places: Mapping[str, Location], fallback: str) -> BadInput:
    cause: BaseException = error
    while isinstance(cause.__cause__, minijinja.TemplateError):
        cause = cause.__cause__
    assert isinstance(cause, minijinja.TemplateError)
    place = places.get(cause.name or fallback) or places[fallback]
    line = (place.line or 1) + (getattr(cause, "line", None) or 1) - 1
    what, hint = _KINDS.get(
        cause.kind, ("the template cannot be rendered", "check what this line does with its values")
    )
    detail = getattr(cause, "detail", None)
    if cause.kind != "OutOfFuel" and detail:
        what = f"{what}: {detail}"
    code = "template." + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cause.kind).lower()
    return BadInput(what, hint=hint, code=code, where=Location(place.file, line))
