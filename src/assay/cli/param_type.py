"""Click's ``ParamType`` with its type argument, which older releases of Click do not take when the program runs."""

from typing import TYPE_CHECKING

import click

__all__ = ["ParamType"]

if TYPE_CHECKING:
    from click import ParamType
else:

    class ParamType(click.ParamType):
        """The same, whatever stands in the brackets."""

        def __class_getitem__(cls, _):
            return cls
