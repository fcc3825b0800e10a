"""``assay gate``: a finished run's decision made again from its folder, or made against another run.

Recomputes and tells; the rules are the suite's, as they were when it was run (``evaluate/gate_replay.py``).
"""

from collections.abc import Mapping
from pathlib import Path

import click
import msgspec

from assay.app import App
from assay.cli.eval_view import STATUS, SummaryView
from assay.cli.options import approve_look_option, json_option
from assay.cli.output import print_json, stdout_console
from assay.core.canonical import digest_bytes
from assay.core.errors import BadInput
from assay.evaluate import wording
from assay.evaluate.gate_record import GATE, GateRecord
from assay.evaluate.gate_replay import Replayed, replay
from assay.evaluate.gate_runs import TwoRuns, gate_runs
from assay.evaluate.gate_told import name_of, sentence_of
from assay.evaluate.gating.look import LOOKS, LookLedger
from assay.evaluate.runs import find_run
from assay.evaluate.summary import PassRule, standing

_NOT_THE_SAME = 2


@click.command(
    epilog="""\b
Examples:
  assay gate last
  assay gate 20261125-170310-2b91ad --json
  assay gate last --baseline 20261125-170310-2b91ad
  assay gate last --baseline main-run --variant candidate --margin 0.02

\b
RUN is a run's id, the beginning of one, its folder, or 'last'. Two runs are paired by case.
Exit status: 0 pass, 1 fail, 2 the record is not what its run comes to, or an error, 3 inconclusive or invalid."""
)
@click.argument("run", metavar="RUN")
@click.option("--baseline", metavar="RUN", help="Gate the variant of RUN against that of this run.")
@click.option("--variant", metavar="NAME", help="With --baseline: the variant that both runs have.")
@click.option(
    "--margin",
    type=click.FloatRange(0, 1, min_open=True),
    metavar="SHARE",
    help="With --baseline: the loss that would matter.",
)
@approve_look_option
@json_option
def gate(
    run: str, baseline: str | None, variant: str | None, margin: float | None, approve_look: str | None, as_json: bool
) -> int:
    """Make a run's decision again, or gate it against another run."""
    app = App.open()
    folder = find_run(app.folder / "runs", run)
    if baseline is None:
        _check_alone({"--variant": variant, "--margin": margin, "--approve-look": approve_look})
        return _replay(folder, as_json=as_json)
    before = find_run(app.folder / "runs", baseline)
    runs = TwoRuns(candidate=folder, baseline=before, variant=variant, margin=margin, approved=approve_look)
    record = gate_runs(runs, LookLedger(app.folder / LOOKS))
    if as_json:
        print_json({"record": msgspec.to_builtins(record), "digest": digest_bytes(record.canonical())})
    else:
        _print(record)
    return STATUS[record.decision]


def _check_alone(given: Mapping[str, object]) -> None:
    """Refuse options that say something of two runs, where there is one."""
    for option, value in given.items():
        if value is not None:
            raise BadInput(
                f"{option} goes with --baseline: without it, the run's own decision is made again as it was",
                hint="add --baseline RUN, or change the suite and run it again",
                code="cli.baseline",
            )


def _replay(folder: Path, *, as_json: bool) -> int:
    found = replay(folder)
    if as_json:
        record = msgspec.to_builtins(found.record)
        print_json({"record": record, "digest": digest_bytes(found.record.canonical()), "same": found.same})
    else:
        _print(found.record)
        click.echo(f"\n{_said(found)}")
    return _NOT_THE_SAME if found.same is False else STATUS[found.record.decision]


def _said(found: Replayed) -> str:
    """Whether the bytes are the same."""
    made = digest_bytes(found.record.canonical())
    if found.same is None:
        return f"The run has no {GATE} to compare with; it would be {made}"
    if found.same:
        return f"The same bytes as {GATE}: {made}"
    return f"{GATE} says something else than its run comes to: {', '.join(found.differences())}"


def _print(record: GateRecord) -> None:
    view = SummaryView(stdout_console())
    sign, word = wording.STANDING_WORDS[standing(record.decision, gated=record.gated)]
    view.line(f"{sign} {word.upper()}  {record.sentence}", style="bold")
    view.line()
    for part in record.parts:
        mark, _ = wording.STANDING_WORDS[part.decision]
        view.line(f"{mark} {name_of(part)}: {sentence_of(part)}")
        if part.visible is not None:
            view.line(f"    {_visible(part.visible, part.unit, part.rule)}", style="dim")
    cases = record.policy.cases
    if isinstance(cases, PassRule):
        view.line(f"A case passes when at least {cases.passes} of its {cases.of} repeats do.", style="dim")


def _visible(visible: float, unit: str, rule: str) -> str:
    if rule == "never":
        return f"so many cases without a failure would show that at most {wording.percent(visible)} fail"
    if unit in ("share", "score"):
        return f"this many cases can see a difference of {100 * visible:.3g} points or more"
    if unit == "ratio":
        return f"this many cases can see a ratio of {visible:.3g} or more"
    return f"this many cases can see a difference of {visible:.3g} or more"
