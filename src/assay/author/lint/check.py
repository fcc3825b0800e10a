"""Applying the rules: to one prompt, or to the files of a project.

A file that cannot be read as a prompt is a finding itself, and the others are checked all the same.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from assay.author.fixed_text import CountTokens
from assay.author.lint.rule import LEVELS, Context, Finding, LintSettings, rule_names, rules
from assay.author.lint.rules.unreadable import unreadable
from assay.author.lockfile import Lock
from assay.author.parse import load_prompt
from assay.author.source import Source
from assay.author.types import Prompt
from assay.core.errors import BadInput


def check_prompt(prompt: Prompt, context: Context) -> list[Finding]:
    """What the rules have to say about one prompt, by place; rules that it ignores are not applied.

    Args:
        prompt: The prompt.
        context: The project around it.
    """
    ignored = {*prompt.lint_ignore, *context.settings.ignore}
    found = {
        finding
        for name in context.once(rule_names)
        if name not in ignored
        for finding in rules.get(name)(prompt, context)
    }
    return _ordered(found)


def check_project(
    source: Source,
    paths: Sequence[str] = (),
    *,
    today: date,
    settings: LintSettings | None = None,
    tokens: CountTokens | None = None,
    default_model: str | None = None,
    providers: Iterable[str] | None = None,
) -> list[Finding]:
    """What the rules have to say about a project's prompts, by place.

    Args:
        source: The project's files.
        paths: The files or folders to check, relative to the project's folder; all prompts when empty.
        today: The date that reviews are held against.
        settings: The project's own; the defaults when None.
        tokens: Counts tokens; without it no budget is checked.
        default_model: ``provider/model`` for prompts that name none.
        providers: The names of the providers that there are; without it none is called unknown.

    Raises:
        BadInput: A path that is no prompt file and has none below it.
    """
    everything = source.prompts()
    checked = frozenset(selected(everything, paths))
    prompts: list[Prompt] = []
    found: set[Finding] = set()
    settings = settings or LintSettings()
    for path in everything:
        try:
            prompts.append(load_prompt(source, path))
        except BadInput as error:
            if path in checked and "unreadable" not in settings.ignore:
                found.add(unreadable(error, source.name(path)))
    context = Context(
        today=today,
        source=source,
        prompts=tuple(prompts),
        checked=checked,
        pins=_pins(source),
        tokens=tokens,
        default_model=default_model,
        providers=None if providers is None else frozenset(providers),
        settings=settings,
    )
    for prompt in prompts:
        if prompt.file in checked:
            found.update(check_prompt(prompt, context))
    return _ordered(found)


def selected(prompts: Sequence[str], paths: Sequence[str]) -> list[str]:
    """The prompt files among ``prompts`` that the paths, files or folders, name; all where there are no paths.

    Raises:
        BadInput: A path that names none of them.
    """
    if not paths:
        return list(prompts)
    found: list[str] = []
    for path in paths:
        folder = path.rstrip("/")
        below = [p for p in prompts if p == path or folder in ("", ".") or p.startswith(f"{folder}/")]
        if not below:
            raise BadInput(
                f"there is no prompt file at {path}",
                hint="name a file that ends in .prompt.md or .prompt.yaml, or a folder that holds some",
                code="lint.no_prompt",
            )
        found += below
    return list(dict.fromkeys(found))


def _pins(source: Source) -> dict[str, str]:
    try:
        return Lock(source).pins
    except BadInput:
        return {}  # each prompt that includes a partial says so already


def _ordered(found: Iterable[Finding]) -> list[Finding]:
    def place(finding: Finding) -> tuple[str, int, int, int, str, str]:
        where = finding.where
        return (
            where.file,
            where.line or 0,
            where.column or 0,
            LEVELS.index(finding.level),
            finding.rule,
            finding.what,
        )

    return sorted(found, key=place)
