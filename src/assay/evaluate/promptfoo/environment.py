"""The environment that a configuration sees: the process's, ``.env`` files, and its own ``env``.

References such as ``{{env.NAME}}`` are replaced when the configuration is read, so that they work in paths and ids.
Other templates stay for run time.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from assay.evaluate.promptfoo.paths import read_file
from assay.evaluate.promptfoo.script_text import as_text

_TEMPLATE = re.compile(r"\{\{-?\s*env(?:\.([A-Za-z_]\w*)|\[\s*['\"]([^'\"]+)['\"]\s*\])\s*(\|[^}]*)?-?\}\}")
_LINE = re.compile(r"\s*(?:export\s+)?([\w.-]+)\s*(?:=|:\s)\s*(.*?)\s*$")
_DEFAULT = re.compile(r"(?:default|d)\(\s*(['\"])(.*?)\1\s*(?:,\s*\w+\s*)?\)")
_FILTERS: dict[str, Callable[[str], str]] = {"trim": str.strip, "lower": str.lower, "upper": str.upper}
_ESCAPES = {"\\n": "\n", "\\r": "\r"}


def render_env(value: Any, env: Mapping[str, str]) -> Any:
    """The value with its references to the environment replaced; those to names that are not set stay."""
    if isinstance(value, str):
        return _TEMPLATE.sub(lambda found: _one(found, env), value) if "env" in value else value
    if isinstance(value, list):
        return [render_env(item, env) for item in value]
    if isinstance(value, dict):
        return {key: render_env(item, env) for key, item in value.items()}
    return value


def _one(found: re.Match[str], env: Mapping[str, str]) -> str:
    """A reference's value, with those of its filters that are known here; any other is left for run time."""
    value = env.get(found[1] or found[2])
    for part in (found[3] or "").split("|")[1:]:
        if default := _DEFAULT.fullmatch(part.strip()):
            value = value or default[2]
        elif part.strip() in _FILTERS and value is not None:
            value = _FILTERS[part.strip()](value)
        else:
            return found[0]
    return found[0] if value is None else value


def unset_name(value: Any) -> str | None:
    """The variable that a value still waits for after ``render_env``; None where it waits for none."""
    found = _TEMPLATE.search(value) if isinstance(value, str) else None
    return None if found is None else found[1] or found[2]


def configured_env(config: Mapping[str, Any], env: Mapping[str, str]) -> dict[str, str]:
    """What the configuration's ``env`` sets, its own references to the environment replaced."""
    own = config.get("env")
    if not isinstance(own, dict):
        return {}
    return {name: as_text(render_env(value, env)) for name, value in own.items() if value is not None}


def read_env_file(path: Path) -> dict[str, str]:
    """What a ``.env`` file sets.

    Raises:
        BadInput: It cannot be read.
    """
    found: dict[str, str] = {}
    for line in read_file(path).splitlines():
        if line.lstrip().startswith("#") or not (parts := _LINE.match(line)):
            continue
        found[parts[1]] = _env_value(parts[2])
    return found


def _env_value(text: str) -> str:
    quote = text[:1]
    if quote in {'"', "'", "`"} and (end := text.rfind(quote)) > 0:
        inner = text[1:end]
        return re.sub(r"\\[nr]", lambda m: _ESCAPES[m[0]], inner) if quote == '"' else inner
    return text.split(" #", maxsplit=1)[0].split("\t#", maxsplit=1)[0].strip()


def flag(env: Mapping[str, str], name: str) -> bool:
    """Whether a variable of promptfoo's is switched on."""
    return env.get(name, "").lower() in {"1", "true", "yes", "yup", "yeppers"}
