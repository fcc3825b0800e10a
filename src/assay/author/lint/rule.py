"""What a lint rule is: a function from a prompt to findings, registered by name.

A rule sees one prompt and, through the context, the rest of its project. It reads no file and calls no model.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol, TypeVar, cast

from assay.author.fixed_text import CountTokens
from assay.author.source import Source
from assay.author.types import Prompt
from assay.core.location import Location
from assay.core.plugins import Registry

Level = Literal["error", "warning", "note"]
LEVELS: tuple[Level, ...] = ("error", "warning", "note")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule has to say.

    Attributes:
        rule: The rule's name.
        level: ``error``: it cannot be meant; ``warning``: it is likely to harm; ``note``: it could be better.
        what: One sentence, without secrets and without personal data.
        hint: What to write instead.
        where: The place in the prompt's file, or in a partial.
    """

    rule: str
    level: Level
    what: str
    hint: str
    where: Location

    def as_dict(self) -> dict[str, object]:
        """JSON-ready data with every key: null where a part of the place is not known."""
        return {
            "rule": self.rule,
            "level": self.level,
            "what": self.what,
            "hint": self.hint,
            "file": self.where.file,
            "line": self.where.line,
            "column": self.where.column,
            "path": self.where.path or None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LintSettings:
    """What a project may set.

    Attributes:
        token_budget: Tokens that a prompt's fixed text and its longest values may come to.
        near_duplicate: The share of word groups in common from which two prompts are near duplicates, in [0, 1].
        ignore: Rules that are not applied at all.
    """

    token_budget: int = 8_000
    near_duplicate: float = 0.8
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What rules may look at beside the prompt.

    Attributes:
        today: The date that reviews are held against.
        prompts: Every prompt of the project that can be read, by path.
        checked: The paths of the files that are being checked.
        source: The project's files, to see whether one exists.
        pins: The digests of ``prompts.lock`` by partial.
        tokens: Counts tokens; None where nobody does.
        default_model: ``provider/model`` for prompts that name none.
        providers: The names of the providers that there are; None where that is not known.
    """

    today: date
    source: Source
    prompts: tuple[Prompt, ...] = ()
    checked: frozenset[str] = frozenset()
    pins: dict[str, str] = field(default_factory=dict)
    tokens: CountTokens | None = None
    default_model: str | None = None
    providers: frozenset[str] | None = None
    settings: LintSettings = LintSettings()
    _kept: dict[object, object] = field(default_factory=dict)

    def once(self, make: Callable[["Context"], T]) -> T:
        """What the function makes of the context, made once for all prompts."""
        if make not in self._kept:
            self._kept[make] = make(self)
        return cast("T", self._kept[make])


class Rule(Protocol):
    """A rule: every finding about the prompt."""

    def __call__(self, prompt: Prompt, context: Context) -> Iterable[Finding]:
        """The findings, in any order."""
        ...


rules: Registry[Rule] = Registry("rule", "assay.author.lint.rules")


def rule_names(context: Context) -> list[str]:  # noqa: ARG001 - for ``Context.once``
    """The names of all rules; looking for outside ones takes milliseconds, so ask ``context.once(rule_names)``."""
    return rules.names()
