"""``assay judge sample`` and ``assay judge label``: replies for people to label, and labelling them in the terminal.

How they are drawn and what the files hold is ``evaluate/calibration``'s.
"""

from pathlib import Path

import click

from assay.app import App
from assay.cli.output import stdout_console
from assay.cli.run_choice import chosen_run
from assay.core.errors import BadInput
from assay.evaluate.calibration.draw import draw_cases
from assay.evaluate.calibration.judged import judged_cases
from assay.evaluate.calibration.sheet import FAIL, PASS, UNSURE, Sheet, SheetRow, make_sheet
from assay.evaluate.calibration.sheet_csv import read_csv, write_csv
from assay.evaluate.calibration.sheet_label_studio import CONFIG, read_tasks, write_tasks
from assay.evaluate.calibration.types import Draw
from assay.evaluate.report_text import clip
from assay.storage.whole_file import write_whole

_KEYS = {"p": PASS, "f": FAIL, "u": UNSURE}
_SHOWN_CHARS = 4_000


@click.command(
    epilog="""\b
Examples:
  assay judge sample last --grader facts -n 60 -o labels.csv
  assay judge sample suites/reply.yaml --grader facts -n 100 --seed 7 -o tasks.json

\b
RUN is a run's id, the beginning of one, its folder, 'last', or a suite's file for that suite's last finished run. A
sheet that ends in .json is Label Studio's; the view to paste there is printed. Cases are drawn within the patterns of
the judge's verdicts, so that rare ones are there too."""
)
@click.argument("run", metavar="RUN")
@click.option("--grader", required=True, metavar="NAME", help="The grader whose judge is to be measured.")
@click.option("-n", "cases", type=click.IntRange(min=2), default=60, show_default=True, help="Cases to draw.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Another seed, another draw.")
@click.option(
    "-o",
    "--out",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The sheet to write: .csv, or .json for Label Studio.",
)
@click.option("--force", is_flag=True, help="Write over a sheet that is there.")
def sample(run: str, grader: str, cases: int, seed: int, target: Path, force: bool) -> int:
    """Draw replies for people to label, without the judge's verdicts."""
    app = App.open()
    folder = chosen_run(app, run)
    if target.exists() and not force:
        raise BadInput(f"{target} is there already", hint="--force writes over it, labels included", code="cli.exists")
    drawn = draw_cases(judged_cases(folder, grader), cases, seed=seed)
    sheet = make_sheet(Draw(run=folder.name, grader=grader, cases=cases, seed=seed), drawn)
    write_sheet(sheet, target)
    click.echo(f"Replies to label: {len(sheet.rows)}, to {len(drawn)} cases of the run {folder.name}, in {target}")
    replies = sum(len(one.case.replies) for one in drawn)
    if replies > len(sheet.rows):
        click.echo(f"They stand for {replies}: equal replies of several variants to a case are labelled once.")
    if target.suffix == ".json":
        click.echo("\nThe labelling view to paste into Label Studio:\n", err=True)
        click.echo(CONFIG, err=True)
    else:
        click.echo(f"Write pass, fail or unsure in the column 'label', or: assay judge label {target}", err=True)
    return 0


@click.command(
    epilog="""\b
Examples:
  assay judge label labels.csv
  assay judge label labels.csv --as maria

\b
Keys: p pass, f fail, u unsure, b back, q quit. Every label is written at once, so you can stop at any time and go on
later. Several people label the same sheet, each under a name of their own."""
)
@click.argument("sheet_file", metavar="SHEET", type=click.Path(path_type=Path))
@click.option("--as", "rater", default="label", metavar="NAME", help="Who labels.")
def label(sheet_file: Path, rater: str) -> int:
    """Label the replies of a sheet here in the terminal."""
    sheet = read_sheet(sheet_file)
    place = _next_open(sheet, rater, 0)
    while place < len(sheet.rows):
        row = sheet.rows[place]
        _show(row, place, len(sheet.rows))
        key = _key(sheet_file)
        if key == "q":
            break
        if key == "b":
            place = max(0, place - 1)
            continue
        row.labels[rater] = _KEYS[key]
        write_sheet(sheet, sheet_file)
        place = _next_open(sheet, rater, place + 1)
    done = sum(1 for row in sheet.rows if rater in row.labels)
    click.echo(f"\n{done} of {len(sheet.rows)} replies labelled in {sheet_file}")
    if done == len(sheet.rows):
        click.echo(f"Next: assay judge calibrate {sheet.draw.run} {sheet_file}")
    return 0


def read_sheet(file: Path) -> Sheet:
    """The sheet in a CSV file, or in what Label Studio exports.

    Raises:
        BadInput: It is none.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise BadInput(
            f"{file} cannot be read: {error.strerror}",
            hint="'assay judge sample' makes a sheet",
            code="calibration.sheet",
        ) from None
    return read_tasks(data, str(file)) if file.suffix == ".json" else read_csv(data, str(file))


def write_sheet(sheet: Sheet, file: Path) -> None:
    """Put the sheet in place whole, in the form of its ending."""
    try:
        write_whole(file, write_tasks(sheet) if file.suffix == ".json" else write_csv(sheet))
    except OSError as error:
        raise BadInput(
            f"{file} cannot be written: {error.strerror}",
            hint="name a file in a folder that is there",
            code="cli.write",
        ) from None


def _next_open(sheet: Sheet, rater: str, start: int) -> int:
    """The first row from there on that the rater has not labelled; the number of rows when there is none."""
    rows = range(start, len(sheet.rows))
    return next((i for i in rows if rater not in sheet.rows[i].labels), len(sheet.rows))


def _show(row: SheetRow, place: int, total: int) -> None:
    console = stdout_console()
    console.rule(f"{place + 1} of {total}", style="dim")
    for title, text in (("Input", row.input), ("Reply", row.reply), ("What is expected", row.expected)):
        if text:
            console.print(title, style="bold", highlight=False)
            console.print(clip(text, _SHOWN_CHARS).text, markup=False, highlight=False)
            console.print()


def _key(file: Path) -> str:
    """The key that the labeller presses.

    Raises:
        BadInput: There is no terminal.
    """
    while True:
        click.echo("p pass   f fail   u unsure   b back   q quit > ", nl=False)
        try:
            key = click.getchar().lower()
        except EOFError:
            return "q"
        except OSError:
            click.echo()
            raise BadInput(
                "labelling takes one key a reply, and there is no terminal to read it from",
                hint=f"run this in a terminal, or fill in the column 'label' of {file}: pass, fail or unsure",
                code="cli.no_terminal",
            ) from None
        click.echo(key if key.isprintable() else "")
        if key in {*_KEYS, "b", "q"}:
            return key
        if key in {"", "\x04"}:
            return "q"
