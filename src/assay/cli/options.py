"""Options and arguments that several commands take, and how their values are read."""

import json
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

import click

from assay.author.source import read_text
from assay.author.types import Prompt
from assay.cli.param_type import ParamType
from assay.core.document import parse_document
from assay.core.errors import BadInput
from assay.models.limit.duration import parse_duration_s

F = TypeVar("F", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


class Approval(ParamType[str]):
    """Who approved something, and why: ``NAME: reason``."""

    name = "approval"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name and the reason, in one line."""
        name, colon, reason = str(value).partition(":")
        if not (colon and name.strip() and reason.strip() and str(value).isprintable()):
            self.fail(
                f"{value!r} does not say who and why; write it like 'Ada Lovelace: the provider was down'", param, ctx
            )
        return f"{name.strip()}: {reason.strip()}"


approve_look_option = click.option(
    "--approve-look",
    type=Approval(),
    metavar="NAME: REASON",
    help="Approve a look at the same versions beyond the gate's plan; it is recorded.",
)


def input_options(command: F) -> F:
    """``--input name=value`` and ``--inputs file``."""
    one = click.option(
        "-i",
        "--input",
        "inputs",
        multiple=True,
        metavar="NAME=VALUE",
        help="A value; NAME=@FILE reads it from a file. What is not text is written as JSON.",
    )
    many = click.option(
        "--inputs", "inputs_file", metavar="FILE", help="A JSON or YAML mapping of values; '-' is standard input."
    )
    return one(many(command))


def model_options(command: F) -> F:
    """``--model``, ``--base-url``, ``--key-env``, ``--temperature``, ``--max-tokens``, ``--seed``."""
    for option in (
        click.option("--seed", type=int, help="The seed to sample with."),
        click.option("--max-tokens", type=click.IntRange(min=1), help="The longest reply, in tokens."),
        click.option("--temperature", type=click.FloatRange(0, 2), help="The sampling temperature."),
        click.option(
            "--key-env", metavar="NAME", help="The environment variable that holds the key; A,B spreads calls over two."
        ),
        click.option("--base-url", metavar="URL", help="The address of the server, instead of the provider's own."),
        click.option("--model", metavar="PROVIDER/MODEL", help="The model, instead of the prompt's own."),
    ):
        command = option(command)
    return command


class Money(ParamType[Decimal]):
    """An amount of money, exact."""

    name = "amount"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """The amount."""
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or amount < 0:
            self.fail(f"{value!r} is not an amount; write it like 2.50", param, ctx)
        return amount


class Duration(ParamType[float]):
    """A time such as ``90``, ``90s``, ``15m`` or ``1h30m``, in seconds."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds."""
        seconds = value if isinstance(value, float) else parse_duration_s(str(value))
        if seconds is None:
            self.fail(f"{value!r} is not a time; write it like 90s, 15m or 1h30m", param, ctx)
        return seconds


def budget_options(command: F) -> F:
    """``--max-cost``, ``--max-tokens-total``, ``--max-time``."""
    for option in (
        click.option("--max-time", type=Duration(), metavar="TIME", help="Begin no call after that time, such as 15m."),
        click.option("--max-tokens-total", type=click.IntRange(min=0), help="The most tokens that all calls may use."),
        click.option(
            "--max-cost", type=Money(), metavar="USD", help="The most that the calls may cost, in US dollars."
        ),
    ):
        command = option(command)
    return command


def progress_options(command: F) -> F:
    """``--progress`` and ``--quiet``."""
    kind = click.option(
        "--progress", type=click.Choice(["bar", "json"]), help="For people, or JSON lines on standard error."
    )
    return kind(click.option("-q", "--quiet", is_flag=True, help="No progress.")(command))


def against_options(command: F) -> F:
    """``--against`` and ``--margin``."""
    margin = click.option(
        "--margin",
        type=click.FloatRange(0, 1, min_open=True),
        metavar="SHARE",
        help="By how much less than there is a loss, instead of the suite's margin (or 0.02).",
    )
    revision = click.option(
        "--against",
        "revision",
        metavar="COMMIT",
        help="Compare with the prompt as it is at a branch, tag or commit of Git.",
    )
    return revision(margin(command))


def read_inputs(prompt: Prompt, pairs: Sequence[str], file: str | None) -> dict[str, object]:
    """The values that the options gave, typed by the prompt's inputs.

    Raises:
        BadInput: A pair without ``=``, a file that cannot be read, or a value that is not the JSON it should be.
    """
    values = _from_file(file) if file is not None else {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise BadInput(f"--input {pair!r} has no '='", hint="write --input NAME=VALUE", code="cli.input")
        if text.startswith("@"):
            text = read_text(Path(text[1:]), text[1:])
        values[name] = _typed(prompt, name, text)
    return values


def _typed(prompt: Prompt, name: str, text: str) -> object:
    entry = prompt.inputs.get(name)
    kind = entry.schema.get("type") if entry is not None else "string"
    kinds = kind if isinstance(kind, list) else [kind]
    if "string" in kinds or (kind is None and not text.startswith(("{", "[", '"'))):
        return text
    try:
        value: object = json.loads(text)
    except ValueError:
        if kind is None:
            return text
        raise BadInput(
            f"the input {name!r} takes {' or '.join(str(k) for k in kinds)}, and {text[:40]!r} is not JSON",
            hint=f"""write it as JSON: --input '{name}=["…"]'""",
            code="cli.input",
        ) from None
    return value


def _from_file(file: str) -> dict[str, object]:
    text = sys.stdin.read() if file == "-" else read_text(Path(file), file)
    document = parse_document(text, file="standard input" if file == "-" else file)
    if not isinstance(document.value, dict):
        raise BadInput("the inputs are not a mapping", hint="write NAME: VALUE", code="cli.input", where=document.at())
    return dict(document.value)
