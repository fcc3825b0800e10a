"""What a configuration has and a native suite cannot: collected with its line, each thing once."""

from dataclasses import dataclass, field

from assay.author.exchange.dialect import Dropped
from assay.core.location import Location


@dataclass(slots=True)
class Leaving:
    """Collects what is left behind.

    Attributes:
        file: The configuration as messages name it; lines are its own.
    """

    file: str
    _found: dict[tuple[str, str], tuple[int | None, int]] = field(default_factory=dict)

    def drop(self, where: Location, what: str, why: str) -> None:
        """List something; the same for other tests is only counted."""
        line = where.line if where.file == self.file else None
        what = what if where.file == self.file or where.file is None else f"{what} ({where})"
        first, count = self._found.get((what, why), (line, 0))
        self._found[what, why] = (first, count + 1)

    def dropped(self) -> tuple[Dropped, ...]:
        """Everything, in the order of its lines."""
        found = [
            Dropped(line, what if count == 1 else f"{what}, {count} times", why)
            for (what, why), (line, count) in self._found.items()
        ]
        return tuple(sorted(found, key=lambda item: item.line or 0))
