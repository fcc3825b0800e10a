"""A dataset in another format: read once to be checked, once to be written, once more to see that nothing was lost."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from assay.core.errors import BadInput, StorageFailed
from assay.core.location import Location
from assay.evaluate.case_digest import case_digest
from assay.evaluate.case_shape import Shape
from assay.evaluate.dataset import DatasetFile, cases_in, check_unique, ending_of, formats_for
from assay.evaluate.dataset_format import Format, formats
from assay.evaluate.seen_id import SeenIds
from assay.evaluate.types import Case
from assay.storage.whole_file import reason_of, writing_whole

Change = Callable[[Case], Case | None]
"""What is done to each case on the way, the same for the same case every time; None leaves it out."""


@dataclass(frozen=True, slots=True)
class Written:
    """A dataset that was written: how many cases, and their digest."""

    file: str
    format: str
    cases: int
    clusters: int
    digest: str


def target_format(path: str, kind: str | None) -> Format:
    """The format to write a file in.

    Args:
        path: The file.
        kind: The format's name, when it is given.

    Raises:
        BadInput: No format is named so, or none of that name writes files that end like this.
    """
    ending = ending_of(path)
    if kind is None:
        found = next((f for f in formats_for(ending) if f.knows is None), None)
        if found is None:
            known = sorted(e for name in formats.names() for e in formats.get(name).endings)
            raise BadInput(
                f"{path} does not say by its name in which format to write it",
                hint=f"let it end in {', '.join(dict.fromkeys(known))}, or name the format with --to",
                code="dataset.kind",
            )
        return found
    found = formats.get(kind)
    if ending not in (writes := found.writes or found.endings):
        raise BadInput(
            f"{path} cannot be written as {kind!r}",
            hint=f"let its name end in {' or '.join(writes)}",
            code="dataset.kind",
        )
    return found


def convert(
    source: DatasetFile,
    target: Path,
    found: Format,
    *,
    change: Change = lambda case: case,
    checked: Callable[[], None] = lambda: None,
) -> Written:
    """Write the cases of a file into another.

    The new file is put in place when it holds the very same cases; until then there is none.

    Args:
        source: What to read, three times over.
        target: The file to write.
        found: Its format.
        change: What is done to each case, the same each time.
        checked: Called when every case has been seen once.

    Raises:
        BadInput: A row that is wrong, an id that stands twice, or a case that the format cannot hold.
        StorageFailed: The file cannot be written.
    """

    def cases() -> Iterator[Case]:
        return (changed for case in cases_in(source) if (changed := change(case)) is not None)

    shape = Shape()
    with SeenIds() as seen:
        for case in cases():
            seen.add(case)
            shape.add(case)
        check_unique(seen, ids=source.ids)
        written = Written(str(target), found.name, shape.cases, seen.clusters(), seen.digest())
    checked()
    write_cases(cases, target, found, shape)
    return written


def write_cases(cases: Callable[[], Iterator[Case]], target: Path, found: Format, shape: Shape) -> None:
    """Write cases that are known to be right, and read them back.

    Args:
        cases: Gives the cases anew each time.
        target: The file.
        found: Its format.
        shape: What the cases have in common.

    Raises:
        BadInput: The format cannot hold one of them.
        StorageFailed: The file cannot be written.
    """
    try:
        with writing_whole(target) as out:
            with found.write(out, shape) as writer:
                for case in cases():
                    writer.add(case)
            out.flush()
            _check_same(cases(), DatasetFile(Path(out.name), str(target), kind=found.name), found)
    except OSError as error:
        raise StorageFailed(
            f"{target} cannot be written: {reason_of(error)}", hint="choose another folder", code="dataset.unwritable"
        ) from None


def _check_same(cases: Iterator[Case], written: DatasetFile, found: Format) -> None:
    for case, again in zip_longest(cases, cases_in(written)):
        if case is None or again is None or case_digest(case) != case_digest(again):
            name = case.id if case is not None else again.id if again is not None else "?"
            raise BadInput(
                f"the format {found.name!r} cannot hold the case {name!r} as it is",
                hint="write JSON Lines, which holds everything",
                code="dataset.cannot_hold",
                where=case.where if case is not None else Location(written.name),
            )
