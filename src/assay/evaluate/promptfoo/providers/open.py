"""Which kind of provider an id names, and its making; an id that nothing here answers to is refused with its line."""

from assay.core.errors import BadInput
from assay.evaluate.promptfoo.paths import JAVASCRIPT
from assay.evaluate.promptfoo.providers.caller import Caller, Given
from assay.evaluate.promptfoo.providers.code import JavaScriptCode, PythonCode
from assay.evaluate.promptfoo.providers.echo import Echo
from assay.evaluate.promptfoo.providers.exec import Exec
from assay.evaluate.promptfoo.providers.http import Http
from assay.evaluate.promptfoo.providers.model import Model, model_id
from assay.evaluate.promptfoo.providers.sequence import Sequence
from assay.evaluate.promptfoo.types import ProviderSpec

_KINDS = "echo, openai:chat:MODEL, anthropic:messages:MODEL, http(s)://…, python:FILE.py, file://FILE.js, exec:COMMAND"


def open_caller(spec: ProviderSpec, given: Given, *, original: Caller | None = None) -> Caller:
    """The provider, ready to be called; nothing is sent or started.

    Args:
        spec: The provider.
        given: What it is made with.
        original: The column's own provider, for one that puts its inputs to that.

    Raises:
        BadInput: The id or a setting is not supported, or a file is not there.
    """
    kind = spec.kind
    if kind == "echo":
        return Echo()
    if kind == "sequence":
        return Sequence(spec, given, original)
    if kind.startswith("exec:"):
        return Exec(spec, given)
    if kind in {"http", "https"} or kind.startswith(("http://", "https://")):
        return Http(spec, given)
    if (code := _code_path(kind)) is not None:
        found = given.files.code(code, spec.where)
        return PythonCode(spec, found, given) if found.python else JavaScriptCode(spec, found, given)
    if (model := model_id(kind)) is not None:
        return Model(spec, model, given)
    raise BadInput(
        f"the provider {kind!r} is not supported",
        hint=f"supported are {_KINDS}; docs/reference/promptfoo.md lists all",
        code="promptfoo.unsupported",
        where=spec.where,
    )


def _code_path(kind: str) -> str | None:
    if kind.startswith("python:"):
        return kind.removeprefix("python:")
    if kind.startswith("file://"):
        return kind
    path = kind.rpartition(":")[0] if ":" in kind else kind
    return kind if kind.endswith((*JAVASCRIPT, ".py")) or path.endswith((*JAVASCRIPT, ".py")) else None
