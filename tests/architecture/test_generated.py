"""The pages that are made from the code are up to date, and each command says the same of itself everywhere."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import click
import pytest

from assay.cli.main import _VERBS, cli

DOCS = Path(__file__).parents[2] / "docs"


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("assay_docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["cli.md", "settings.md"])
def test_a_committed_page_is_what_the_code_makes(name):
    path = DOCS / "reference" / name
    made = {page.name: text for page, text in generator().pages().items()}

    assert path.read_text("utf-8") == made[name], "run 'make docs' and commit the page"


def every_command() -> list[object]:
    return [pytest.param(context, id=context.command_path) for context in generator()._commands(root())]


def root() -> click.Context:
    return click.Context(cli, info_name="assay", **cli.context_settings)


@pytest.mark.parametrize("context", every_command())
def test_every_command_and_option_stands_on_the_page(context):
    text = (DOCS / "reference/cli.md").read_text("utf-8")
    section = text.partition(f"## `{context.command_path}`\n")[2].partition("\n## ")[0]
    names = [n for p in context.command.params if isinstance(p, click.Option) for n in p.opts]

    assert section
    assert [name for name in names if f"`{name}" not in section] == []


@pytest.mark.parametrize("context", every_command())
def test_the_help_of_a_command_has_an_example(context):
    if isinstance(context.command, click.Group):
        return
    text = context.command.get_help(context)

    assert re.search(rf"^ +(.*[ (\"])?{context.command_path}\b", text.partition("xample")[2], re.MULTILINE)


@pytest.mark.parametrize("verb", _VERBS)
def test_the_line_in_the_list_is_the_first_sentence_of_the_commands_own_help(verb):
    command = cli.get_command(root(), verb)
    assert command is not None
    assert command.help

    first = re.split(r"(?<=\.)\s", command.help.strip(), maxsplit=1)[0]

    assert " ".join(first.split()) == _VERBS[verb][1]


@pytest.mark.parametrize("context", every_command())
def test_every_option_says_what_it_is_for(context):
    options = [p for p in context.command.params if isinstance(p, click.Option)]

    assert [p.name for p in options if not (p.help or "").endswith(".")] == []
