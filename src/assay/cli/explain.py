"""``assay explain``: everything about one case of a run: what was sent and came, each grader's words, its history."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click
import msgspec

from assay.app import App
from assay.author.history import MOST_COMMITS, past_version
from assay.author.types import Prompt, RenderedMessage
from assay.author.version import digest_of
from assay.cli.options import json_option
from assay.cli.output import plain, print_json, stdout_console
from assay.cli.run_choice import last_run
from assay.core.errors import AssayError, BadInput
from assay.engine.prepare import prepare
from assay.evaluate import wording
from assay.evaluate.exporter import FinishedRun, load_run
from assay.evaluate.failures.code import code_of
from assay.evaluate.planning.evidence import past_runs
from assay.evaluate.run_folder import PLAN
from assay.evaluate.runs import find_run
from assay.evaluate.suite import load_suite
from assay.evaluate.summary import VariantSummary
from assay.evaluate.types import SampleRow

if TYPE_CHECKING:
    from rich.console import Console

_RUNS_LOOKED_AT = 10


class _PlannedVariant(msgspec.Struct):
    name: str
    file: str | None = None


class _Plan(msgspec.Struct):
    """The part of ``plan.json`` that says where the prompts were."""

    suite_file: str = ""
    variants: list[_PlannedVariant] = []


class Say(Protocol):
    """Prints a line."""

    def __call__(self, text: str = "", style: str | None = None) -> None:
        """Print it in that style."""
        ...


@click.command(
    epilog="""\b
Examples:
  assay explain double-charge-1
  assay explain double-charge-1 --run 20261125-170310-2b91ad --json

\b
Reads what is on disk, and asks no model. The messages are rendered again from the version of the prompt that the run
names: from the project's files, or else from Git: the variant's branch, tag or commit, or the file's last commits."""
)
@click.argument("case", metavar="CASE")
@click.option("--run", "run", metavar="RUN", default="last", show_default=True, help="The run to look at.")
@json_option
def explain(case: str, run: str, as_json: bool) -> int:
    """Print everything about one case of a run."""
    app = App.open()
    return explain_case(app, find_run(app.folder / "runs", run), case, as_json=as_json)


def explain_case(app: App, folder: Path, case: str, *, as_json: bool) -> int:
    """Print what the run in that folder knows of a case."""
    found = load_run(folder)
    rows = [row for row in found.rows() if row.case == case]
    if not rows:
        raise BadInput(
            f"the run {found.summary.run} has no case {case!r}",
            hint="'assay failures' names cases; so does the column 'case' of samples.jsonl",
            code="explain.case",
        )
    history = list(_history(app, found, case))
    sent = {variant: _sent(app, found, rows, variant) for variant in dict.fromkeys(row.variant for row in rows)}
    if as_json:
        print_json(
            {
                "run": found.summary.run,
                "case": case,
                "samples": [{**msgspec.to_builtins(row, enc_hook=str), "failure": code_of(row)} for row in rows],
                "messages": {v: [_message(m) for m in told] for v, told in sent.items() if not isinstance(told, str)},
                "history": history,
            }
        )
    else:
        _print(stdout_console(), rows, sent, history)
    return 0


def last_run_of(app: App, suite_files: Sequence[Path]) -> Path:
    """The folder of the last finished run of the suite that is named.

    Raises:
        BadInput: None or several are named, or it has not been run.
    """
    if len(suite_files) != 1:
        raise BadInput(
            "--explain takes one suite", hint="name it: assay eval SUITE --explain CASE", code="explain.suite"
        )
    return last_run(app, suite_files[0])


def _history(app: App, found: FinishedRun, case: str) -> Iterator[dict[str, object]]:
    """What came of the case in the suite's last runs, newest first."""
    for folder in past_runs(app.folder / "runs", found.summary.suite)[:_RUNS_LOOKED_AT]:
        counts: dict[str, list[int]] = {}
        for row in load_run(folder).rows():
            if row.case == case:
                passed = counts.setdefault(row.variant, [0, 0])
                passed[0] += row.status == "passed"
                passed[1] += 1
        if counts:
            yield {"run": folder.name, "variants": {name: {"passed": p, "n": n} for name, (p, n) in counts.items()}}


def _sent(app: App, found: FinishedRun, rows: list[SampleRow], variant: str) -> tuple[RenderedMessage, ...] | str:
    """The messages as they were sent, or why they cannot be made again."""
    label = next(one for one in found.summary.variants if one.name == variant)
    row = next(row for row in rows if row.variant == variant)
    prompt = _version(app, found, label)
    if prompt is not None:
        with suppress(AssayError):
            prepared = prepare(prompt)
            return prepared.template.render(prepared.values.complete(dict(row.inputs)))
    return (
        f"the version {wording.short_digest(label.digest)} of {label.prompt} is neither among the project's files nor "
        f"in the last {MOST_COMMITS} commits that changed it"
    )


def _version(app: App, found: FinishedRun, label: VariantSummary) -> Prompt | None:
    """The prompt that the variant was: among the project's files, or else in Git."""
    for reference in (f"{label.prompt}@{label.digest}", label.prompt):
        with suppress(AssayError):
            prompt = app.resolve(reference)
            if digest_of(prompt) == label.digest:
                return prompt
    plan = _plan(found.folder)
    path = next((variant.file for variant in plan.variants if variant.name == label.name), None)
    if path is None:
        return None
    return past_version(app.project.root, path, label.digest, revision=_revision(app, plan.suite_file, label.name))


def _plan(folder: Path) -> _Plan:
    try:
        return msgspec.json.decode((folder / PLAN).read_bytes(), type=_Plan)
    except (OSError, msgspec.MsgspecError):
        return _Plan()  # of another kind of suite


def _revision(app: App, suite_file: str, variant: str) -> str:
    """The Git revision that the suite, as it is now, names for a variant; the current commit where it names none."""
    with suppress(AssayError):
        for spec in load_suite(app.project, app.project.root / suite_file).variants:
            if spec.name == variant and "@git:" in spec.prompt:
                return spec.prompt.partition("@git:")[2]
    return "HEAD"


def _message(rendered: RenderedMessage) -> dict[str, object]:
    segments = [{"text": s.text, "source": s.source, "trust": s.trust} for s in rendered.segments]
    return {"role": rendered.role, "content": rendered.content, "segments": segments}


def _print(
    console: "Console",
    rows: list[SampleRow],
    sent: dict[str, tuple[RenderedMessage, ...] | str],
    history: list[dict[str, object]],
) -> None:
    def say(text: str = "", style: str | None = None) -> None:
        console.print(
            plain(text.replace(wording.NBSP, " ")), style=style, highlight=False, markup=False, soft_wrap=True
        )

    first = rows[0]
    say(f"case {first.case}", "bold")
    for name, value in first.inputs.items():
        say(f"  {name}: {value}")
    say(f"  expected: {first.expected if first.expected is not None else wording.NOTHING}")
    tags = ", ".join(f"{tag}={value}" for tag, value in first.tags.items())
    say(f"  cluster: {first.cluster or wording.NOTHING}   tags: {tags or wording.NOTHING}", "dim")
    for variant, messages in sent.items():
        say()
        say(variant, "bold")
        _print_messages(say, messages)
        for row in (row for row in rows if row.variant == variant):
            _print_sample(say, row)
    if history:
        say()
        say("In the suite's runs, newest first", "bold")
    for entry in history:
        counts = entry["variants"]
        assert isinstance(counts, dict)
        told = ", ".join(f"{name} {one['passed']} of {one['n']}" for name, one in counts.items())
        say(f"  {entry['run']}  {told} passed")


def _print_messages(say: Say, messages: tuple[RenderedMessage, ...] | str) -> None:
    """Each piece with where it came from and how far it is trusted."""
    if isinstance(messages, str):
        say(f"  ({messages})", "dim")
        return
    for message in messages:
        say(f"  {message.role}:", "dim")
        for segment in message.segments:
            mark = "" if segment.source is None else f"[{segment.source}, {segment.trust}] "
            if segment.text.strip():
                say(f"    {mark}{segment.text.strip()}")


def _print_sample(say: Say, row: SampleRow) -> None:
    repeat = f", repeat {row.repeat + 1}" if row.repeat else ""
    say(f"  reply{repeat}:", "dim")
    say(f"    {row.output if row.output is not None else 'there was none'}")
    code = code_of(row)
    say(f"  {row.status}{f' ({code})' if code else ''}", "bold")
    for violation in row.violations:
        say(f"    contract: {violation}")
    if row.error is not None:
        say(f"    {row.error['code']}: {row.error.get('what', '')}")
    for verdict in row.verdicts:
        mark = "✗" if not verdict.passed else "✓"
        score = "" if verdict.score is None else f" {verdict.score:.3g}"
        say(f"    {mark} {verdict.grader}{score}: {verdict.error or verdict.reason}")
        for vote in _votes(verdict.detail):
            say(f"        {'✓' if vote.get('passed') else '✗'} {vote.get('judge')}: {vote.get('reason')}")
    cost = wording.cost(row.cost_usd)
    say(f"    {wording.latency(row.latency_ms)}, {row.input_tokens} / {row.output_tokens} tokens, {cost}", "dim")


def _votes(detail: dict[str, object] | None) -> list[dict[str, object]]:
    votes = (detail or {}).get("votes")
    return [vote for vote in votes if isinstance(vote, dict)] if isinstance(votes, list) else []
