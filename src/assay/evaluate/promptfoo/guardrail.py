"""The assertions ``guardrails`` and ``moderation``: what a provider says of its own checks, and who else is asked."""

from collections.abc import Mapping

from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.promptfoo.score import Result
from assay.evaluate.promptfoo.types import Json, Response

_OPENAI = "https://api.openai.com/v1"
_MODERATION = "openai:moderation"


def guardrails_result(response: Response, *, inverse: bool) -> Result:
    """Whether the provider's checks let the answer pass; one that says nothing of checks has none, and passes."""
    told = response.guardrails
    flagged = bool(told.get("flagged")) or response.isRefusal or response.finishReason == "content_filter"
    applied = flagged or bool(told)
    reason = str(told.get("reason") or ("the guardrails flagged it" if flagged else "the guardrails let it pass"))
    passed = flagged == inverse
    return Result(passed=passed, score=float(passed), reason=reason if applied else "no guardrail was applied")


def moderation_settings(assertion: Json, env: Mapping[str, str], where: Location) -> Json:
    """The settings of the grader ``moderation``: OpenAI's endpoint, wherever the environment has it.

    Raises:
        BadInput: Another service is named, or there is no key.
    """
    own = assertion.get("provider")
    kind = own.get("id") if isinstance(own, dict) else own
    kind = _MODERATION if kind is None else str(kind)
    if kind != _MODERATION and not kind.startswith(f"{_MODERATION}:"):
        raise BadInput(
            f"the moderation provider {kind!r} is not supported",
            hint=f"write {_MODERATION}, or leave it out",
            code="promptfoo.unsupported",
            where=where,
        )
    if not env.get("OPENAI_API_KEY"):
        raise BadInput(
            "the assertion 'moderation' asks OpenAI, and there is no key",
            hint="set OPENAI_API_KEY",
            code="promptfoo.no_key",
            where=where,
        )
    base = env.get("OPENAI_API_BASE_URL") or env.get("OPENAI_BASE_URL") or _OPENAI
    model = kind.removeprefix(_MODERATION).removeprefix(":")
    return {
        "url": f"{base.rstrip('/')}/moderations",
        "headers": {"Authorization": "Bearer env:OPENAI_API_KEY"},
        **({"model": model} if model else {}),
    }
