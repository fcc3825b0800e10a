"""What graders of retrieval and of tools need beyond the output: the context and the question, the tools on offer."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from assay.core.errors import GraderFailed
from assay.evaluate.promptfoo.types import Json
from assay.models.types import Tool

Transform = Callable[[str, Any, Json], Awaitable[Any]]

CONTEXT_TYPES = frozenset(["context-faithfulness", "context-recall", "context-relevance"])
_NEED_A_QUERY = frozenset(["context-faithfulness", "context-relevance"])


async def with_context(
    base: str, assertion: Json, values: Json, *, prompt: str, output: Any, metadata: Json, transform: Transform
) -> Json:
    """The variables with the context that the assertion is about.

    It is what ``contextTransform`` makes of the output, else the variable ``context``, else for ``context-recall``
    the prompt.

    Raises:
        GraderFailed: There is no context or no question, or the transform made neither a text nor a list of texts.
    """
    if base not in CONTEXT_TYPES:
        return values
    if base in _NEED_A_QUERY and not isinstance(values.get("query"), str):
        raise GraderFailed(f"the assertion {base!r} needs a variable 'query'", code="promptfoo.query")
    context = values.get("context") or (prompt if base == "context-recall" else None)
    if (code := assertion.get("contextTransform")) is not None:
        told: Json = {"vars": values, "prompt": {"label": prompt}} | ({"metadata": metadata} if metadata else {})
        context = await transform(str(code), output, told)
    if not _is_context(context):
        raise GraderFailed(
            f"the assertion {base!r} has no context",
            hint="give the test a variable 'context', a text or a list of texts, or write a 'contextTransform'",
            code="promptfoo.context",
        )
    return {**values, "context": context}


def _is_context(value: Any) -> bool:
    texts = value if isinstance(value, list) else [value]
    return bool(texts) and all(isinstance(text, str) and text for text in texts)


def offered_tools(config: Mapping[str, Any]) -> tuple[Tool, ...]:
    """The tools and functions that a provider's configuration offers, as far as they are written out in it."""
    items = [item for key in ("tools", "functions") if isinstance(config.get(key), list) for item in config[key]]
    inner = [item.get("function", item) for item in items if isinstance(item, dict)]
    return tuple(
        Tool(name=one["name"], description=str(one.get("description") or ""), parameters=dict(one["parameters"]))
        for one in inner
        if isinstance(one, dict) and isinstance(one.get("name"), str) and isinstance(one.get("parameters"), dict)
    )
