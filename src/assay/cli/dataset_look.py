"""``assay dataset coverage``, ``check`` and ``split``: what datasets cover, what is wrong with them, their sides."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay._version import __version__
from assay.app import App
from assay.author.reference import resolve
from assay.author.source import read_text, unreadable
from assay.author.values import Values
from assay.cli.dataset_file import check_free, count, named_file
from assay.cli.options import json_option
from assay.cli.output import plain, print_json, stdout_console
from assay.core.document import parse_document
from assay.core.errors import BadInput
from assay.evaluate.curate.check import Check, Problem, find_problems, problems_as_sarif
from assay.evaluate.curate.convert import convert, target_format
from assay.evaluate.curate.coverage import Coverage, Flow, read_flows
from assay.evaluate.curate.leak import PromptWords
from assay.evaluate.curate.split import SplitReport, Splits, look_at_splits, read_splits
from assay.evaluate.dataset import DatasetFile, cases_in, ending_of, spec_file
from assay.evaluate.dataset_format import Feed
from assay.evaluate.suite import load_suite
from assay.evaluate.types import Case, Suite
from assay.storage.sqlite import storage_failed

if TYPE_CHECKING:
    from rich.console import Console

_WIDEST = 8
_SHOWN = 20


class _Chosen:
    """What the arguments name: a suite with its datasets, or dataset files.

    Raises:
        BadInput: A suite beside something else, or something that is neither.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.app: App | None = None
        self.suite: Suite | None = None
        suites = [word for word in words if _is_suite(word)]
        if not suites:
            self.files = {word: named_file(word) for word in words}
            return
        if len(words) > 1:
            raise BadInput(
                f"{suites[0]} is a suite, which names its datasets itself",
                hint="name one suite, or any number of dataset files",
                code="dataset.arguments",
            )
        path = Path(suites[0])
        self.app = App.open(path.parent)
        self.suite = load_suite(self.app.project, path)
        source = self.app.project.source
        self.files = {spec.label: spec_file(source, spec) for spec in self.suite.datasets}


def _is_suite(word: str) -> bool:
    if ending_of(word) not in (".yaml", ".yml") or not Path(word).is_file():
        return False
    if Path(word).stat().st_size > 1_000_000:
        return False
    value = parse_document(read_text(Path(word), word), file=word).value
    return isinstance(value, dict) and "suite" in value


_sources = click.argument("sources", metavar="SUITE|FILE...", nargs=-1, required=True)


@click.command(
    "coverage",
    epilog="""\b
Examples:
  assay dataset coverage suites/triage.yaml
  assay dataset coverage datasets/triage.jsonl --tag intent --tag language --least 20
  assay dataset coverage suites/triage.yaml --flows traffic.csv --require 0.95   1 when less is covered

\b
traffic.csv has the columns flow, share and tags.NAME; without tags, a flow is a value of the tag --flow-tag.""",
)
@_sources
@click.option("--tag", "tags", multiple=True, metavar="NAME", help="A tag to look at; all of them when not given.")
@click.option("--least", type=click.IntRange(min=1), default=10, help="Cases below which a slice is thin (10).")
@click.option("--flows", type=click.Path(path_type=Path), help="Production's kinds of traffic with their shares.")
@click.option("--flow-tag", default="intent", metavar="NAME", help="The tag that flows without tags are values of.")
@click.option("--require", type=click.FloatRange(0, 1), help="End with 1 when less of the traffic has a case.")
@json_option
def cover(
    sources: tuple[str, ...],
    tags: tuple[str, ...],
    least: int,
    flows: Path | None,
    flow_tag: str,
    require: float | None,
    as_json: bool,
) -> int:
    """Count the cases of each slice and of traffic.

    Slices are tags and pairs of tags. With --flows, the traffic that has no case is named.
    """
    chosen = _Chosen(sources)
    found = Coverage(tags, _flows(flows, flow_tag) if flows is not None else ())
    for file in chosen.files.values():
        for case in cases_in(file):
            found.add(case)
    found.check_names()
    if as_json:
        print_json(found.as_dict(least))
    else:
        _print_coverage(stdout_console(), found, least)
    if require is not None and not found.flows:
        raise BadInput("--require needs --flows", hint="name the file with the traffic", code="dataset.flows")
    return 1 if require is not None and found.covered() < require else 0


def _flows(path: Path, tag: str) -> list[Flow]:
    try:
        with path.open("rb") as handle:
            return read_flows(Feed(handle, str(path), ending_of(str(path))), tag=tag)
    except OSError as error:
        raise unreadable(str(path), error) from None


def _print_coverage(console: "Console", found: Coverage, least: int) -> None:
    from rich.table import Table  # noqa: PLC0415 - only when people read it

    console.print(count(found.cases, "case"))
    if not found.tags:
        console.print("no case has a tag, so there is no slice to count")
    for name, values in found.tags.items():
        cut = " (and more values)" if name in found.cut else ""
        console.print(f"\n{plain(name)}{cut}")
        table = Table(box=None, pad_edge=False)
        for heading in ("value", "cases", "share", ""):
            table.add_column(heading, justify="right" if heading in ("cases", "share") else "left")
        for value, number in values.most_common(_SHOWN):
            table.add_row(plain(value), f"{number:,}", f"{number / found.cases:.1%}", "thin" if number < least else "")
        console.print(table)
    for pair in found.pairs():
        rows, columns = (sorted(found.tags[name]) for name in pair)
        if len(rows) <= 2 * _WIDEST and len(columns) <= _WIDEST:
            console.print(f"\n{plain(pair[0])} × {plain(pair[1])}")
            table = Table(box=None, pad_edge=False)
            table.add_column("")
            for column in columns:
                table.add_column(plain(column), justify="right")
            for row in rows:
                numbers = [found.cell(pair, (row, column)) for column in columns]
                table.add_row(plain(row), *(f"{n:,}{' !' if n < least else ''}" for n in numbers))
            console.print(table)
    _print_thin(console, found, least)
    if found.flows:
        _print_flows(console, found, least)


def _print_thin(console: "Console", found: Coverage, least: int) -> None:
    thin = found.thin(least)
    console.print("")
    for cell in thin[:_SHOWN]:
        tags = " and ".join(f"{plain(n)}={plain(v)}" for n, v in zip(cell.tags, cell.values, strict=True))
        console.print(f"thin: {tags}: {count(cell.cases, 'case')}", soft_wrap=True)
    if len(thin) > _SHOWN:
        console.print(f"and {len(thin) - _SHOWN:,} more pairs with less than {least} cases")


def _print_flows(console: "Console", found: Coverage, least: int) -> None:
    covered, thick = found.covered(), found.covered(least)
    console.print(f"{covered:.1%} of the traffic has a case, {thick:.1%} has {least} or more")
    for flow in sorted(found.flows, key=lambda flow: -flow.weight):
        if flow.cases < least:
            said = "no case" if not flow.cases else f"only {count(flow.cases, 'case')}"
            tags = ", ".join(f"{plain(n)}={plain(v)}" for n, v in flow.tags.items())
            console.print(
                f"{plain(flow.name)} ({found.share(flow):.1%} of the traffic; {tags}): {said}", soft_wrap=True
            )
    if found.outside:
        console.print(f"{count(found.outside, 'case')} in no flow")


@click.command(
    "check",
    epilog="""\b
Examples:
  assay dataset check suites/triage.yaml
  assay dataset check datasets/triage.jsonl --near 0.9
  assay dataset check suites/triage.yaml --sarif > dataset.sarif   for code scanning

\b
Exit status: 0 nothing found, 1 something found, 2 a file that cannot be read.""",
)
@_sources
@click.option(
    "--near", type=click.FloatRange(0.5, 1), default=0.8, help="The share in common of nearly the same inputs (0.8)."
)
@click.option("--max-chars", type=click.IntRange(min=1), default=50_000, help="The longest inputs of a case (50,000).")
@click.option("--sarif", is_flag=True, help="Print SARIF 2.1.0.")
@json_option
def check_suite(sources: tuple[str, ...], near: float, max_chars: int, sarif: bool, as_json: bool) -> int:
    """Find leaks, duplicates and contradictions.

    Inputs that are empty, too long, or that a prompt does not take are found too. With a suite, cases are also looked
    for in the words of its prompts, and their inputs are held against them.
    """
    chosen = _Chosen(sources)
    found = find_problems(chosen.files, _check(chosen, near, max_chars))
    if sarif or as_json:
        kept = list(found)
        print_json(problems_as_sarif(kept, __version__) if sarif else [problem.as_dict() for problem in kept])
        return 1 if kept else 0
    counts = Counter(_print_problem(problem) for problem in found)
    said = ", ".join(f"{rule} {number:,}" for rule, number in sorted(counts.items()))
    click.echo(said or "nothing found", err=True)
    return 1 if counts else 0


def _check(chosen: _Chosen, near: float, max_chars: int) -> Check:
    if chosen.app is None or chosen.suite is None:
        return Check(near=near, max_chars=max_chars)
    folder = Path(chosen.suite.file).parent
    prompts = {
        prompt.file: prompt
        for spec in chosen.suite.variants
        for prompt in [resolve(chosen.app.project, spec.prompt, folder=folder, where=spec.where)]
    }
    values = [Values(prompt) for prompt in prompts.values()]

    def accepts(case: Case) -> None:
        for known in values:
            known.complete(case.inputs)

    words = [PromptWords(prompt) for prompt in prompts.values()]
    return Check(prompts=words, accepts=accepts, near=near, max_chars=max_chars)


def _print_problem(problem: Problem) -> str:
    other = f" (see {plain(str(problem.other))})" if problem.other is not None else ""
    click.echo(f"{plain(str(problem.where))}: {problem.level} {plain(problem.what)}{other} [{problem.rule}]")
    return problem.rule


@click.command(
    "split",
    epilog="""\b
Examples:
  assay dataset split datasets/all.jsonl --into dev=0.3,test=0.7                     only says what it would be
  assay dataset split datasets/all.jsonl --into dev=0.3,test=0.7 -o datasets/all.jsonl --force
  assay dataset split datasets/all.jsonl --into train=0.2,dev=0.2,test=0.6 --folder datasets/splits

\b
With -o, each case gets the tag 'split', which a suite picks with {file: all.jsonl, split: test}.""",
)
@click.argument("file", metavar="FILE")
@click.option("--into", required=True, metavar="NAME=SHARE,…", help="The splits, with shares that come to 1.")
@click.option("--seed", default="0", help="Another seed is another split; the same one is always the same (0).")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write all cases there, with the tag 'split'.")
@click.option("--folder", type=click.Path(path_type=Path), help="Write a file for each split into this folder.")
@click.option("--force", is_flag=True, help="Write over files that are there.")
@json_option
def split_dataset(
    file: str, into: str, seed: str, output: Path | None, folder: Path | None, force: bool, as_json: bool
) -> None:
    """Divide a dataset by cluster, for good.

    A case's split follows from its cluster and the seed alone, so it stays when other cases come or go.
    """
    source, splits = named_file(file), read_splits(into, seed)
    report = look_at_splits(source, splits)
    written = list(_write_splits(source, splits, output, folder, force=force))
    if as_json:
        print_json({**report.as_dict(splits), "files": written})
    else:
        _print_splits(stdout_console(), report, splits)
        for path in written:
            click.echo(plain(path))


def _write_splits(
    source: DatasetFile, splits: Splits, output: Path | None, folder: Path | None, *, force: bool
) -> Iterator[str]:
    if output is not None:
        check_free(output, force=force)
        convert(source, output, target_format(str(output), None), change=splits.tag)
        yield str(output)
    if folder is None:
        return
    ending = ending_of(source.name)
    name = Path(source.name).name.removesuffix(ending)
    targets = {split: folder / f"{name}.{split}{ending}" for split, _ in splits.shares}
    for target in targets.values():
        check_free(target, force=force)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_failed(folder, error) from None
    for split, target in targets.items():
        convert(source, target, target_format(str(target), None), change=splits.only(split))
        yield str(target)


def _print_splits(console: "Console", report: SplitReport, splits: Splits) -> None:
    from rich.table import Table  # noqa: PLC0415 - only when people read it

    total = report.cases.total()
    table = Table(box=None, pad_edge=False)
    for heading in ("split", "wanted", "share", "cases", "clusters"):
        table.add_column(heading, justify="left" if heading == "split" else "right")
    for name, share in splits.shares:
        cases = report.cases[name]
        table.add_row(plain(name), f"{share:.1%}", f"{cases / total:.1%}", f"{cases:,}", f"{report.clusters[name]:,}")
    console.print(table)
    for tag, values in report.tags.items():
        if len(values) <= _SHOWN:
            console.print(f"\n{plain(tag)}")
            table = Table(box=None, pad_edge=False)
            table.add_column("value")
            for name, _ in splits.shares:
                table.add_column(plain(name), justify="right")
            for value, counts in sorted(values.items()):
                table.add_row(plain(value), *(f"{counts[name]:,}" for name, _ in splits.shares))
            console.print(table)
    for tag, value, name in report.missing():
        console.print(f"{plain(tag)}={plain(value)} has no case in {plain(name)}", soft_wrap=True)
    if report.moved:
        console.print(f"{count(report.moved, 'case')} said another split before", soft_wrap=True)
