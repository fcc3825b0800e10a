"""Assay: prompts as tested, approved, observable releases.

What stands in ``__all__`` is the public interface; each name is loaded at first use, so that
``import assay`` costs nothing and pulls in no optional part.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from assay._version import __version__

if TYPE_CHECKING:
    from assay.core.errors import AssayError as AssayError
    from assay.core.errors import BadInput as BadInput

_HOMES = {
    "AssayError": "assay.core.errors",
    "BadInput": "assay.core.errors",
}

__all__ = ["AssayError", "BadInput", "__version__"]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'assay' has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
