"""``assay dataset``: datasets from other formats and into them, compared, masked, split and checked."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from assay.author.source import read_text
from assay.author.types import MISSING
from assay.cli.dataset_file import KindName, check_free, count, named_file
from assay.cli.dataset_look import check_suite, cover, split_dataset
from assay.cli.options import json_option
from assay.cli.output import plain, print_json
from assay.core.errors import BadInput, unknown_name
from assay.core.ids import new_key
from assay.evaluate.case_table import DROPPED, Ids
from assay.evaluate.curate.convert import Written, convert, target_format
from assay.evaluate.curate.difference import CaseChange, differences
from assay.evaluate.curate.facts import DatasetView, look_at
from assay.evaluate.curate.mask import ALL_KINDS, Masker, read_names, read_pattern
from assay.evaluate.dataset_format import json_text

_SHOWN_CHARS = 60
_SHOWN_VALUES = 8


@click.group(
    epilog="""\b
Examples:
  assay dataset convert export.csv datasets/triage.jsonl --map question=inputs.ticket
  assay dataset show datasets/triage.jsonl
  assay dataset diff datasets/triage.jsonl datasets/new.jsonl"""
)
def dataset() -> None:
    """Convert, compare, mask, split and check datasets."""


@dataset.command(
    "convert",
    epilog="""\b
Examples:
  assay dataset convert tasks.json datasets/triage.jsonl              what Label Studio exported
  assay dataset convert "tickets.xlsx#May" may.jsonl --map Question=inputs.ticket --map Team=expected --ids row
  assay dataset convert rows.jsonl cases.csv --map data.text=inputs.text --map "*=-"
  assay dataset convert datasets/triage.jsonl tasks.json --to label-studio
  assay dataset convert tickets.csv datasets/tickets.jsonl --mask --names people.txt --pattern order="A-[0-9]{6}"

\b
The format is found out by the file's name and its start. --map COLUMN=PART names what a column or key becomes:
id, expected, cluster, inputs.NAME, tags.NAME, or '-' for nothing; '*' is all that is not named.""",
)
@click.argument("source", metavar="SRC")
@click.argument("target", metavar="DST", type=click.Path(path_type=Path))
@click.option("--from", "kind", type=KindName(), help="The format of SRC; found out when not given.")
@click.option("--to", "to_kind", type=KindName(), help="The format of DST; that of its ending when not given.")
@click.option("--map", "maps", multiple=True, metavar="COLUMN=PART", help="What a column or key becomes.")
@click.option(
    "--ids",
    type=click.Choice(["row", "content"]),
    help="Name cases without an id by their row, or by a digest of their inputs.",
)
@click.option(
    "--mask", "masking", is_flag=True, help="Replace e-mail addresses, numbers, IP addresses and names by tokens."
)
@click.option(
    "--names",
    type=click.Path(path_type=Path),
    help="Names to mask: a person a line, other forms of the name behind commas.",
)
@click.option("--pattern", "patterns", multiple=True, metavar="NAME=REGEX", help="A kind of your own to mask.")
@click.option("--keep", multiple=True, metavar="KIND", help="A kind that is not masked: " + ", ".join(ALL_KINDS) + ".")
@click.option(
    "--mask-key-env",
    metavar="VARIABLE",
    help="The environment variable with a key that gives the same tokens each time; random when not given.",
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@json_option
def convert_dataset(
    source: str,
    target: Path,
    kind: str | None,
    to_kind: str | None,
    maps: tuple[str, ...],
    ids: Ids | None,
    masking: bool,
    names: Path | None,
    patterns: tuple[str, ...],
    keep: tuple[str, ...],
    mask_key_env: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Write a dataset in another format.

    Nothing is lost: DST is read again, and is there only when it holds the same cases, with the same digest.
    """
    file = named_file(source, kind=kind, rename=_maps(maps), ids=ids)
    found = target_format(str(target), to_kind)
    check_free(target, force=force)
    masker = _masker(names, patterns, keep, mask_key_env) if masking else None
    if masker is None:
        if names or patterns or keep or mask_key_env:
            raise BadInput("the options for masking need --mask", hint="add --mask", code="dataset.mask")
        _print_written(convert(file, target, found), None, as_json=as_json)
        return
    written = convert(file, target, found, change=masker, checked=masker.stop_counting)
    _print_written(written, masker, as_json=as_json)


def _masker(names: Path | None, patterns: Sequence[str], keep: Sequence[str], key_env: str | None) -> Masker:
    own = [read_pattern(pattern) for pattern in patterns]
    for kind in keep:
        if kind not in ALL_KINDS:
            raise unknown_name("kind", kind, ALL_KINDS, code="dataset.mask")
    key = new_key()
    if key_env is not None:
        key = os.environ.get(key_env, "").encode()
        if not key:
            raise BadInput(
                f"the environment variable {key_env} is not set",
                hint="set it to a secret, or leave --mask-key-env out",
                code="dataset.mask_key",
            )
    people = read_names(read_text(names, str(names)), str(names)) if names is not None else None
    return Masker(key, names=people, patterns=own, keep=keep)


def _maps(pairs: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        column, equals, part = pair.rpartition("=")
        root = part.partition(".")[0]
        if not equals or not column or not (root == part or root in ("inputs", "tags")) or not part:
            raise BadInput(
                f"--map {pair!r} does not say what a column becomes",
                hint=f"write COLUMN=PART with id, expected, cluster, inputs.NAME, tags.NAME or {DROPPED!r}",
                code="dataset.map",
            )
        found[column] = part
    return found


def _print_written(written: Written, masker: Masker | None, *, as_json: bool) -> None:
    if as_json:
        masked = None
        if masker is not None:
            found = dict(sorted(masker.found.items()))
            masked = {"cases": masker.cases, "found": found, "let_through": masker.let_through}
        facts = {"file": written.file, "format": written.format, "cases": written.cases}
        print_json({**facts, "clusters": written.clusters, "digest": written.digest, "masked": masked})
        return
    if masker is not None:
        said = ", ".join(f"{kind} {number:,}" for kind, number in sorted(masker.found.items())) or "nothing found"
        left = masker.let_through
        through = f"; let through: {left:,} reserved address{'' if left == 1 else 'es'}" if left else ""
        click.echo(f"masked in {count(masker.cases, 'case')}: {said}{through}", err=True)
    click.echo(f"{plain(written.file)}: {count(written.cases, 'case')} as {written.format}, {written.digest}")


@dataset.command(
    "show",
    epilog="""\b
Examples:
  assay dataset show datasets/triage.jsonl
  assay dataset show "tickets.xlsx#May" --json""",
)
@click.argument("file", metavar="FILE")
@click.option("--from", "kind", type=KindName(), help="The format of FILE; found out when not given.")
@json_option
def show_dataset(file: str, kind: str | None, as_json: bool) -> None:
    """Print what a dataset holds, and its digest.

    The digest is of the cases, not of the file: it stays the same in another format or order.
    """
    found = look_at(named_file(file, kind=kind))
    if as_json:
        print_json(found.as_dict())
    else:
        click.echo("\n".join(_told(found)))


def _told(found: DatasetView) -> Iterator[str]:
    facts = found.facts
    yield f"{plain(found.name)}: {count(facts.cases, 'case')} in {count(facts.clusters, 'cluster')}"
    yield found.digest
    for name, values in facts.tags.items():
        most = sorted(values.items(), key=lambda item: (-item[1], item[0]))
        shown = ", ".join(f"{plain(value)} {cases:,}" for value, cases in most[:_SHOWN_VALUES])
        more = len(most) - _SHOWN_VALUES
        cut = ", and more" if name in facts.cut_tags else f", and {more} more" if more > 0 else ""
        yield f"tag {plain(name)}: {shown}{cut}"
    for part, lengths in found.lengths.items():
        told = lengths.as_dict()
        yield (
            f"{plain(part)}: in {count(told['cases'], 'case')}; characters: median {told['median']:,}, "
            f"95 % {told['p95']:,}, longest {told['most']:,}"
        )


@dataset.command(
    "diff",
    epilog="""\b
Examples:
  assay dataset diff datasets/triage.jsonl datasets/triage-2.jsonl
  assay dataset diff old.xlsx new.jsonl --exit-code   1 when they differ, for CI""",
)
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--exit-code", is_flag=True, help="End with 1 when the cases differ.")
@json_option
def diff_datasets(old: str, new: str, exit_code: bool, as_json: bool) -> int:
    """Say which cases changed, and in which field.

    Cases are compared by their ids. Formats and order make no difference.
    """
    found = differences(named_file(old), named_file(new))
    counts = {"added": 0, "removed": 0, "changed": 0}
    kept: list[dict[str, object]] = []
    for change in found:
        counts[change.change] += 1
        if as_json:
            kept.append(change.as_dict())
        else:
            click.echo("\n".join(_change_lines(change)))
    if as_json:
        print_json({**counts, "cases": kept})
    else:
        said = ", ".join(f"{number:,} {word}" for word, number in counts.items() if number)
        click.echo(said or "the same cases", err=True)
    return 1 if exit_code and any(counts.values()) else 0


def _change_lines(change: CaseChange) -> Iterator[str]:
    mark = {"added": "+", "removed": "−", "changed": "~"}[change.change]
    yield f"{mark} {plain(change.id)}"
    for field in change.fields:
        yield f"    {plain(field.field)}: {_short(field.before)} → {_short(field.after)}"


def _short(value: object) -> str:
    if value is MISSING:
        return "nothing"
    text = json_text(value)
    return plain(text if len(text) <= _SHOWN_CHARS else f"{text[: _SHOWN_CHARS - 1]}…")


for _command in (cover, split_dataset, check_suite):
    dataset.add_command(_command)
