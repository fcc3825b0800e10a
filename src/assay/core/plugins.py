"""The registry of plug-ins of one kind: a folder of modules, then an entry-point group.

A plug-in named ``max-chars`` of the kind ``guards`` is looked for in the module ``max_chars`` of the
registry's folder, and after that among the installed entry points of the group ``assay.guards``.
Built-in parts take the same path as outside ones; only the module that is asked for is imported.
"""

import importlib
import pkgutil
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar

from assay.core.errors import Unavailable, unknown_name
from assay.core.location import Location

T = TypeVar("T")


class Registry(Generic[T]):
    """Plug-ins of one kind by name.

    Args:
        kind: The singular noun used in messages, such as ``grader``.
        package: The package whose modules register the built-in ones.
    """

    def __init__(self, kind: str, package: str) -> None:
        self.kind = kind
        self.package = package
        self._found: dict[str, T] = {}

    def register(self, name: str) -> Callable[[T], T]:
        """A decorator that files what it decorates under ``name`` (kebab-case)."""

        def keep(plugin: T) -> T:
            self._found[name] = plugin
            return plugin

        return keep

    def get(self, name: str, *, where: Location | None = None) -> T:
        """The plug-in with that name; raises ``UnknownName`` with the nearest name as its hint."""
        if name not in self._found:
            self._load(name)
        if name not in self._found:
            raise unknown_name(self.kind, name, self.names(), code=f"{self.kind}.unknown", where=where)
        return self._found[name]

    def names(self) -> list[str]:
        """Every name that ``get`` answers to, sorted; imports nothing."""
        return sorted({*self._found, *self._built_in(), *self._outside()})

    def _built_in(self) -> list[str]:
        folder = importlib.import_module(self.package).__path__
        return [m.name.replace("_", "-") for m in pkgutil.iter_modules(folder) if not m.name.startswith("_")]

    def _outside(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in entry_points(group=f"assay.{self.kind}s")}

    def _load(self, name: str) -> None:
        if name in self._built_in():
            importlib.import_module(f"{self.package}.{name.replace('-', '_')}")
        elif point := self._outside().get(name):
            try:
                self._found[name] = point.load()
            except (ImportError, AttributeError) as error:
                raise Unavailable(
                    f"the {self.kind} {name!r} from {point.value} cannot be imported: {error}",
                    hint="install what it needs, or remove the package that offers it",
                    code=f"{self.kind}.not_importable",
                ) from error
