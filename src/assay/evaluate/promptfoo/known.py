"""The keys and assertion types of promptfoo that are run, that change nothing here, and that are refused.

What is refused ends the command before anything is paid for, with the line; what is only left out, or that nobody
knows, is a warning with its line. The page docs/reference/promptfoo.md shows the same tables.
"""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from assay.core.document import Document
from assay.core.errors import BadInput, unknown_name
from assay.core.location import Location
from assay.evaluate.promptfoo.shape import mapping

TOP_LEVEL = frozenset(
    [
        "$schema",
        "commandLineOptions",
        "defaultTest",
        "derivedMetrics",
        "description",
        "env",
        "evaluateOptions",
        "extensions",
        "metadata",
        "nunjucksFilters",
        "outputPath",
        "prompts",
        "providers",
        "scenarios",
        "tags",
        "targets",
        "tests",
    ]
)
LEFT_OUT = {
    "sharing": "results are not uploaded anywhere",
    "writeLatestResults": "runs are always kept",
}
REFUSED = {
    "redteam": "red-team generation is not part of this; its plugins make tests with promptfoo's own service",
    "plugins": "red-team generation is not part of this",
    "strategies": "red-team generation is not part of this",
    "tracing": "no receiver of traces is started",
}
TEST_KEYS = frozenset(
    [
        "description",
        "vars",
        "provider",
        "providers",
        "prompts",
        "providerOutput",
        "assert",
        "assertScoringFunction",
        "options",
        "threshold",
        "metadata",
    ]
)
ASSERT_KEYS = frozenset(
    [
        "type",
        "value",
        "config",
        "threshold",
        "weight",
        "provider",
        "rubricPrompt",
        "metric",
        "transform",
        "contextTransform",
        "assert",
    ]
)

SPECIAL_TYPES = frozenset({"assert-set", "select-best", "max-score"})
CODE_TYPES = frozenset({"javascript", "python"})
TEXT_TYPES = frozenset(
    [
        "equals",
        "contains",
        "icontains",
        "contains-all",
        "contains-any",
        "icontains-all",
        "icontains-any",
        "starts-with",
        "regex",
        "levenshtein",
        "word-count",
    ]
)
STRUCTURE_TYPES = frozenset(
    [
        "is-json",
        "contains-json",
        "is-html",
        "contains-html",
        "is-xml",
        "contains-xml",
        "is-sql",
        "contains-sql",
        "is-refusal",
        "finish-reason",
    ]
)
SCORE_TYPES = frozenset(
    [
        "bleu",
        "gleu",
        "rouge-n",
        "meteor",
        "perplexity",
        "perplexity-score",
        "similar",
        "similar:cosine",
        "similar:dot",
        "similar:euclidean",
        "classifier",
        "webhook",
        "moderation",
        "guardrails",
        "latency",
        "cost",
    ]
)
JUDGED_TYPES = frozenset(
    [
        "llm-rubric",
        "search-rubric",
        "g-eval",
        "model-graded-closedqa",
        "model-graded-factuality",
        "factuality",
        "answer-relevance",
        "conversation-relevance",
        "context-faithfulness",
        "context-recall",
        "context-relevance",
    ]
)
TOOL_TYPES = frozenset(
    [
        "is-valid-function-call",
        "is-valid-openai-function-call",
        "is-valid-openai-tools-call",
        "tool-call-f1",
        "skill-used",
    ]
)
REFUSED_TYPES = {
    "agent-rubric": "an agent of promptfoo's own judges it",
    "human": "a person gives the verdict in promptfoo's viewer",
    "pi": "it asks a service of its own",
    "ruby": "no Ruby is run",
    "trace-error-spans": "no traces are received",
    "trace-span-count": "no traces are received",
    "trace-span-duration": "no traces are received",
    "trajectory:goal-success": "no traces are received",
    "trajectory:step-count": "no traces are received",
    "trajectory:tool-args-match": "no traces are received",
    "trajectory:tool-sequence": "no traces are received",
    "trajectory:tool-used": "no traces are received",
}
BASE_TYPES = CODE_TYPES | TEXT_TYPES | STRUCTURE_TYPES | SCORE_TYPES | JUDGED_TYPES | TOOL_TYPES
"""The types that are run, each of them also with ``not-`` before it."""

_NEAR = 0.75
"""How alike two keys are when one is taken for a misspelling of the other."""

At = Callable[..., Location]
Warn = Callable[[str, Location], None]


NOT_UNHEEDED = frozenset(
    [
        "factuality",
        "model-graded-factuality",
        "model-graded-closedqa",
        "is-valid-function-call",
        "is-valid-openai-function-call",
        "is-valid-openai-tools-call",
    ]
)
"""The types before which promptfoo does not heed ``not-``: it grades them as if it were not there."""


def base_type(kind: str) -> str:
    """The type without ``not-``."""
    return kind.removeprefix("not-")


def check_config(value: dict[str, Any], document: Document | None, used: set[str], file: str, warn: Warn) -> None:
    """Look through the top-level keys.

    Raises:
        BadInput: One that is refused, or that is nearly a known one.
    """
    for key, item in value.items():
        where = document.at_key(key) if document is not None else Location(file)
        if key in REFUSED and item:
            raise BadInput(
                f"the key {key!r} is not supported: {REFUSED[key]}",
                hint="remove it, or run this configuration with promptfoo",
                code="promptfoo.unsupported",
                where=where,
            )
        if key in LEFT_OUT:
            warn(f"the key {key!r} changes nothing here: {LEFT_OUT[key]}", where)
        elif key not in TOP_LEVEL and key not in used and key not in REFUSED:
            _refuse_misspelt(key, "the configuration", TOP_LEVEL - {"$schema"}, where)
            warn(f"the key {key!r} is unknown and changes nothing", where)


def check_test(test: dict[str, Any], at: At, warn: Warn) -> None:
    """Look through a test and its assertions; ``at`` says where a path below the test stands.

    Raises:
        BadInput: An assertion that does not exist or is refused, or that has the wrong shape.
    """
    for key in test:
        if key not in TEST_KEYS:
            _refuse_misspelt(key, "a test", TEST_KEYS, at(key))
            warn(f"the key {key!r} of a test is unknown and changes nothing", at(key))
    for key in ("options", "metadata"):
        mapping(test.get(key), key, at(key))
    _check_numbers(test, ("threshold",), "a test", at)
    asserts = test.get("assert")
    if asserts is None:
        return
    if not isinstance(asserts, list):
        raise _wrong("'assert' is not a list", "write a dash before each assertion", at("assert"))
    for path, item in _assertions(asserts, ("assert",)):
        check_assertion(item, lambda *more, path=path: at(*path, *more), warn)


def _assertions(items: list[Any], path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    for i, item in enumerate(items):
        yield (*path, i), item
        if isinstance(item, dict) and isinstance(inner := item.get("assert"), list):
            yield from _assertions(inner, (*path, i, "assert"))


def check_assertion(item: Any, at: At, warn: Warn) -> None:
    """Look through one assertion.

    Raises:
        BadInput: Its type does not exist or is refused, or it has the wrong shape.
    """
    if not isinstance(item, dict) or not isinstance(kind := item.get("type"), str):
        raise _wrong("an assertion has no type", "write '- type: contains' and what it takes", at())
    base = base_type(kind)
    if base in REFUSED_TYPES or base.startswith("promptfoo:redteam"):
        reason = REFUSED_TYPES.get(base, "red-team assertions are not part of this")
        raise BadInput(
            f"the assertion {kind!r} is not supported: {reason}",
            hint="remove it, or run this configuration with promptfoo",
            code="promptfoo.unsupported",
            where=at("type"),
        )
    if kind not in SPECIAL_TYPES and base not in BASE_TYPES:
        raise unknown_name("assertion", kind, BASE_TYPES | SPECIAL_TYPES, code="promptfoo.assertion", where=at("type"))
    if kind != base and base in NOT_UNHEEDED:
        warn(f"promptfoo does not heed the 'not-' of {kind!r}, so neither is it heeded here", at("type"))
    for key in item:
        if key not in ASSERT_KEYS:
            _refuse_misspelt(key, "an assertion", ASSERT_KEYS, at(key))
            warn(f"the key {key!r} of an assertion is unknown and changes nothing", at(key))
    _check_numbers(item, ("threshold", "weight"), f"the assertion {kind!r}", at)
    mapping(item.get("config"), "config", at("config"))
    if kind == "assert-set" and not isinstance(item.get("assert"), list | None):
        raise _wrong("'assert' of an assert-set is not a list", "write a dash before each assertion", at("assert"))
    if kind == "max-score":
        value = mapping(item.get("value"), "value", at("value"))
        _check_numbers(value, ("threshold",), "the assertion 'max-score'", lambda *key: at("value", *key))
        weights = mapping(value.get("weights"), "weights", at("value", "weights"))
        _check_numbers(weights, weights, "the weights of 'max-score'", lambda *key: at("value", "weights", *key))


def _refuse_misspelt(key: object, of: str, known: Iterable[str], where: Location) -> None:
    """Raise for a key that is nearly a known one: what it was meant to say would be lost."""
    letters = {_letters(name): name for name in known}
    near = difflib.get_close_matches(_letters(str(key)), letters, n=1, cutoff=_NEAR)
    if near:
        raise BadInput(
            f"the key {key!r} of {of} is unknown",
            hint=f"did you mean {letters[near[0]]!r}?",
            code="promptfoo.key",
            where=where,
        )


def _letters(key: str) -> str:
    return key.lower().replace("_", "").replace("-", "")


def _check_numbers(item: Mapping[str, Any], keys: Iterable[str], of: str, at: At) -> None:
    for key in keys:
        if isinstance(item.get(key), bool) or not isinstance(item.get(key), int | float | None):
            raise _wrong(f"{key!r} of {of} is not a number", "write a number", at(key) if key in item else at())


def _wrong(what: str, hint: str, where: Location) -> BadInput:
    return BadInput(what, hint=hint, code="promptfoo.assert", where=where)
