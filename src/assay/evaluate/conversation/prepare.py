"""A suite's conversation, found sound: the part of the user, who plays it, and how each prompt takes its turns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assay.author.project import Project
from assay.author.reference import resolve
from assay.author.version import digest_of
from assay.core.errors import BadInput
from assay.engine.prepare import merge_parameters
from assay.evaluate.conversation.part import Part, PromptPart, TextPart, turn_inputs
from assay.evaluate.conversation.read import check_prompt
from assay.evaluate.plan import Variant
from assay.evaluate.talk import Turn
from assay.evaluate.types import ConversationSpec, Suite
from assay.models.target import Target, parse_target
from assay.models.types import Parameters

_SOME_LINE = "Hello"


@dataclass(frozen=True, slots=True)
class Stage:
    """What a conversation is held with.

    Attributes:
        spec: The suite's block.
        part: The user's part.
        histories: Variant -> the input of its prompt that takes the turns before.
        model: Who plays the user; None is the suite's judge.
        parameters: How it is sampled; None is the judge's way.
    """

    spec: ConversationSpec
    part: Part
    histories: dict[str, str]
    model: Target | None
    parameters: Parameters | None

    def inputs(
        self, variant: Variant, given: Mapping[str, object], *, said: str, before: Sequence[Turn] = ()
    ) -> dict[str, object]:
        """The inputs of one turn of that variant.

        Raises:
            BadInput: The case has an input that nobody takes.
        """
        prompt, history = variant.prepared.prompt, self.histories[variant.name]
        return turn_inputs(self.spec, self.part, prompt, given, history=history, said=said, before=before)

    def first_inputs(self, variant: Variant, given: Mapping[str, object]) -> dict[str, object]:
        """The inputs of a first turn, for checking a case before the run; the part's own are checked here.

        Raises:
            BadInput: The case lacks an input of the part, has an unfit one, or one that nobody takes.
        """
        self.part.check(given)
        return self.inputs(variant, given, said=str(given.get(self.spec.message) or _SOME_LINE))


def prepare_stage(project: Project, suite: Suite, folder: Path, variants: Iterable[Variant]) -> Stage | None:
    """The suite's conversation, ready; None where it has none.

    Raises:
        BadInput: A prompt that cannot take part, or the one that plays the user is not found or not right.
    """
    spec = suite.conversation
    if spec is None:
        return None
    histories = {variant.name: check_prompt(spec, variant.prepared.prompt) for variant in variants}
    if spec.prompt is None:
        return Stage(spec, TextPart(spec.user, spec.first), histories, _played_by(spec), spec.parameters)
    try:
        prompt = resolve(project, spec.prompt, folder=folder, where=spec.where)
        part = PromptPart(prompt, spec.first)
    except BadInput as error:
        error.where = error.where or spec.where
        raise
    model = _played_by(spec, *prompt.model.candidates)
    parameters = merge_parameters(prompt, spec.parameters or Parameters())
    told = None if parameters == Parameters() else parameters
    return Stage(replace(spec, digest=digest_of(prompt)), part, histories, model, told)


def _played_by(spec: ConversationSpec, *candidates: str) -> Target | None:
    """The model that the suite names, else the first of the prompt that plays the user, else None."""
    if spec.model is not None:
        return parse_target(spec.model, base_url=spec.base_url, key=spec.key, where=spec.where)
    return parse_target(candidates[0], where=spec.where) if candidates else None
