"""What the command line leaves of a configuration: some of its tests, prompts and providers.

Flags have promptfoo's names and meaning; the configuration's ``commandLineOptions`` are their defaults.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from assay.core.errors import BadInput
from assay.evaluate.promptfoo.earlier import Earlier, earlier_tests
from assay.evaluate.promptfoo.types import Json, Prompt, ProviderSpec, Test


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which parts are run; None is all of them.

    Attributes:
        first: So many tests from the start.
        pattern: A regular expression that a test's description must match.
        metadata: ``key=value`` pairs that a test's metadata must all have.
        range: ``start:end`` of the tests, from 0, the end left out.
        sample: So many tests by chance; ``seed`` makes the choice repeatable.
        prompts: A regular expression for labels and ids.
        providers: The same for providers.
        earlier: Tests that did not pass in an earlier run.
    """

    first: int | None = None
    pattern: str | None = None
    metadata: tuple[str, ...] = ()
    range: str | None = None
    sample: int | None = None
    seed: int | None = None
    prompts: str | None = None
    providers: str | None = None
    earlier: Earlier | None = None


def select_tests(
    tests: Callable[[], Iterator[Test]], selection: Selection, default: Json
) -> Callable[[], Iterator[Test]]:
    """The tests that are selected, still one at a time.

    Raises:
        BadInput: A pattern, a pair or a range that is none.
    """
    pattern = _pattern(selection.pattern, "--filter-pattern")
    pairs = [_pair(text) for text in selection.metadata]
    start, end = _range(selection.range)
    if selection.earlier is not None:
        tests = earlier_tests(tests, selection.earlier, default)

    def matching() -> Iterator[Test]:
        for test in tests():
            if pattern is not None and not pattern.search(str(test.data.get("description") or "")):
                continue
            if all(_has(test.data.get("metadata") or {}, key, value) for key, value in pairs):
                yield test

    def first() -> Iterator[Test]:
        return islice(matching(), selection.first)

    kept = _sampled(first, selection) if selection.sample is not None else first
    return lambda: islice(kept(), start, end)


def _sampled(tests: Callable[[], Iterator[Test]], selection: Selection) -> Callable[[], Iterator[Test]]:
    total = sum(1 for _ in tests())
    chance = random.Random(selection.seed)  # noqa: S311 - which tests are tried is no secret
    chosen = set(chance.sample(range(total), min(selection.sample or 0, total)))
    return lambda: (test for i, test in enumerate(tests()) if i in chosen)


def select_prompts(prompts: list[Prompt], selection: Selection) -> list[Prompt]:
    """The prompts whose label or id matches.

    Raises:
        BadInput: No prompt matches, or the pattern is none.
    """
    pattern = _pattern(selection.prompts, "--filter-prompts")
    if pattern is None:
        return prompts
    kept = [p for p in prompts if pattern.search(p.label) or (p.id and pattern.search(p.id))]
    return kept or _nothing("prompt", selection.prompts, "--filter-prompts", [p.label for p in prompts])


def select_providers(providers: list[ProviderSpec], selection: Selection) -> list[ProviderSpec]:
    """The providers whose label or id matches.

    Raises:
        BadInput: No provider matches, or the pattern is none.
    """
    pattern = _pattern(selection.providers, "--filter-providers")
    if pattern is None:
        return providers
    kept = [p for p in providers if pattern.search(p.id) or (p.label and pattern.search(p.label))]
    return kept or _nothing("provider", selection.providers, "--filter-providers", [p.name for p in providers])


def _nothing(kind: str, pattern: str | None, flag: str, names: list[str]) -> Any:
    raise BadInput(
        f"no {kind} matches {flag} {pattern!r}", hint=f"there are: {', '.join(names[:10])}", code="promptfoo.filter"
    )


def _pattern(text: str | None, flag: str) -> re.Pattern[str] | None:
    if text is None:
        return None
    try:
        return re.compile(text)
    except re.error as error:
        raise BadInput(
            f"{flag} {text!r} is no regular expression: {error}",
            hint="escape special characters",
            code="promptfoo.filter",
        ) from None


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise BadInput(f"--filter-metadata {text!r} is no pair", hint="write KEY=VALUE", code="promptfoo.filter")
    return key, value


def _has(metadata: Json, key: str, value: str) -> bool:
    own = metadata.get(key)
    if own is None:
        return False
    return any(value in str(item) for item in (own if isinstance(own, list) else [own]))


def _range(text: str | None) -> tuple[int, int | None]:
    if text is None:
        return 0, None
    start, colon, end = text.partition(":")
    if not colon or not all(part.strip().isdigit() or not part.strip() for part in (start, end)):
        raise BadInput(
            f"--filter-range {text!r} is no range", hint="write START:END, such as 0:10", code="promptfoo.filter"
        )
    return int(start or 0), int(end) if end.strip() else None
