"""Every sample of a promptfoo run, planned lazily: test by test, each choice of variables, repeat, provider, prompt."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from assay.core.location import Location
from assay.evaluate.promptfoo.expand import all_tests, combinations, with_defaults
from assay.evaluate.promptfoo.grading import COMPARISONS
from assay.evaluate.promptfoo.paths import Files
from assay.evaluate.promptfoo.prompts import is_allowed
from assay.evaluate.promptfoo.types import Column, Json, PromptfooSuite, Test


@dataclass(slots=True)
class Group:
    """The samples of one row of promptfoo's table, when their outputs are compared with each other."""

    members: list["Planned"] = field(default_factory=list)
    states: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One sample to come.

    Attributes:
        index: Its place in the plan.
        row: promptfoo's ``testIdx``: it counts choices of variables and repeats too.
        case: The test's name in reports, the same for its repeats.
        test: The test with its defaults merged in, and this choice of its variables.
        group: Set when its output is compared with others.
    """

    index: int
    row: int
    case: str
    test: Json
    column: Column
    repeat: int
    where: Location
    group: Group | None = None


Tests = Callable[[], Iterator[Test]]


def plan(suite: PromptfooSuite, files: Files, select: Callable[[Tests], Tests]) -> Iterator[Planned]:
    """Every sample, in order.

    Raises:
        BadInput: A test that is none, or a variable that names a file that is not there.
    """
    index = row = 0
    where = suite.name

    def tests() -> Iterator[Test]:
        return all_tests(suite.tests, suite.scenarios, suite.default_test, where)

    for number, test in enumerate(select(tests)()):
        whole = Test(with_defaults(test.data, suite.default_test), test.where)
        columns = list(columns_for(suite, whole.data))
        compared = any(a.get("type") in COMPARISONS for a in whole.data.get("assert") or [])
        choices = list(combinations(whole, files, suite.env))
        for repeat in range(suite.repeat):
            for choice, values in enumerate(choices):
                group = Group() if compared else None
                for column in columns:
                    planned = Planned(
                        index=index,
                        row=row,
                        case=_case(whole.data, number, choice, len(choices)),
                        test={**whole.data, "vars": values},
                        column=column,
                        repeat=repeat,
                        where=test.where,
                        group=group,
                    )
                    index += 1
                    if group is None:
                        yield planned
                    else:
                        group.members.append(planned)
                if group is not None:
                    yield from group.members
                row += 1


def columns_for(suite: PromptfooSuite, test: Json) -> Iterator[Column]:
    """The columns that the test is run in."""
    wanted = test.get("providers")
    for column in suite.columns:
        if is_allowed(column.prompt, test.get("prompts")) and _provider_allowed(column, wanted):
            yield column


def _provider_allowed(column: Column, wanted: Any) -> bool:
    if not isinstance(wanted, list):
        return True
    names = {column.provider.label, column.provider.id}
    for pattern in wanted:
        text = str(pattern)
        if text in names:
            return True
        stem = text.removesuffix("*").removesuffix(":")
        if any(name and name.startswith(f"{stem}:") for name in names):
            return True
    return False


def _case(test: Json, number: int, choice: int, choices: int) -> str:
    name = f"{number + 1}" if choices == 1 else f"{number + 1}.{choice + 1}"
    told = " ".join(str(test.get("description") or "").split())
    return f"{name} {told[:80]}".strip()


def columns_of(suite_prompts: list[Any], providers: list[Any]) -> list[Column]:
    """The columns of the table: for each provider the prompts that it is asked, each with a name of its own."""
    found: list[Column] = []
    names: set[str] = set()
    for provider in providers:
        for prompt in suite_prompts:
            if not is_allowed(prompt, provider.prompts):
                continue
            label = " ".join(prompt.label.split())
            name = base = f"{provider.name} · {label if len(label) <= 60 else label[:59] + '…'}"
            count = 1
            while name in names:
                count += 1
                name = f"{base} ({count})"
            names.add(name)
            found.append(Column(index=len(found), prompt=prompt, provider=provider, name=name))
    return found


def tags_of(metadata: Any) -> dict[str, str]:
    """A test's metadata as tags, each a slice of the report: what is text or a number."""
    items: Mapping[str, Any] = metadata if isinstance(metadata, dict) else {}
    return {
        name: str(value)
        for name, value in items.items()
        if isinstance(value, str | int | float) and name != "conversationId" and len(str(value)) <= 60
    }
