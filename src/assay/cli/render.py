"""``assay render``: the messages of a prompt, with the source and the trust of each piece."""

from typing import TYPE_CHECKING

import click

from assay.app import App
from assay.author.types import RenderedMessage, Trust
from assay.cli.options import input_options, json_option, read_inputs
from assay.cli.output import plain, print_json, stdout_console
from assay.engine.prepare import choose_target, prepare
from assay.engine.steps import message
from assay.models.token_count import TokenCount, count_messages

if TYPE_CHECKING:
    from rich.console import Console

_STYLES: dict[Trust, str] = {
    "system": "",
    "developer": "",
    "user": "black on yellow",
    "retrieved": "black on cyan",
    "tool": "black on magenta",
}


@click.command(
    epilog="""\b
Examples:
  assay render support.triage -i ticket="I was charged twice"
  assay render prompts/triage.prompt.md -i ticket=@ticket.txt --json"""
)
@click.argument("reference")
@input_options
@json_option
def render(reference: str, inputs: tuple[str, ...], inputs_file: str | None, as_json: bool) -> None:
    """Fill in a prompt and print the messages, piece by piece.

    REFERENCE is a file, or the name of a prompt, with @VERSION, @sha256:… or @git:REVISION after it if need be.
    """
    app = App.open()
    prepared = prepare(app.resolve(reference))
    values = prepared.values.complete(read_inputs(prepared.prompt, inputs, inputs_file))
    messages = prepared.template.render(values)
    tokens = count_messages(
        [message(m) for m in messages], choose_target(prepared.prompt, default=app.models.default).model
    )
    if as_json:
        print_json(
            {
                "messages": [_as_dict(m) for m in messages],
                "tokens": tokens.n,
                "tokens_exact": tokens.exact,
                "digest": prepared.digest,
            }
        )
    else:
        _print(stdout_console(), messages, tokens, prepared.digest)


def _as_dict(rendered: RenderedMessage) -> dict[str, object]:
    segments = [{"text": s.text, "source": s.source, "trust": s.trust} for s in rendered.segments]
    return {"role": rendered.role, "content": rendered.content, "segments": segments}


def _print(console: "Console", messages: tuple[RenderedMessage, ...], tokens: TokenCount, digest: str) -> None:
    from rich.text import Text  # noqa: PLC0415 - only when people read it

    used: dict[Trust, set[str]] = {}
    for rendered in messages:
        console.print(Text(f"{rendered.role}:", style="bold"))
        text = Text()
        for segment in rendered.segments:
            shown = plain(segment.text)
            if segment.source is not None:
                used.setdefault(segment.trust, set()).add(segment.source)
                shown = shown if console.is_terminal else f"⟦{segment.source}·{segment.trust}: {shown}⟧"
            text.append(shown, style=_STYLES[segment.trust] if segment.source is not None else "")
        console.print(text, soft_wrap=True)
        console.print()
    legend = Text("values: ", style="dim") if used else Text()
    for trust, names in used.items():
        legend.append(f" {', '.join(sorted(names))} ({trust}) ", style=_STYLES[trust])
        legend.append(" ")
    console.print(legend)
    kind = "" if tokens.exact else " (estimate)"
    console.print(Text(f"{tokens.n} tokens{kind} · {digest[:19]}…", style="dim"))
