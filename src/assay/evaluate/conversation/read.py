"""Reading a suite's ``conversation`` block, and holding it against the prompts that shall take part in one."""

from pathlib import PurePosixPath
from typing import get_args

from assay.author.parse import read_parameters
from assay.author.source import PROMPT_SUFFIXES, WorkingTree, inside
from assay.author.types import Prompt
from assay.core.errors import BadInput
from assay.core.fields import Fields
from assay.engine.types import ExitName
from assay.evaluate.judging.prompt import check_places
from assay.evaluate.suite_model import read_asked
from assay.evaluate.types import ConversationSpec
from assay.models.types import Parameters

TEXT_FILES = (".md", ".txt")


def read_conversation(fields: Fields, source: WorkingTree, folder: str) -> ConversationSpec | None:
    """The suite's block, or None where it has none.

    Args:
        fields: The suite.
        source: The project's files.
        folder: The suite's folder, which a file named in the block is relative to.

    Raises:
        BadInput: Anything in it that cannot be.
    """
    if fields.raw("conversation") is None:
        return None
    entry = fields.sub("conversation")
    where = entry.at()
    told = entry.need_text("user").strip()
    prompt = told if told.endswith(PROMPT_SUFFIXES) else None
    user = "" if prompt is not None else _user(entry, told, source, folder)
    asked = read_asked(entry)
    for name, value in asked._asdict().items():
        if value is not None and asked.model is None:
            raise BadInput(
                f"the conversation has {name!r} and no model",
                hint="name who plays the user: 'model: PROVIDER/MODEL'",
                code="suite.conversation",
                where=entry.at(name),
            )
    parameters = read_parameters(entry)
    says, exits = _stop(entry)
    spec = ConversationSpec(
        user=user,
        prompt=prompt,
        message=entry.text("message") or "message",
        history=entry.text("history"),
        first=_places(entry, "first", entry.text("first")),
        model=asked.model,
        base_url=asked.base_url,
        key=asked.key,
        parameters=None if parameters == Parameters() else parameters,
        max_turns=entry.integer("max_turns", least=1) or 8,
        max_tokens=entry.integer("max_tokens", least=1) or 50_000,
        says=says,
        exits=exits,
        where=where,
    )
    entry.close()
    return spec


def _user(entry: Fields, text: str, source: WorkingTree, folder: str) -> str:
    if "\n" not in text and " " not in text and PurePosixPath(text).suffix in TEXT_FILES:
        where = entry.at("user")
        text = source.read(inside(f"{folder}/{text}" if folder else text, where), where=where)
    return _places(entry, "user", text) or ""


def _places(entry: Fields, key: str, text: str | None) -> str | None:
    if text is not None:
        try:
            check_places(text)
        except BadInput as error:
            error.where = entry.at(key)
            error.code = "suite.conversation"
            raise
    return text


def _stop(entry: Fields) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The texts and the ways out that end a conversation."""
    if entry.raw("stop") is None:
        return (), ("escalate",)
    stop = entry.sub("stop")
    says = stop.texts("says")
    exits = stop.texts("exits") if "exits" in stop else ("escalate",)
    for name in exits:
        if name not in get_args(ExitName):
            raise stop.wrong("exits", name, f"ways out: {', '.join(get_args(ExitName))}")
    stop.close()
    return says, exits


def check_prompt(spec: ConversationSpec, prompt: Prompt) -> str:
    """The input of that prompt which takes the turns before.

    Raises:
        BadInput: The prompt cannot take part in a conversation.
    """
    inserts = [message.insert for message in prompt.messages if message.insert is not None]
    history = spec.history or (inserts[0] if inserts else None)
    if history is None or history not in inserts:
        raise BadInput(
            f"the prompt {prompt.name!r} cannot take part in a conversation: no message of it inserts "
            f"{'the turns before' if history is None else repr(history)}",
            hint="declare an input such as 'history', and put 'insert: history' where the turns before shall stand",
            code="suite.conversation",
            where=spec.where,
        )
    if spec.message not in prompt.inputs:
        raise BadInput(
            f"the prompt {prompt.name!r} has no input {spec.message!r} that takes what the user says",
            hint="name it in the suite: 'conversation: {message: NAME, …}'",
            code="suite.conversation",
            where=spec.where,
        )
    return history
