"""``assay judge calibrate``: a sheet with labels becomes a calibration, and what it says of the judge is told."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import click
import msgspec
from rich.table import Table

from assay.app import App
from assay.cli.judge_label import read_sheet
from assay.cli.options import json_option
from assay.cli.output import near, print_json, stdout_console
from assay.cli.run_choice import chosen_run
from assay.core.clock import stamp
from assay.core.errors import BadInput
from assay.evaluate.calibration.file import FOLDER, read_calibration, write_calibration
from assay.evaluate.calibration.judged import judged_cases
from assay.evaluate.calibration.measure import About
from assay.evaluate.calibration.measure import calibrate as measure
from assay.evaluate.calibration.sheet import merge
from assay.evaluate.calibration.types import Calibration, Figure, VariantCalibration
from assay.evaluate.exporter import load_run
from assay.storage.whole_file import write_whole

_AFTER = re.compile(r"([1-9][0-9]{0,3})d")


@click.command(
    epilog="""\b
Examples:
  assay judge calibrate last labels.csv
  assay judge calibrate last maria.csv tom.csv --name reply-facts --expires-after 90d
  assay judge calibrate last labels.csv --json

\b
RUN is the run that the sheet was made from, or its suite's file while that is the suite's last one. The calibration is
written to calibrations/NAME.json; name it in a gate: 'calibrations: [../calibrations/NAME.json]'. It holds until the
judge's prompt, model or sampling changes."""
)
@click.argument("run", metavar="RUN")
@click.argument("sheets", metavar="SHEET...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--name", metavar="NAME", help="The name of the calibration; that of the grader when not given.")
@click.option(
    "--expires-after", metavar="DAYS", help="From when on it does not hold any more, such as 90d; never without it."
)
@click.option("--force", is_flag=True, help="Write over a calibration that measured another judge.")
@json_option
def calibrate(
    run: str, sheets: tuple[Path, ...], name: str | None, expires_after: str | None, force: bool, as_json: bool
) -> int:
    """Measure how a judge errs, from a sheet with labels."""
    app = App.open()
    folder = chosen_run(app, run)
    sheet = merge([read_sheet(file) for file in sheets])
    summary = load_run(folder).summary
    known = name or re.sub(r"[^a-z0-9]+", "-", sheet.draw.grader.lower()).strip("-") or "judge"
    now = app.clock.now_utc()
    about = About(
        name=known,
        suite=summary.suite,
        datasets=summary.datasets,
        made_utc=stamp(now),
        expires_utc=_expiry(expires_after, now),
    )
    found = measure(judged_cases(folder, sheet.draw.grader), sheet, about)
    file = app.project.root / FOLDER / f"{known}.json"
    if not force:
        _check_replaced(file, found)
    _write(file, found)
    if as_json:
        print_json(msgspec.to_builtins(found))
    else:
        _print(found)
        click.echo(f"\n{near(file)}: {_use(found)}", err=True)
    return 0


def _check_replaced(file: Path, found: Calibration) -> None:
    """Refuse to write over what is not an earlier calibration of the same judge.

    Raises:
        BadInput: It is another judge's, or no calibration.
    """
    try:
        before = read_calibration(file.read_bytes(), str(near(file)))
    except OSError:
        return  # there is none, or writing says why it cannot be written
    except BadInput as error:
        what = error.what
    else:
        if before.judge == found.judge:
            return
        what = f"{near(file)} measured another judge, the one of {before.grader} on {before.made_utc[:10]}"
    raise BadInput(what, hint="--name makes another file; --force writes over this one", code="cli.exists")


def _write(file: Path, found: Calibration) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, write_calibration(found))
    except OSError as error:
        raise BadInput(
            f"{near(file)} cannot be written: {error.strerror}",
            hint="look at the folder's permissions",
            code="cli.write",
        ) from None


def _use(found: Calibration) -> str:
    """What to do with the file."""
    if not _informs(found.pooled):
        return "a gate that names it is invalid; give the judge another prompt or model, and calibrate again"
    return f"name it in a gate, 'calibrations: [../{FOLDER}/{found.name}.json]'"


def _informs(pooled: VariantCalibration) -> bool:
    """Whether the judge passes what is right more often than what is wrong."""
    return (pooled.sensitivity.value or 0.0) + (pooled.specificity.value or 0.0) > 1


def _expiry(after: str | None, now: datetime) -> str | None:
    if after is None:
        return None
    found = _AFTER.fullmatch(after.strip())
    if found is None:
        raise BadInput(
            f"--expires-after is {after!r}", hint="write a number of days, such as 90d", code="cli.expires_after"
        )
    return stamp(now + timedelta(days=int(found[1])))


def _print(found: Calibration) -> None:
    console = stdout_console()

    def say(text: str = "", style: str | None = None) -> None:
        console.print(text, style=style, highlight=False, markup=False)

    say(_title(found), "bold")
    say()
    console.print(_errors_table(found))
    say(_reading(found.pooled))
    say()
    console.print(_agreement_table(found))
    say(_ceiling(found))
    say()
    console.print(_rates_table(found))
    say(
        "The judged rate says what the judge thinks, the others what is probably true. PPI++ uses the labels of these "
        "very replies, Rogan-Gladen only how the judge errs."
    )


def _title(found: Calibration) -> str:
    labels = [label for label in found.labels if label.right is not None]
    read = len({(label.case, label.reply) for label in labels})
    raters = f"{len(found.raters)} people" if len(found.raters) > 1 else "one person"
    title = f"{found.grader}: {read} replies labelled by {raters}"
    if read == len(labels):
        return title
    return f"{title}, which count as {len(labels)}: equal replies of several variants to a case are labelled once"


def _errors_table(found: Calibration) -> Table:
    table = _table("", "passes what is right", "fails what is wrong")
    for name, one in _rows(found):
        table.add_row(name, _share(one.sensitivity), _share(one.specificity))
    return table


def _rates_table(found: Calibration) -> Table:
    table = _table("pass rate", "judged", "Rogan-Gladen", "PPI++", "labels alone")
    for name, one in _rows(found):
        table.add_row(name, *(_share(f) for f in (one.judged, one.rogan_gladen, one.ppi, one.labels_alone)))
    return table


def _agreement_table(found: Calibration) -> Table:
    sides = [("judge with people", found.with_people)]
    sides += [] if found.among_people is None else [("people with each other", found.among_people)]
    table = _table("agreement", *(name for name, _ in sides))
    table.add_row("share that agrees", *(_share(one.raw) for _, one in sides))
    table.add_row("Cohen's kappa", *(_number(one.kappa) for _, one in sides))
    table.add_row("Gwet's AC1", *(_number(one.ac1) for _, one in sides))
    table.add_row("Krippendorff's alpha", *(_number(one.alpha) for _, one in sides))
    return table


def _rows(found: Calibration) -> list[tuple[str, VariantCalibration]]:
    rows = list(found.variants.items())
    return [*rows, ("all", found.pooled)] if len(rows) > 1 else rows


def _reading(pooled: VariantCalibration) -> str:
    """What the two shares mean, in a sentence."""
    passes, fails = pooled.sensitivity.value or 0.0, pooled.specificity.value or 0.0
    if not _informs(pooled):
        return "The judge passes what is wrong as often as what is right: its verdicts tell nothing."
    return (
        f"Of 100 right replies the judge fails {100 * (1 - passes):.0f}, and of 100 wrong ones it passes "
        f"{100 * (1 - fails):.0f}."
    )


def _ceiling(found: Calibration) -> str:
    if found.among_people is None:
        return "One person labelled, so it is not known how well people would agree: the most that a judge can reach."
    return "How well people agree among themselves is the most that a judge can reach."


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right", no_wrap=True)
    return table


def _share(found: Figure) -> str:
    if found.value is None:
        return "–"
    if found.low is None or found.high is None:
        return f"{100 * found.value:.0f} %"
    return f"{100 * found.value:.0f} % ({100 * found.low:.0f} to {100 * found.high:.0f})"


def _number(found: Figure) -> str:
    if found.value is None:
        return "–"
    return f"{found.value:.2f} ({found.low or 0.0:.2f} to {found.high or 0.0:.2f})"
