"""The providers of a configuration as it names them: ids, mappings, and files that hold more of them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.promptfoo.environment import render_env
from assay.evaluate.promptfoo.paths import Files, missing
from assay.evaluate.promptfoo.shape import mapping, number, text_of, texts_of
from assay.evaluate.promptfoo.types import Json, ProviderSpec
from assay.evaluate.promptfoo.yaml_file import read_document

_LISTS = (".yaml", ".yml", ".json")
_KEYS = frozenset(["id", "label", "config", "prompts", "transform", "delay", "env", "inputs"])


At = Callable[[int | None], Location]
"""Says where the provider with that number stands; None is the whole list."""


def read_providers(value: Any, files: Files, env: Mapping[str, str], at: At) -> list[ProviderSpec]:
    """The providers, in order.

    Raises:
        BadInput: One that is neither text nor a mapping, or a file that is not there.
    """
    items = value if isinstance(value, list) else [value]
    found = [spec for i, item in enumerate(items) if item is not None for spec in specs_of(item, files, env, at(i))]
    if not found:
        raise BadInput(
            "there is no provider", hint="add one under 'providers'", code="promptfoo.providers", where=at(None)
        )
    return found


def specs_of(item: Any, files: Files, env: Mapping[str, str], where: Location) -> Iterator[ProviderSpec]:
    """The providers that one entry names: itself, or those of the file that it names.

    Raises:
        BadInput: It is neither text nor a mapping, or names a file that is not there.
    """
    if isinstance(item, str):
        if item.startswith("file://") and item.endswith(_LISTS):
            yield from _from_file(item, files, env, where)
        else:
            yield ProviderSpec(kind=item, id=item, where=where)
        return
    if not isinstance(item, dict) or not item:
        raise _wrong(where)
    if isinstance(item.get("id"), str):
        if item["id"].startswith("file://") and item["id"].endswith(_LISTS):
            for spec in _from_file(item["id"], files, env, where):
                yield _spec(
                    spec.kind,
                    {
                        "id": spec.id,
                        "label": spec.label,
                        **item,
                        "config": {**spec.config, **mapping(item.get("config"), "config", where)},
                    },
                    where,
                    own_id=spec.id,
                )
        else:
            yield _spec(item["id"], item, where)
        return
    kind, options = next(iter(item.items()))
    if len(item) != 1 or not isinstance(options, dict | None):
        raise _wrong(where)
    yield _spec(kind, options or {}, where)


def _wrong(where: Location) -> BadInput:
    return BadInput(
        "a provider is neither text nor a mapping with an id",
        hint="write '- echo', or '- id: openai:chat:gpt-4o-mini' with config",
        code="promptfoo.providers",
        where=where,
    )


def _spec(kind: str, options: Json, where: Location, *, own_id: str | None = None) -> ProviderSpec:
    for key in options:
        if key not in _KEYS:
            raise BadInput(
                f"the key {key!r} of the provider {kind!r} is not supported",
                hint=f"its keys are {', '.join(sorted(_KEYS))}; settings stand under 'config'",
                code="promptfoo.unsupported",
                where=where,
            )
    prompts = options.get("prompts")
    return ProviderSpec(
        kind=kind,
        id=own_id or str(options.get("id") or kind),
        label=text_of(options.get("label"), "label", where),
        config=mapping(options.get("config"), "config", where),
        prompts=None if prompts is None else tuple(texts_of(prompts, "prompts", where)),
        transform=text_of(options.get("transform"), "transform", where),
        delay_ms=number(options.get("delay"), "delay", where) or 0.0,
        env=mapping(options.get("env"), "env", where),
        where=where,
    )


def _from_file(reference: str, files: Files, env: Mapping[str, str], where: Location) -> Iterator[ProviderSpec]:
    path = files.locate(reference, where)
    if not path.is_file():
        raise missing(reference, where)
    document = read_document(path, where)
    value = render_env(document.value, env)
    many = isinstance(value, list)
    for i, item in enumerate(value if many else [value]):
        yield from specs_of(item, files, env, document.at(i) if many else document.at())
