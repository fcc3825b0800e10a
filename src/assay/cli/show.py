"""``assay show``: what a prompt is, on one screen."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click
import msgspec

from assay.app import App
from assay.author.types import MISSING, Input, Prompt
from assay.author.version import canonical_form, digest_of
from assay.cli.options import json_option
from assay.cli.output import plain, print_json, stdout_console
from assay.core.canonical import canonical_json

if TYPE_CHECKING:
    from rich.table import Table


@click.command(
    epilog="""\b
Examples:
  assay show support.triage
  assay show support.triage@git:main --json
  assay show support.triage --canonical | sha256sum"""
)
@click.argument("reference")
@click.option("--canonical", is_flag=True, help="Print the canonical JSON that the digest is taken of.")
@json_option
def show(reference: str, canonical: bool, as_json: bool) -> None:
    """Print what a prompt is: inputs, contract, owner, digest.

    REFERENCE is a file, or the name of a prompt, with @VERSION, @sha256:… or @git:REVISION after it if need be.
    """
    prompt = App.open().resolve(reference)
    if canonical:
        click.echo(canonical_json(canonical_form(prompt)), nl=False)
    elif as_json:
        print_json(as_dict(prompt))
    else:
        _print(prompt)


def as_dict(prompt: Prompt) -> dict[str, object]:
    """A prompt as ``--json`` prints it."""
    form = canonical_form(prompt)
    form.pop("form")
    return {
        "name": prompt.name,
        "version": prompt.version,
        "digest": digest_of(prompt),
        "description": prompt.description,
        "file": prompt.file,
        **form,
        "ownership": asdict(prompt.ownership),
        "suites": list(prompt.suites),
        "meta": prompt.meta,
    }


def _print(prompt: Prompt) -> None:
    from rich.text import Text  # noqa: PLC0415 - only when people read it

    console = stdout_console()
    console.print(Text(f"{prompt.name} {prompt.version or ''}".rstrip(), style="bold"))
    if prompt.description:
        console.print(Text(plain(prompt.description)))
    console.print(Text(digest_of(prompt), style="dim"))
    console.print()
    console.print(_facts(prompt))
    if prompt.inputs:
        console.print()
        console.print(_inputs(prompt))
    for message in prompt.messages:
        console.print()
        console.print(Text(f"insert: {message.insert}" if message.insert else f"{message.role}:", style="bold"))
        if message.insert is None:
            console.print(Text(plain(message.source)))


def _facts(prompt: Prompt) -> "Table":
    from rich.table import Table  # noqa: PLC0415 - as above

    own, contract = prompt.ownership, prompt.contract
    parameters = msgspec.to_builtins(prompt.model.parameters)
    facts = {
        "file": prompt.file,
        "model": ", ".join(prompt.model.candidates),
        "parameters": ", ".join(f"{k} {v}" for k, v in parameters.items()),
        "contract": "" if contract is None else _contract(prompt),
        "tools": ", ".join(tool.name for tool in prompt.tools),
        "partials": ", ".join(f"{p.name} ({p.digest[:15]}…)" for p in prompt.partials.values()),
        "owner": own.owner or "",
        "reviewers": ", ".join(own.reviewers),
        "risk": own.risk,
        "data": ", ".join(own.data_classes),
        "use": own.intended_use or "",
        "review by": own.review_by or "",
        "suites": ", ".join(prompt.suites),
    }
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, value in facts.items():
        if value:
            table.add_row(name, plain(value))
    return table


def _contract(prompt: Prompt) -> str:
    contract = prompt.contract
    assert contract is not None
    parts: list[str] = [contract.format]
    if contract.choices:
        parts.append(f"one of {', '.join(contract.choices)}")
    if contract.schema is not None:
        required = contract.schema.get("required")
        parts.append(f"schema with {', '.join(map(str, required))}" if isinstance(required, list) else "schema")
    limits = {k: v for k, v in asdict(contract.limits).items() if v is not None}
    parts += [f"{name} {value}" for name, value in limits.items()]
    parts += [name for name in ("citations", "refuse", "ask", "escalate") if getattr(contract, name) is not None]
    parts.append(f"when broken: {contract.on_violation.action}")
    return "; ".join(parts)


def _inputs(prompt: Prompt) -> "Table":
    from rich.table import Table  # noqa: PLC0415 - as above

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("input", "type", "trust", "limit", "description"):
        table.add_column(heading, overflow="fold")
    for entry in prompt.inputs.values():
        limit = "" if entry.max_chars is None else f"{entry.max_chars} characters"
        table.add_row(_name(entry), _type(entry), entry.trust, limit, plain(entry.description))
    return table


def _name(entry: Input) -> str:
    if entry.default is not MISSING:
        return f"{entry.name} = {entry.default!r}"
    return entry.name if entry.required else f"{entry.name}?"


def _type(entry: Input) -> str:
    kind = entry.schema.get("type", "any")
    return " or ".join(map(str, kind)) if isinstance(kind, list) else str(kind)
