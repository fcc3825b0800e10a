"""Writes the pages that are made from the code itself: the commands and the settings. Not a page.

`make docs` runs it first, and a test holds that the committed pages are what it makes.
"""

import dataclasses
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import click

from assay.app import STAGES
from assay.cli.main import cli

REFERENCE = Path(__file__).parent / "reference"
NOTE = "<!-- Made by docs/generate.py from the code; change it there. -->"

COMMANDS = f"""\
# Commands

{NOTE}

Every command prints data on standard output and talk on standard error. `-h` and `--help` print what a command takes,
with examples. Options that take a value can be written `--name VALUE` or `--name=VALUE`.

| exit status | means |
|---|---|
| 0 | it went well; for `assay eval`, the gate says `pass` |
| 1 | the gate says `fail`, or what was checked does not hold |
| 2 | an error in the command line, in a file, or in what it needs |
| 3 | the gate says `inconclusive` or `invalid` |
| 130 | interrupted |
| 141 | whatever read the output has gone |

With `--json`, an error is an object on standard output, [described here](eval-json.md#when-something-is-wrong).
"""

SETTINGS = f"""\
# Settings

{NOTE}

A setting is taken from the first of these that has it:

1. an option of the command,
2. the environment variable `ASSAY_STAGE_NAME`,
3. `assay.yaml`, in the section named after the stage,
4. the default.

`assay settings` prints each with its value and where that comes from. A name in `assay.yaml` that is no setting is an
error.

```yaml
project: my-project
evaluate:
  concurrency: 8
models:
  timeout_s: 60
```
"""


def pages() -> dict[Path, str]:
    """The path of each page, and its text."""
    return {REFERENCE / "cli.md": commands_page(), REFERENCE / "settings.md": settings_page()}


def commands_page() -> str:
    """One section a command; a group's commands follow it."""
    root = click.Context(cli, info_name="assay", **cli.context_settings)
    parts = [COMMANDS]
    for context in _commands(root):
        parts.append(f"## `{context.command_path}`\n")
        parts += _help(context)
        parts += _table(context)
        parts += _epilog(context.command.epilog or "")
    return "\n".join(parts)


def _commands(context: click.Context) -> Iterator[click.Context]:
    group = context.command
    assert isinstance(group, click.Group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        yield inner
        for what, other in getattr(command, "others", {}).items():
            yield click.Context(other, info_name=f"{name} {what}", parent=context)
        if isinstance(command, click.Group):
            yield from _commands(inner)


def _help(context: click.Context) -> Iterator[str]:
    command = context.command
    usage = [context.command_path, *command.collect_usage_pieces(context)]
    yield f"```text\n{' '.join(usage)}\n```\n"
    yield from _paragraphs(command.help or "")


def _table(context: click.Context) -> Iterator[str]:
    shown = (p for p in context.command.params if not getattr(p, "hidden", False))
    rows = [row for p in shown if (row := _row(p)) is not None]
    if rows:
        yield "\n".join(["| takes | what it is |", "|---|---|", *rows]) + "\n"


def _row(parameter: click.Parameter) -> str | None:
    """A line of the table; None for an argument of which there is nothing to say beyond its name."""
    told = getattr(parameter, "help", None) or ""
    notes = [told.rstrip("."), *_bounds(parameter.type)]
    if parameter.default not in {None, False} and not _is_unset(parameter.default):
        notes.append(f"`{parameter.default}` when left out")
    if parameter.multiple:
        notes.append("May be given several times")
    said = ". ".join(note for note in notes if note)
    if not said:
        return None
    return f"| {_name(parameter)} | {_escaped(said).replace('|', 'or')}. |"


def _is_unset(default: object) -> bool:
    """Whether a default is click's own mark for "none"."""
    return type(default).__module__.startswith("click.")


def _name(parameter: click.Parameter) -> str:
    value = (parameter.metavar or parameter.human_readable_name.upper()).strip("[]")
    if isinstance(parameter, click.Argument):
        return f"`{value}`" if parameter.required else f"`[{value}]`"
    names = sorted([*parameter.opts, *parameter.secondary_opts], key=len)
    if getattr(parameter, "is_flag", False):
        return ", ".join(f"`{name}`" for name in names)
    if parameter.metavar is None:
        value = "CHOICE" if isinstance(parameter.type, click.Choice) else parameter.type.name.split()[0].upper()
    return ", ".join(f"`{name}`" for name in names[:-1]) + (", " if names[1:] else "") + f"`{names[-1]} {value}`"


def _bounds(kind: click.ParamType) -> Iterator[str]:
    if isinstance(kind, click.Choice):
        yield "One of " + ", ".join(f"`{choice}`" for choice in kind.choices)
    elif isinstance(kind, click.IntRange | click.FloatRange):
        if kind.max is None:
            yield f"At least {kind.min}"
        elif kind.min is not None:
            yield f"From {kind.min} to {kind.max}"


def _epilog(text: str) -> Iterator[str]:
    """A paragraph whose first line ends in a colon is a list of examples; any other is text."""
    for paragraph in re.split(r"\n\s*\n", text):
        title, _, rest = paragraph.removeprefix("\b").strip("\n").partition("\n")
        if not title.strip():
            continue
        if title.endswith(":") and rest.startswith(" "):
            yield f"{title}\n"
            yield f"```sh\n{_examples(rest)}\n```\n"
        else:
            yield from _paragraphs(paragraph)


def _examples(text: str) -> str:
    """Commands as a shell takes them: what stands to the right of one is a remark."""
    lines = textwrap.dedent(text).rstrip().splitlines()
    return "\n".join(re.sub(r"(?<=\S) {3,}(?=[^-\s])", "  # ", line, count=1) for line in lines)


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        if "\b" in paragraph and any(line.startswith(" ") for line in paragraph.splitlines()):
            plain = textwrap.dedent(paragraph.replace("\b", "").strip("\n"))
            yield f"```text\n{plain}\n```\n"
        elif paragraph.strip():
            yield _filled(_escaped(" ".join(paragraph.replace("\b", "").split())))


def _filled(text: str) -> str:
    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False) + "\n"


def _escaped(text: str) -> str:
    """Text as Markdown: what stands for itself as code, and no angle bracket as HTML."""
    return re.sub(r"@[A-Za-z\d]+(:[A-Z…]+)?", r"`\g<0>`", text).replace("<", "&lt;")


def settings_page() -> str:
    """One section a stage."""
    parts = [SETTINGS]
    for stage, kind in STAGES.items():
        rows = [
            f"| `{stage}.{field.name}` | `ASSAY_{stage.upper()}_{field.name.upper()}` "
            f"| {_default(field.default)} | {_escaped(str(field.metadata['help']))} |"
            for field in dataclasses.fields(kind)  # type: ignore[arg-type]  # every settings class is a dataclass
        ]
        head = ["| setting | environment variable | default | what it is |", "|---|---|---|---|"]
        parts += [f"## `{stage}`\n", f"{kind.__doc__}\n", "\n".join([*head, *rows]) + "\n"]
    return "\n".join(parts)


def _default(value: object) -> str:
    return "none" if value is None or value == "" else f"`{value}`"


def main() -> None:
    """Write every page that is not up to date."""
    for path, text in pages().items():
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
