"""Providers that are models: promptfoo's ids and settings, put to Assay's own client.

OpenAI's dialect is spoken to OpenAI, to every address that a configuration names, and to the services in ``_SERVERS``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.promptfoo.environment import unset_name
from assay.evaluate.promptfoo.providers.caller import Asked, Given
from assay.evaluate.promptfoo.providers.chat_prompt import messages_of
from assay.evaluate.promptfoo.script_text import parse_json
from assay.evaluate.promptfoo.scripting import render_deep
from assay.evaluate.promptfoo.types import Json, ProviderSpec, Response
from assay.models.price import reply_cost
from assay.models.target import Target
from assay.models.types import Parameters, Reply, Request

_SERVERS = {
    "cerebras": ("https://api.cerebras.ai/v1", "CEREBRAS_API_KEY"),
    "deepseek": ("https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
    "fireworks": ("https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY"),
    "github": ("https://models.github.ai/inference", "GITHUB_TOKEN"),
    "groq": ("https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    "hyperbolic": ("https://api.hyperbolic.xyz/v1", "HYPERBOLIC_API_KEY"),
    "litellm": ("http://0.0.0.0:4000", "LITELLM_API_KEY"),
    "llama.cpp": ("http://127.0.0.1:8080/v1", None),
    "localai": ("http://localhost:8080/v1", "LOCALAI_API_KEY"),
    "mistral": ("https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
    "ollama": ("http://localhost:11434/v1", None),
    "openrouter": ("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    "perplexity": ("https://api.perplexity.ai", "PERPLEXITY_API_KEY"),
    "togetherai": ("https://api.together.xyz/v1", "TOGETHER_API_KEY"),
    "vllm": ("http://localhost:8080/v1", "VLLM_API_KEY"),
    "xai": ("https://api.x.ai/v1", "XAI_API_KEY"),
}
_REASONING = ("o1", "o3", "o4", "gpt-5")
_DEFAULT_MAX_TOKENS = 1024
_PASSED_ON = [
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "functions",
    "function_call",
    "logit_bias",
    "logprobs",
    "top_logprobs",
    "user",
    "metadata",
    "verbosity",
    "modalities",
    "service_tier",
    "store",
    "prediction",
]
_IGNORED = frozenset(
    [
        "apiKey",
        "apiKeyEnvar",
        "apiBaseUrl",
        "apiHost",
        "apiKeyRequired",
        "apiVersion",
        "organization",
        "cost",
        "inputCost",
        "outputCost",
        "headers",
        "passthrough",
        "showThinking",
        "functionToolCallbacks",
        "maxRetries",
        "omitDefaults",
    ]
)


@dataclass(frozen=True, slots=True)
class ModelId:
    """A provider's id taken apart: the family before the first colon, and the model."""

    family: str
    model: str


def model_id(kind: str) -> ModelId | None:
    """The parts of an id that names a model; None for one that does not."""
    family, _, rest = kind.partition(":")
    if family in {"openai", "anthropic", "azure", "azureopenai", *_SERVERS}:
        mode, colon, model = rest.partition(":")
        if colon and mode in {"chat", "messages"}:
            rest = model
        return ModelId(family, rest)
    return None


EMBEDDINGS = "openai:embedding:text-embedding-3-large"
_VECTOR_MODES = ("embedding", "embeddings")


def embedding_target(spec: ProviderSpec | None, env: Mapping[str, str]) -> Target | None:
    """The embeddings model that a provider is; where it is none, OpenAI's, and without OpenAI's key the embedded one.

    Args:
        spec: The provider that a test or an assertion names, if any.
        env: The configuration's environment.
    """
    if spec is None or spec.kind.split(":")[1:2] not in [[mode] for mode in _VECTOR_MODES]:
        if not env.get("OPENAI_API_KEY"):
            return None
        spec = ProviderSpec(kind=EMBEDDINGS, id=EMBEDDINGS, where=Location("-"))
    family, _, model = spec.kind.split(":", 2)
    return _target(spec, ModelId(family, model), env)


def target_of(spec: ProviderSpec, env: Mapping[str, str]) -> Target | None:
    """Whom a provider that is a model asks: name, address and the reference of the key; None for any other provider.

    Raises:
        BadInput: Its key is written out, or its variable is not set.
    """
    found = model_id(spec.kind)
    return None if found is None else _target(spec, found, env)


class Model:
    """A model behind Assay's client.

    Raises:
        BadInput: An id or a setting that is not supported.
    """

    kept = True

    def __init__(self, spec: ProviderSpec, found: ModelId, given: Given) -> None:
        self._spec = spec
        self._given = given
        self._found = found
        _check_mode(spec, found)
        self._target = _target(spec, found, given.env)

    def shaping(self, asked: Asked) -> list[object]:
        """The settings that the prompt and the test add."""
        return [str(self._target), self._target.base_url, self._settings(asked)]

    async def call(self, asked: Asked) -> Response:
        """The model's answer."""
        settings = await render_deep(self._given.scripts, self._settings(asked), asked.values)
        request = Request(
            model=self._target.model,
            messages=messages_of(asked.text),
            parameters=_parameters(settings, self._found, self._given.env, asked.repeat),
        )
        reply = await self._given.client.generate(
            self._target, request, timeout_s=self._given.timeout_s, idempotency_key=asked.key
        )
        return _response(self._target, reply, settings)

    def _settings(self, asked: Asked) -> Json:
        known = {*Parameters.__struct_fields__, *_PASSED_ON, "max_completion_tokens", "response_format"}
        over = {name: value for name, value in asked.config.items() if name in known}
        return {name: value for name, value in {**self._spec.config, **over}.items() if value is not None}


def _check_mode(spec: ProviderSpec, found: ModelId) -> None:
    mode = found.model.partition(":")[0]
    if found.family == "openai" and (
        mode in {"responses", "completion", "embedding", "embeddings", "assistant", "image"}
    ):
        raise BadInput(
            f"the provider {spec.kind!r} is not supported: only chat models of OpenAI's dialect are called",
            hint="write openai:chat:MODEL",
            code="promptfoo.unsupported",
            where=spec.where,
        )
    if not found.model:
        raise BadInput(
            f"the provider {spec.kind!r} names no model",
            hint=f"write {found.family}:chat:MODEL",
            code="promptfoo.provider",
            where=spec.where,
        )


def _target(spec: ProviderSpec, found: ModelId, env: Mapping[str, str]) -> Target:
    config, key = spec.config, _key(spec, env)
    base: str | None = config.get("apiBaseUrl")
    if found.family == "anthropic":
        base = base or env.get("ANTHROPIC_BASE_URL")
        return Target(provider="anthropic", model=found.model, base_url=base, key=key or "env:ANTHROPIC_API_KEY")
    if found.family in {"azure", "azureopenai"}:
        host = base or config.get("apiHost") or env.get("AZURE_API_HOST")
        return Target(provider="azure-openai", model=found.model, base_url=_address(host) if host else None, key=key)
    if found.family in _SERVERS:
        address, variable = _SERVERS[found.family]
        if found.family == "ollama" and env.get("OLLAMA_BASE_URL"):
            address = env["OLLAMA_BASE_URL"].rstrip("/") + "/v1"
        key = key or (f"env:{variable}" if variable and env.get(variable) else None)
        return Target(provider="openai-compatible", model=found.model, base_url=base or address, key=key)
    host = config.get("apiHost") or env.get("OPENAI_API_HOST")
    base = f"https://{host}/v1" if host else base or env.get("OPENAI_API_BASE_URL") or env.get("OPENAI_BASE_URL")
    return Target(provider="openai", model=found.model, base_url=base, key=key or "env:OPENAI_API_KEY")


def _address(host: str) -> str:
    return host if host.startswith(("http://", "https://")) else f"https://{host}"


def _key(spec: ProviderSpec, env: Mapping[str, str]) -> str | None:
    named = spec.config.get("apiKeyEnvar")
    if isinstance(named, str):
        return f"env:{named}"
    if (literal := spec.config.get("apiKey")) is None:
        return None
    # A key that came from the environment is named by its variable again, so that it is stored and shown nowhere.
    name = next((name for name, value in env.items() if value == literal), None)
    if name is not None:
        return f"env:{name}"
    if (unset := unset_name(literal)) is not None:
        raise BadInput(
            f"the environment variable {unset} is not set",
            hint=f"set it: it is the key of the provider {spec.id!r}",
            code="promptfoo.api_key",
            where=spec.where,
        )
    raise BadInput(
        f"the provider {spec.id!r} has its key written out",
        hint="put the key into an environment variable, and write apiKey: '{{env.NAME}}'",
        code="promptfoo.api_key",
        where=spec.where,
    )


def is_reasoning(model: str) -> bool:
    """Whether a model of OpenAI's reasons first, and takes no temperature."""
    return model.startswith(_REASONING)


def _parameters(settings: Json, found: ModelId, env: Mapping[str, str], repeat: int) -> Parameters:
    reasoning = found.family == "openai" and is_reasoning(found.model)
    longest = settings.get("max_completion_tokens", settings.get("max_tokens"))
    temperature = settings.get("temperature")
    if not reasoning and settings.get("omitDefaults") is not True:
        longest = _number(env.get("OPENAI_MAX_TOKENS"), _DEFAULT_MAX_TOKENS) if longest is None else longest
        temperature = _number(env.get("OPENAI_TEMPERATURE"), 0) if temperature is None else temperature
    seed = settings.get("seed")
    stop = settings.get("stop") or ()
    extra = {name: settings[name] for name in (*_PASSED_ON, "response_format") if name in settings}
    return Parameters(
        temperature=None if reasoning else temperature,
        top_p=settings.get("top_p"),
        max_tokens=None if longest is None else int(longest),
        seed=None if seed is None else int(seed) + repeat,
        stop=(stop,) if isinstance(stop, str) else tuple(stop),
        frequency_penalty=settings.get("frequency_penalty"),
        presence_penalty=settings.get("presence_penalty"),
        reasoning_effort=settings.get("reasoning_effort"),
        extra={**extra, **(settings.get("passthrough") or {})},
    )


def _number(text: str | None, default: float) -> float:
    try:
        return float(text) if text else default
    except ValueError:
        return default


def _response(target: Target, reply: Reply, settings: Json) -> Response:
    usage = {"prompt": reply.usage.input, "completion": reply.usage.output, "cached": reply.usage.cached}
    tokens: Json = {name: number for name, number in usage.items() if number is not None}
    tokens["total"] = (reply.usage.input or 0) + (reply.usage.output or 0)
    tokens["numRequests"] = 1
    price = reply_cost(target, reply).usd
    return Response(
        output=_output(reply, settings),
        tokenUsage=tokens,
        cost=None if price is None else float(price),
        latencyMs=reply.latency_ms,
        finishReason=reply.finish,
        isRefusal=reply.refusal is not None,
        logProbs=list(reply.logprobs),
        raw={"model": reply.model, "finish_reason": reply.finish},
    )


def _output(reply: Reply, settings: Json) -> Any:
    if reply.refusal is not None and not reply.text:
        return reply.refusal
    calls = [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in reply.tool_calls
    ]
    if calls:
        return calls if not reply.text else {"role": "assistant", "content": reply.text, "tool_calls": calls}
    form = settings.get("response_format")
    if isinstance(form, dict) and form.get("type") == "json_schema":
        try:
            return parse_json(reply.text)
        except ValueError:
            return reply.text
    return reply.text
