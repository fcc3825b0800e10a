"""What a call is sent to: a provider, one of its models, and an address and a key where they are not the provider's.

A target holds the key's reference, never the key, and may be stored, hashed and shown.
"""

import difflib

import msgspec

from assay.core.errors import BadInput, unknown_name
from assay.core.location import Location
from assay.models.address import normalise_base_url
from assay.models.provider import providers
from assay.models.secret import check_reference


class Target(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A provider's model at an address.

    Attributes:
        provider: The provider's name.
        model: The provider's own name for the model.
        base_url: The address instead of the provider's own, or None.
        key: The reference of the key (``env:NAME``, ``file:PATH``) instead of the provider's own, or None. A list
            (``env:A,env:B``) is several accounts, among which calls are spread.
    """

    provider: str
    model: str
    base_url: str | None = None
    key: str | None = None

    def __str__(self) -> str:
        return f"{self.provider}/{self.model}"


def parse_target(
    text: str, *, base_url: str | None = None, key: str | None = None, where: Location | None = None
) -> Target:
    """The target that ``provider/model`` names; further slashes belong to the model.

    A provider with a default model may stand alone.

    Args:
        text: Such as ``openai/gpt-4o-mini`` or ``openai-compatible/meta-llama/Llama-3.3-70B``.
        base_url: The server's address instead of the provider's own.
        key: The reference of the key instead of the provider's own.
        where: The place that an error points to.

    Raises:
        BadInput: No such provider (the nearest is suggested), no model, or an address or a reference that is none.
    """
    name, slash, model = text.strip().partition("/")
    if not slash and name not in providers.names():
        raise _without_provider(name, where)
    provider = providers.get(name, where=where)
    model = model or provider.default_model or ""
    if not model:
        raise BadInput(
            f"{text!r} names the provider and no model",
            hint=f"write {name}/MODEL",
            code="model.no_model",
            where=where,
        )
    if provider.on_demand and model != provider.default_model:
        raise unknown_name("embedded model", model, [provider.default_model or ""], code="model.unknown", where=where)
    return Target(
        provider=name,
        model=model,
        base_url=normalise_base_url(base_url) if base_url else None,
        key=check_reference(key) if key else None,
    )


def _without_provider(text: str, where: Location | None) -> BadInput:
    names = providers.names()
    near = difflib.get_close_matches(text, names, n=1, cutoff=0.6)
    example = f"PROVIDER/MODEL, such as openai/gpt-4o-mini; the providers are {', '.join(names)}"
    return BadInput(
        f"{text!r} names no provider",
        hint=f"did you mean {near[0]!r}?" if near else f"write {example}",
        code="model.no_provider",
        where=where,
    )
