"""Making a prompt version ready: its template and schemas compiled, its digest taken. Done once, used often."""

import msgspec

from assay.author.template import Template
from assay.author.types import Prompt
from assay.author.values import Values
from assay.author.version import digest_of
from assay.core.errors import BadInput
from assay.core.location import Location
from assay.engine.types import Prepared
from assay.models.provider import providers
from assay.models.target import Target, parse_target
from assay.models.types import Parameters

DEFAULT_MODEL = "embedded/smollm2-135m-instruct"


def prepare(prompt: Prompt) -> Prepared:
    """The prompt, ready to be called.

    Raises:
        BadInput: A template that does not compile.
    """
    return Prepared(prompt, digest_of(prompt), Template(prompt), Values(prompt))


def choose_target(
    prompt: Prompt,
    *,
    model: str | None = None,
    base_url: str | None = None,
    key: str | None = None,
    default: str = DEFAULT_MODEL,
) -> Target:
    """The model that answers: the one asked for, else the prompt's first candidate, else the project's default.

    Raises:
        BadInput: The name is not that of a model.
    """
    name = model or next(iter(prompt.model.candidates), default)
    where: Location | None = None
    if model is None and prompt.model.candidates:
        where = prompt.document.at("model", "candidates", 0)
    try:
        return parse_target(name, base_url=base_url, key=key, where=where)
    except BadInput as error:
        error.where = error.where or where
        raise


def unnamed(prompt: Prompt, target: Target, *, model: str | None = None) -> str | None:
    """A sentence for people where the embedded model answers as nothing else was named; else None."""
    if model is not None or prompt.model.candidates or not providers.get(target.provider).on_demand:
        return None
    return (
        f"note: the embedded model {target.model} answers, as {prompt.name} names no model; "
        "name one with --model, in the prompt, or as the setting models.default"
    )


def merge_parameters(prompt: Prompt, over: Parameters) -> Parameters:
    """The prompt's parameters, with those of ``over`` that are set put in their place.

    The contract's ``max_tokens`` limits the reply too.
    """
    merged = overlay(prompt.model.parameters, over)
    limit = prompt.contract.limits.max_tokens if prompt.contract is not None else None
    if limit is not None and (merged.max_tokens is None or merged.max_tokens > limit):
        merged = msgspec.structs.replace(merged, max_tokens=limit)
    return merged


def overlay(under: Parameters, over: Parameters) -> Parameters:
    """``under``, with what is set in ``over`` put in its place."""
    default = msgspec.structs.asdict(Parameters())
    given = {k: v for k, v in msgspec.structs.asdict(over).items() if v != default[k]}
    return msgspec.structs.replace(under, **given)
