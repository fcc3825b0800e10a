"""``assay diff``: what changed between two versions, and what that means for the version number."""

from decimal import Decimal
from typing import TYPE_CHECKING

import click

from assay.app import App
from assay.author.diff import Diff, TextDiff, compare
from assay.cli.options import json_option
from assay.cli.output import plain, print_json, stdout_console
from assay.core.errors import BadInput
from assay.models.price import cost
from assay.models.target import parse_target
from assay.models.token_count import count_tokens
from assay.models.types import Usage

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_MARKS = {"added": "+", "removed": "−", "changed": "~", "renamed": "→"}
_STYLES = {"insert": "green", "delete": "red strike"}
_CONTEXT_CHARS = 60


@click.command(
    epilog="""\b
Examples:
  assay diff support.triage@git:HEAD support.triage      what you have changed since the last commit
  assay diff support.triage                              the same, shorter
  assay diff support.triage@1.0.0 support.triage@1.1.0 --json"""
)
@click.argument("old")
@click.argument("new", required=False)
@json_option
def diff(old: str, new: str | None, as_json: bool) -> None:
    """Say what changed between two versions, and what that means.

    OLD and NEW are files, or names of prompts, with @VERSION, @sha256:… or @git:REVISION after them if need be. With
    one of them, it is compared with what the last commit in Git has.
    """
    app = App.open()
    before, after = (old, new) if new is not None else (_committed(old), old)
    found = compare(
        app.resolve(before), app.resolve(after), tokens=count_tokens, price=_price, default_model=app.models.default
    )
    if as_json:
        print_json(found.as_dict())
    else:
        _print(stdout_console(), found)


def _committed(reference: str) -> str:
    """The same prompt as the last commit has it."""
    if "@" in reference:
        raise BadInput(
            f"{reference!r} names one version, and there is nothing to compare it with",
            hint=f"name the other side too: assay diff {reference} {reference.partition('@')[0]}",
            code="diff.one_side",
        )
    return f"{reference}@git:HEAD"


def _price(model: str, tokens: int) -> Decimal | None:
    target = parse_target(model)
    return cost(target.provider, target.model, Usage(input=tokens, output=0)).usd


def _print(console: "Console", found: Diff) -> None:
    from rich.text import Text  # noqa: PLC0415 - only when people read it

    for side, mark in ((found.old, "−"), (found.new, "+")):
        named = " ".join(filter(None, (side.name, side.version)))
        console.print(Text(f"{mark} {named} {side.digest[:19]}… {side.file}", style="dim"))
    if not found.changes:
        console.print(Text("\nnothing changed"))
        return
    for text in (*found.messages, *found.partials):
        if text.kind != "same":
            console.print()
            console.print(Text(f"{text.label}:", style="bold"))
            console.print(_words(text), soft_wrap=True)
    console.print()
    for change in found.changes:
        line = Text(f"{_MARKS.get(change.kind, '~')} ")
        line.append(f"[{change.bump}] " if change.bump != "none" else "", style="bold")
        line.append(plain(change.what))
        console.print(line)
    _print_figures(console, found)


def _print_figures(console: "Console", found: Diff) -> None:
    from rich.text import Text  # noqa: PLC0415 - as above

    console.print()
    if found.tokens is not None:
        about = "" if found.tokens.exact else " (estimate)"
        change = found.tokens.new - found.tokens.old
        console.print(Text(f"tokens of the fixed text: {found.tokens.old} → {found.tokens.new} ({change:+d}){about}"))
    if found.cost is not None:
        console.print(Text(f"input cost of 1,000 calls: ${found.cost.old_usd:f} → ${found.cost.new_usd:f}"))
    said = Text("version: ")
    said.append(found.bump, style="bold")
    if found.next_version is not None:
        said.append(f", so {found.next_version}")
    if found.claim_is_enough is False:
        said.append(f"; the file claims {found.new.version}, which is too low", style="red")
    console.print(said)


def _words(found: TextDiff) -> "Text":
    from rich.text import Text  # noqa: PLC0415 - as above

    text = Text()
    for i, segment in enumerate(found.segments):
        shown = plain(segment.text)
        if segment.op == "equal":
            text.append(_shortened(shown, first=i == 0, last=i == len(found.segments) - 1), style="dim")
        else:
            brackets = ("{+", "+}") if segment.op == "insert" else ("[-", "-]")
            text.append(f"{brackets[0]}{shown}{brackets[1]}", style=_STYLES[segment.op])
    return text


def _shortened(text: str, *, first: bool, last: bool) -> str:
    """Unchanged text, of which only what lies next to a change matters."""
    if len(text) <= 2 * _CONTEXT_CHARS + 10:
        return text
    head = "" if first else text[:_CONTEXT_CHARS]
    tail = "" if last else text[-_CONTEXT_CHARS:]
    return f"{head} […] {tail}"
