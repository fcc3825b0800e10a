"""A configuration as it may be kept with a run and exported: without the environment that it sets, keys hidden."""

from typing import Any

from assay.author.exchange.secret import is_secret_name, looks_secret
from assay.evaluate.promptfoo.types import Json
from assay.models.secret import MASK, scrub

_LEFT_OUT = frozenset({"env", "tests", "scenarios"})


def secretless(config: Json) -> Json:
    """The configuration as it was written; references to the environment stay, and what looks like a key does not.

    The tests are left out, as the rows have them.
    """
    return {key: _hidden(key, value) for key, value in config.items() if key not in _LEFT_OUT}


def _hidden(key: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _hidden(str(name), item) for name, item in value.items()}
    if isinstance(value, list):
        return [_hidden(key, item) for item in value]
    if not isinstance(value, str) or "{{" in value:
        return value
    return MASK if is_secret_name(key) or looks_secret(value) else scrub(value)
