"""What a judge is: its prompt, its model and how that is sampled, as one digest.

A calibration holds for one identity. Another model, another temperature or another word in the prompt is another
instrument, whose errors nobody has measured. The key of the model is not part of it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import msgspec

from assay.core.canonical import digest
from assay.evaluate.judging.prompt import Fill, JudgePrompt
from assay.models.target import Target
from assay.models.types import Parameters

_JUDGED_BY = "judged_by"
G = TypeVar("G", bound=Callable[..., object])


def judge_identity(
    prompt: object, target: Target | None, parameters: Parameters | None, *, schema: Mapping[str, object] | None = None
) -> str:
    """The digest of a judge.

    Args:
        prompt: The prompt as JSON: messages with places, or the digest of a prompt's version.
        target: Who is asked; None where that is not known.
        parameters: How it is sampled.
        schema: What its reply is held to.
    """
    asked = None if target is None else [target.provider, target.model, target.base_url]
    sampled = None if parameters is None else msgspec.to_builtins(parameters)
    return digest({"prompt": prompt, "model": asked, "parameters": _whole(sampled), "schema": _whole(schema)})


def grader_identity(judge: str, settings: Mapping[str, object], *, negate: bool = False) -> str:
    """The digest of a judge as a grader puts it to use: another rubric or threshold is another instrument.

    Args:
        judge: The judge's own digest.
        settings: The grader's settings; where a key is stands outside of what is measured.
        negate: Whether its verdict is turned round.
    """
    told = {name: _without_key(value) for name, value in settings.items()}
    return digest({"judge": judge, "settings": _whole(told), "negate": negate})


def _without_key(value: object) -> object:
    return {k: v for k, v in value.items() if k != "key"} if isinstance(value, Mapping) else value


def told_prompt(prompt: Fill) -> object:
    """A prompt as JSON, for the identity; of one that another kind of suite renders, what was given to render."""
    if isinstance(prompt, JudgePrompt):
        return prompt.told
    given = getattr(prompt, "args", ())
    return [str(part) for part in given]


def _whole(value: object) -> object:
    """Without numbers that canonical JSON would refuse or write in another way: they become text."""
    if isinstance(value, Mapping):
        return {str(key): _whole(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(part) for part in value]
    return value if value is None or isinstance(value, str | bool | int) else repr(value)


def joint_identity(identities: Sequence[str]) -> str:
    """The digest of several judges that give one verdict together."""
    return digest({"panel": list(identities)})


def judged_by(grade: G, identity: Callable[[], str]) -> G:
    """Mark a grader that always asks the same judge, so that its digest is known before anything is asked.

    Args:
        grade: The grader.
        identity: Its judge's digest.
    """
    setattr(grade, _JUDGED_BY, identity)
    return grade


def known_judge(grade: object) -> str | None:
    """The digest of the judge that a grader will ask; None where that is not known before it does."""
    identity = getattr(grade, _JUDGED_BY, None)
    return identity() if callable(identity) else None


def as_judged(grade: G, inner: object) -> G:
    """A grader around another one, whose judge is that one's."""
    identity = getattr(inner, _JUDGED_BY, None)
    return grade if identity is None else judged_by(grade, identity)
