"""One prompt of a suite on several models: the variants that take the place of the suite's own."""

from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from assay.core.errors import BadInput, unknown_name
from assay.evaluate.types import Suite, VariantSpec
from assay.models.target import parse_target

BETWEEN = " + "
"""Between a model and the prompt that is tried on it, in a variant's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """Which models, and what is tried.

    Attributes:
        models: ``PROVIDER/MODEL`` of each.
        addresses: Model -> its server, where it is not the provider's own.
        variant: The suite's variant whose prompt they answer; None is the gate's candidate, or the last.
        tried: Other prompts that the last model answers as well.
    """

    models: tuple[str, ...]
    addresses: dict[str, str] = field(default_factory=dict)
    variant: str | None = None
    tried: tuple[str, ...] = ()


def on_models(suite: Suite, choice: ModelChoice) -> Suite:
    """The suite with a variant for each model, and without a gate: what is compared decides nothing.

    Raises:
        BadInput: There is no such variant, or a model is named twice.
    """
    spec = _variant(suite, choice.variant)
    _check_twice(choice)
    variants = [_on(spec, model, model, choice) for model in choice.models]
    last = choice.models[-1]
    for path in choice.tried:
        name = f"{last}{BETWEEN}{PurePosixPath(path).name}"
        variants.append(replace(_on(spec, last, name, choice), prompt=path))
    return replace(suite, variants=tuple(variants), gate=None)


def _check_twice(choice: ModelChoice) -> None:
    """Refuse a model that is named twice, also once by its provider alone, whose default model it is."""
    seen: dict[str, str] = {}
    for name in choice.models:
        model = str(parse_target(name))
        if model in seen:
            also = "" if name == seen[model] else f", as {seen[model]!r} and as {name!r}"
            raise BadInput(f"the model {model} is named twice{also}", hint="name each once", code="models.twice")
        seen[model] = name


def _variant(suite: Suite, name: str | None) -> VariantSpec:
    names = [variant.name for variant in suite.variants]
    compared = suite.gate.compare if suite.gate is not None else None
    wanted = name or (compared.candidate if compared is not None else names[-1])
    if wanted not in names:
        raise unknown_name("variant", wanted, names, code="models.variant")
    return suite.variants[names.index(wanted)]


def _on(spec: VariantSpec, model: str, name: str, choice: ModelChoice) -> VariantSpec:
    return replace(spec, name=name, model=model, base_url=choice.addresses.get(model), key=None)
