"""Reading whom a part of a suite asks: ``model``, and ``base_url`` and ``key`` where they are not the provider's own.

Whether the key is there, and the address answers, is found out when it is asked.
"""

from typing import NamedTuple

from assay.core.errors import BadInput
from assay.core.fields import Fields
from assay.models.address import normalise_base_url
from assay.models.secret import check_reference
from assay.models.target import parse_target


class Asked(NamedTuple):
    """Whom to ask, as written; ``key`` is the key's reference, never the key."""

    model: str | None
    base_url: str | None
    key: str | None


def read_asked(entry: Fields) -> Asked:
    """The three keys of a variant, a judge or a conversation, each of which may be left out.

    Raises:
        BadInput: A model, an address or a reference that is none, with its place.
    """
    model, base_url, key = entry.text("model"), entry.text("base_url"), entry.text("key")
    if model is not None:
        parse_target(model, where=entry.at("model"))
    try:
        if base_url is not None:
            normalise_base_url(base_url)
    except BadInput as error:
        error.where = error.where or entry.at("base_url")
        raise
    try:
        if key is not None:
            check_reference(key)
    except BadInput as error:
        error.where = error.where or entry.at("key")
        raise
    return Asked(model, base_url, key)
