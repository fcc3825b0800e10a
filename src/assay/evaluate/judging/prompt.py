"""A judge's prompt: messages with named places for data. A grader has one of its own, and a suite may put another in.

Not the template language of prompt files: ``{{ name }}`` is replaced once, by data between marked lines, and what
is put in is never read again. So neither a reply nor a dataset can run anything or speak for the suite.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import PurePosixPath
from typing import cast, get_args

from assay.core.document import parse_document
from assay.core.errors import BadInput, GraderFailed, unknown_name
from assay.core.fields import describe
from assay.evaluate.bench import Bench
from assay.evaluate.judging.fence import as_prompt_text, fence
from assay.models.types import Message, Role

Fill = Callable[[Mapping[str, object]], tuple[Message, ...]]
"""The values of a judge's prompt -> its messages."""

SUFFIXES = (".md", ".txt", ".yaml", ".yml", ".json")

_PLACE = re.compile(r"\{\{-?\s*([A-Za-z_][A-Za-z0-9_]*)\s*-?\}\}")
_ROLES = get_args(Role)


class JudgePrompt:
    """Messages with places in them.

    Args:
        messages: Role and text of each.
    """

    def __init__(self, messages: tuple[tuple[Role, str], ...]) -> None:
        self._messages = messages

    @property
    def told(self) -> list[list[str]]:
        """The messages with their places, as JSON: what a judge's identity is made from."""
        return [[role, text] for role, text in self._messages]

    def __call__(self, values: Mapping[str, object]) -> tuple[Message, ...]:
        """The same as ``fill``."""
        return self.fill(values)

    def fill(self, values: Mapping[str, object]) -> tuple[Message, ...]:
        """The messages for these values.

        Raises:
            GraderFailed: A place that has no value.
        """
        return tuple(Message(role=role, content=fill(text, values)) for role, text in self._messages)


def own(system: str, user: str) -> JudgePrompt:
    """A grader's own prompt."""
    return JudgePrompt((("system", system), ("user", user)))


def fill(text: str, values: Mapping[str, object], *, plain: bool = False) -> str:
    """The text with each ``{{ name }}`` replaced: a number as it is, all else between marked lines.

    Args:
        text: The text.
        values: What stands in its places.
        plain: Put everything in as it is, for a text that no instructions stand in.

    Raises:
        GraderFailed: A name that has no value.
    """

    def put(place: re.Match[str]) -> str:
        name = place[1]
        if name not in values:
            error = unknown_name("value", name, values, code="grader.rubric_prompt")
            raise GraderFailed(
                f"the text for a model asks for {name!r}, which this case does not have",
                hint=error.hint,
                code=error.code,
            )
        value = values[name]
        if plain or isinstance(value, (int, float)):
            return as_prompt_text(value)
        return fence(name, value)

    return _PLACE.sub(put, text)


def places(text: str) -> list[str]:
    """The names of a text's places."""
    return _PLACE.findall(text)


def read_prompt(bench: Bench, given: object) -> Fill:
    """The prompt that a suite's entry gives: text, a list of messages, or a file that holds either.

    A bench of another kind of suite may have a ``render_rubric(given, values)`` that returns the messages, for
    prompts in a template language of its own.

    Raises:
        BadInput: It is none, or the file cannot be read.
    """
    render = getattr(bench, "render_rubric", None)
    if render is not None:
        return partial(render, given)
    if isinstance(given, str):
        return JudgePrompt(_from_text(bench.read(given), given) if _is_file(given) else _from_text(given, ""))
    return JudgePrompt(_from_messages(given))


def _is_file(text: str) -> bool:
    return "\n" not in text and "{" not in text and PurePosixPath(text).suffix in SUFFIXES


def _from_text(text: str, file: str) -> tuple[tuple[Role, str], ...]:
    if text.lstrip().startswith("[") or file.endswith((".yaml", ".yml", ".json")):
        return _from_messages(parse_document(text, file=file or "rubric_prompt").value)
    check_places(text)
    return (("user", text),)


def _from_messages(given: object) -> tuple[tuple[Role, str], ...]:
    found: list[tuple[Role, str]] = []
    for item in given if isinstance(given, list) else [given]:
        role, content = (item.get("role", "user"), item.get("content")) if isinstance(item, dict) else ("user", item)
        if role not in _ROLES or not isinstance(content, str):
            raise BadInput(
                f"the judge's prompt holds {describe(item)}, which is no message",
                hint="write a text, or a list of {role: system or user, content: text}",
                code="grader.rubric_prompt",
            )
        check_places(content)
        found.append((cast("Role", role), content))
    return tuple(found)


def check_places(text: str) -> None:
    """Refuse what looks like a template language, and would be sent to a model as it stands.

    Raises:
        BadInput: There are braces around something that is no plain name.
    """
    if (odd := re.search(r"\{\{.{0,30}|\{%.{0,30}", _PLACE.sub("", text))) is not None:
        raise BadInput(
            f"the text for a model has {odd[0]!r} in it",
            hint="places are plain names, such as {{ output }}; there are no filters, loops or conditions",
            code="grader.rubric_prompt",
        )
