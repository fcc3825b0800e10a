"""``assay lint``: what is wrong or unwise in prompt files and in suites."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.app import App
from assay.author.lint.check import check_project
from assay.author.lint.rule import Finding, LintSettings
from assay.author.lint.sarif import to_sarif
from assay.cli.options import json_option
from assay.cli.output import plain, print_json, stdout_console
from assay.core.clock import stamp
from assay.evaluate.lint.check import check_suites
from assay.evaluate.lint.page import told
from assay.evaluate.native import SuiteOptions
from assay.evaluate.plan import Override
from assay.evaluate.touched import suites_of
from assay.models.provider import providers
from assay.models.token_count import count_tokens

if TYPE_CHECKING:
    from rich.console import Console

_STYLES = {"error": "bold red", "warning": "yellow", "note": "cyan"}


@click.command(
    epilog="""\b
Examples:
  assay lint                              every prompt and every suite of the project
  assay lint prompts/triage.prompt.md --strict
  assay lint suites/triage.yaml           can the suite see the margin of its gate?
  assay lint --sarif > lint.sarif         for code scanning

\b
A prompt leaves rules out with 'lint: {ignore: [RULE]}' in its front matter, the project with
author.lint_ignore in assay.yaml. Exit status: 0 no errors, 1 errors found (with --strict, also warnings)."""
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option("--sarif", is_flag=True, help="Print SARIF 2.1.0.")
@json_option
def lint(paths: tuple[Path, ...], strict: bool, sarif: bool, as_json: bool) -> int:
    """Find what is wrong or unwise in prompt files and suites.

    PATHS are files or folders; without any, every prompt and every suite of the project is checked.
    """
    app = App.open(paths[0] if paths and paths[0].exists() else None)
    prompts, suites = _sorted(app, paths)
    found = [] if prompts is None else _prompts(app, prompts)
    if suites:
        options = SuiteOptions(override=Override(default=app.models.default), judge=app.evaluate.judge)
        ignored = _ignored(app.author.lint_ignore)
        now = stamp(app.clock.now_utc())
        runs = app.folder / "runs"
        found += check_suites(app.project, suites, runs=runs, options=options, at_utc=now, ignore=ignored)
    if sarif:
        print_json(to_sarif(found, told))
    elif as_json:
        print_json([finding.as_dict() for finding in found])
    else:
        _print(stdout_console(), found)
    failing = ("error", "warning") if strict else ("error",)
    return 1 if any(finding.level in failing for finding in found) else 0


def _sorted(app: App, paths: Sequence[Path]) -> tuple[list[Path] | None, list[Path]]:
    """The paths to look for prompts in (None for nowhere, empty for everywhere), and the suites."""
    if not paths:
        return [], suites_of(app.project)
    everything = suites_of(app.project)
    suites = [path for path in paths if path.suffix in {".yaml", ".yml"}]
    below = [suite for suite in everything for path in paths if path.is_dir() and suite.is_relative_to(path.resolve())]
    others = [path for path in paths if path not in suites and not _holds_suites_alone(path)]
    return (others or None), list(dict.fromkeys([*suites, *below]))


def _holds_suites_alone(path: Path) -> bool:
    """Whether it is a folder with suites and without prompts, where the lack of a prompt is no mistake."""
    return path.is_dir() and any(path.rglob("*.y*ml")) and not any(path.rglob("*.prompt.*"))


def _prompts(app: App, paths: Sequence[Path]) -> list[Finding]:
    return check_project(
        app.project.source,
        [app.inside(path) for path in paths],
        today=app.clock.now_utc().date(),
        settings=LintSettings(token_budget=app.author.max_prompt_tokens, ignore=_ignored(app.author.lint_ignore)),
        tokens=count_tokens,
        default_model=app.models.default,
        providers=providers.names(),
    )


def _ignored(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split(",") if name.strip())


def _print(console: "Console", found: Sequence[Finding]) -> None:
    from rich.text import Text  # noqa: PLC0415 - only when people read it

    for finding in found:
        line = Text(f"{finding.where.file}:{finding.where.line or 1}: ")
        line.append(finding.level, style=_STYLES[finding.level])
        line.append(f" {plain(finding.what)} ")
        line.append(f"[{finding.rule}]", style="dim")
        console.print(line, soft_wrap=True)
        if finding.hint:
            console.print(Text(f"    {plain(finding.hint)}", style="dim"), soft_wrap=True)
    counts = Counter(finding.level for finding in found)
    said = ", ".join(f"{n} {level}{'' if n == 1 else 's'}" for level, n in counts.items())
    click.echo(said or "nothing found", err=True)
