"""Reading configurations: each file by itself, its references and its environment resolved, then all merged into one.

Later files win where a key has one value; prompts, providers, tests, scenarios and hooks add up.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assay.core.document import Document
from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.promptfoo.environment import configured_env, render_env
from assay.evaluate.promptfoo.known import check_config
from assay.evaluate.promptfoo.paths import JAVASCRIPT
from assay.evaluate.promptfoo.references import dereference
from assay.evaluate.promptfoo.script_text import json_text
from assay.evaluate.promptfoo.types import CodeRef, Json
from assay.evaluate.promptfoo.yaml_file import read_document, shown

DEFAULT_NAMES = tuple(f"promptfooconfig.{end}" for end in ("yaml", "yml", "json", "cjs", "js", "mjs"))
RunModule = Callable[[CodeRef], Any]
"""Says what a JavaScript configuration exports."""

_SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class TestSource:
    """The ``tests`` of one file: as written, the folder its paths are relative to, and where it stands."""

    __test__ = False

    value: Any
    folder: Path
    file: str
    document: Document | None


@dataclass(slots=True)
class Config:
    """All files merged.

    Attributes:
        value: The merged configuration.
        shown: The same with its references to the environment as they were written, which may lead to keys.
        folder: The first file's folder.
        env: The environment: the process's and, over it, the configuration's.
        warnings: Sentences about what changes nothing.
    """

    value: Json
    shown: Json
    folder: Path
    tests: list[TestSource]
    env: dict[str, str]
    file: str
    document: Document | None
    warnings: list[str] = field(default_factory=list)


def default_config(folder: Path) -> Path | None:
    """The configuration with one of promptfoo's default names, if the folder has one."""
    return next((folder / name for name in DEFAULT_NAMES if (folder / name).is_file()), None)


@dataclass(frozen=True, slots=True)
class _File:
    value: Json
    shown: Json
    path: Path
    document: Document | None


def read_configs(paths: Sequence[Path], env: Mapping[str, str], run_module: RunModule) -> Config:
    """The files, merged.

    Args:
        paths: In order.
        env: The process's environment.
        run_module: What a JavaScript module exports.

    Raises:
        BadInput: A file that cannot be read, or a key that is refused.
    """
    warnings: list[str] = []
    files = [_read(path, env, warnings, run_module) for path in paths]
    first = files[0]
    folder = first.path.parent
    files = [first, *(_rebased(file, folder) for file in files[1:])]
    merged = _merge([file.value for file in files]) if len(files) > 1 else dict(first.value)
    as_written = _merge([file.shown for file in files]) if len(files) > 1 else dict(first.shown)
    own = {name: value for file in files for name, value in configured_env(file.value, env).items()}
    sources = [TestSource(f.value.get("tests"), f.path.parent, shown(f.path), f.document) for f in files]
    document = first.document if len(files) == 1 else None
    return Config(merged, as_written, folder, sources, {**env, **own}, shown(first.path), document, warnings)


def _read(path: Path, env: Mapping[str, str], warnings: list[str], run_module: RunModule) -> _File:
    document: Document | None = None
    used: set[str] = set()
    if path.suffix in _SUFFIXES:
        document = read_document(path)
        if env.get("PROMPTFOO_DISABLE_REF_PARSER", "") in {"", "0", "false"}:
            value, used = dereference(document, path.parent.resolve())
        else:
            value = document.value
    elif path.suffix in JAVASCRIPT:
        value = run_module(CodeRef(path.resolve(), None))
    else:
        raise BadInput(
            f"{path} is no configuration of promptfoo's",
            hint="name a file that ends in .yaml, .json or .js",
            code="promptfoo.config",
        )
    if not isinstance(value, dict):
        raise BadInput(
            "the configuration is not a mapping",
            hint="it has keys such as 'prompts', 'providers' and 'tests'",
            code="promptfoo.config",
            where=Location(shown(path)),
        )
    check_config(value, document, used, shown(path), lambda what, where: warnings.append(f"{where}: {what}"))
    own = configured_env(value, env)
    as_written = _normalised(value, document, path)
    value = _normalised(render_env(value, {**env, **own}), document, path)
    return _File(value, as_written, path, document)


def _normalised(value: Json, document: Document | None, path: Path) -> Json:
    if "targets" in value and "providers" in value:
        where = document.at_key("targets") if document is not None else Location(shown(path))
        raise BadInput(
            "both 'targets' and 'providers' are given",
            hint="they mean the same; keep one",
            code="promptfoo.targets",
            where=where,
        )
    if "targets" in value:
        value = {("providers" if key == "targets" else key): item for key, item in value.items()}
    if not value.get("prompts"):
        value = {**value, "prompts": ["{{prompt}}"]}
    return value


def _rebased(file: _File, folder: Path) -> _File:
    """The file with its paths made absolute, when it lies in another folder than the first."""
    own = file.path.parent.resolve()
    if own == folder.resolve():
        return file
    return _File(_absolute(file.value, own), file.shown, file.path, file.document)


def _absolute(value: Any, folder: Path) -> Any:
    if isinstance(value, str) and value.startswith("file://"):
        return f"file://{folder / value.removeprefix('file://')}"
    if isinstance(value, list):
        return [_absolute(item, folder) for item in value]
    if isinstance(value, dict):
        return {key: _absolute(item, folder) for key, item in value.items()}
    return value


_MAPPINGS = ("tags", "nunjucksFilters", "env", "evaluateOptions", "commandLineOptions", "metadata")
_LISTS = ("scenarios", "derivedMetrics", "extensions", "outputPath")


def _merge(values: Sequence[Json]) -> Json:
    found: Json = {}
    for value in values:
        found |= value
    found["description"] = ", ".join(str(value["description"]) for value in values if value.get("description"))
    for key in _MAPPINGS:
        if any(value.get(key) for value in values):
            found[key] = {name: item for value in values for name, item in (value.get(key) or {}).items()}
    for key in _LISTS:
        if any(value.get(key) for value in values):
            found[key] = [item for value in values for item in _as_list(value.get(key))]
    found["providers"] = list(_once(item for value in values for item in _as_list(value.get("providers"))))
    found["prompts"] = _merged_prompts([value["prompts"] for value in values])
    if any(value.get("defaultTest") for value in values):
        found["defaultTest"] = _merged_default([value.get("defaultTest") for value in values])
    found.pop("tests", None)
    return found


def _merged_prompts(prompts: Sequence[Any]) -> Any:
    if any(isinstance(item, dict) for item in prompts):
        if not all(isinstance(item, dict) for item in prompts):
            raise BadInput(
                "one configuration writes its prompts as a mapping and another as a list",
                hint="write them all as a list",
                code="promptfoo.prompts",
            )
        return {raw: label for item in prompts for raw, label in item.items()}
    return list(_once(item for value in prompts for item in _as_list(value)))


def _merged_default(tests: Sequence[Any]) -> Any:
    found: Any = None
    for test in tests:
        if isinstance(test, str):
            found = test
        elif isinstance(test, dict) and not isinstance(found, str):
            found = _over(found or {}, test)
    return found


def _over(under: Json, over: Json) -> Json:
    merged = {**under, **over}
    for key in ("vars", "options", "metadata"):
        merged[key] = {**(under.get(key) or {}), **(over.get(key) or {})}
    merged["assert"] = [*(under.get("assert") or []), *(over.get("assert") or [])]
    return merged


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _once(items: Iterator[Any]) -> Iterator[Any]:
    seen: set[str] = set()
    for item in items:
        if (key := json_text(item)) not in seen:
            seen.add(key)
            yield item
