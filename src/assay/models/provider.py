"""What a provider is: an address, a wire family, a way to show the key, and a table of quirks. Data, not code.

Each built-in one is a row in its own file of ``providers/``. The code that speaks to them is
``client.py``, and the formats are in ``wire/``.
"""

from typing import Literal

import msgspec

from assay.core.plugins import Registry

Family = Literal["openai-chat", "anthropic-messages"]
Auth = Literal["bearer", "api-key", "x-api-key", "none"]
SchemaSupport = Literal["strict", "plain", "none"]


class Quirks(msgspec.Struct, frozen=True, kw_only=True):
    """Where servers of one family differ. The defaults are what most servers understand.

    Attributes:
        max_tokens_field: The name under which the longest reply is asked for.
        json_schema: ``strict`` where a schema may be marked as binding, ``plain`` where it is passed on
            without that mark, ``none`` where a reply cannot be constrained (it is still validated).
        seed: Whether a seed is understood; where it is not, none is sent.
        stream_usage: Whether a stream can be asked to report its usage.
        developer_role: Whether the role ``developer`` is understood; ``system`` is sent where it is not.
    """

    max_tokens_field: str = "max_tokens"
    json_schema: SchemaSupport = "plain"
    seed: bool = True
    stream_usage: bool = True
    developer_role: bool = False


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of server that answers model calls.

    Attributes:
        name: As targets name it: ``openai`` in ``openai/gpt-4o-mini``.
        family: The wire format.
        base_url: Its address, or None where every user has their own.
        base_url_env: The environment variable that the address is read from when none is given, or None.
        root_path: The path below an address that has none of its own.
        path: The path of a chat call below that; ``{model}`` is replaced by the model's name.
        auth: How the key is shown: ``Authorization: Bearer``, the header ``api-key`` or ``x-api-key``, or not at all.
        headers: What else the head of every call says.
        key: The reference of the key used when none is named, or None for no key. It is shown only to the
            provider's own address, or where it has none, to the one that the user gave.
        price_id: The name of its price list, or None where it has none.
        default_model: The model that the provider's name alone stands for, or None.
        on_demand: Whether the address and the key come from a server that is started when needed.
    """

    name: str
    family: Family = "openai-chat"
    base_url: str | None = None
    base_url_env: str | None = None
    root_path: str = ""
    path: str = "/chat/completions"
    auth: Auth = "bearer"
    headers: dict[str, str] = {}
    key: str | None = None
    quirks: Quirks = Quirks()
    price_id: str | None = None
    default_model: str | None = None
    on_demand: bool = False


providers: Registry[Provider] = Registry("provider", "assay.models.providers")
"""Every provider by name: the files of ``providers/``, then the entry points ``assay.providers``."""
