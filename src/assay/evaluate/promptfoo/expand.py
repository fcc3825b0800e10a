"""From tests as written to tests as run: defaults merged in, scenarios multiplied out, lists of variables expanded."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.promptfoo.paths import Files
from assay.evaluate.promptfoo.types import Json, Test

_FALLBACKS = ("prompts", "provider", "providers", "assertScoringFunction")


def all_tests(tests: Callable[[], Iterator[Test]], scenarios: list[Any], default: Json, file: str) -> Iterator[Test]:
    """The tests and then those of the scenarios; one empty test where there are neither."""
    empty = True
    for test in tests():
        empty = False
        yield test
    if empty and not scenarios:
        yield Test({}, Location(file))
    number = 0
    for scenario in scenarios:
        for data in scenario.get("config") or []:
            for test in scenario.get("tests") or [Test({}, Location(file))]:
                yield Test(_of_scenario(data, test.data, default, number), test.where)
            number += 1


def _of_scenario(data: Json, test: Json, default: Json, number: int) -> Json:
    metadata = {**_of(default, "metadata"), **_of(data, "metadata"), **_of(test, "metadata")}
    metadata.setdefault("conversationId", f"__scenario_{number}__")
    return {
        **{key: value for key, value in default.items() if key != "assert"},
        **data,
        **test,
        "vars": {**_of(default, "vars"), **_of(data, "vars"), **_of(test, "vars")},
        "options": {**_of(default, "options"), **_of(test, "options")},
        "assert": [*(data.get("assert") or []), *(test.get("assert") or [])],
        "metadata": metadata,
    }


def with_defaults(test: Json, default: Json) -> Json:
    """The test with the default test's parts under its own; the default's assertions come first."""
    options = {**_of(default, "options"), **_of(test, "options")}
    own = test.get("assert") or []
    merged: Json = {
        **test,
        "vars": {**_of(default, "vars"), **_of(test, "vars")},
        "assert": own
        if _of(test, "options").get("disableDefaultAsserts") is True
        else [*(default.get("assert") or []), *own],
        "options": options,
        "metadata": {**_of(default, "metadata"), **_of(test, "metadata")},
    }
    if test.get("threshold") is None:
        merged["threshold"] = default.get("threshold")
    for key in _FALLBACKS:
        merged[key] = default.get(key) if test.get(key) is None else test[key]
    return {key: value for key, value in merged.items() if value is not None}


def combinations(test: Test, files: Files, env: Mapping[str, str]) -> Iterator[Json]:
    """The test's variables, once for each choice from its lists of texts and its globs.

    Raises:
        BadInput: A variable names files, and there are none.
    """
    values: Json = test.data.get("vars") or {}
    off = env.get("PROMPTFOO_DISABLE_VAR_EXPANSION", "").lower() in {"1", "true", "yes"}
    if off or _of(test.data, "options").get("disableVarExpansion"):
        yield dict(values)
        return
    choices = {name: _choices(name, value, test, files) for name, value in values.items()}
    yield from _product(list(choices.items()), {})


def _product(choices: list[tuple[str, list[Any]]], chosen: Json) -> Iterator[Json]:
    if not choices:
        yield chosen
        return
    (name, values), *rest = choices
    for value in values:
        yield from _product(rest, {**chosen, name: value})


def _choices(name: str, value: Any, test: Test, files: Files) -> list[Any]:
    if isinstance(value, list) and value and isinstance(value[0], str):
        return value
    if isinstance(value, str) and value.startswith("file://"):
        found = files.glob(value, test.where)
        if not found:
            raise BadInput(
                f"the variable {name!r} names {value}, and there is no such file",
                hint="paths are relative to the configuration's folder",
                code="promptfoo.missing_file",
                where=test.where,
            )
        return [f"file://{path}" for path in found]
    return [value]


def _of(test: Json, key: str) -> Json:
    value = test.get(key)
    return value if isinstance(value, dict) else {}
