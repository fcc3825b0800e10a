"""Provider ``sequence``: several inputs one after another, each put to the column's own provider."""

from typing import Any

from assay.core.errors import BadInput
from assay.evaluate.promptfoo.providers.caller import Asked, Caller, Given
from assay.evaluate.promptfoo.script_text import output_text
from assay.evaluate.promptfoo.scripting import has_tags
from assay.evaluate.promptfoo.types import ProviderSpec, Response

_SEPARATOR = "\n---\n"


class Sequence:
    """Puts each input to another provider and joins the answers."""

    kept = False

    def __init__(self, spec: ProviderSpec, given: Given, original: Caller | None) -> None:
        inputs = spec.config.get("inputs")
        if not isinstance(inputs, list) or not all(isinstance(item, str) for item in inputs):
            raise BadInput(
                "the provider 'sequence' has no list of inputs",
                hint="write config: {inputs: [first, second]}",
                code="promptfoo.sequence",
                where=spec.where,
            )
        if original is None:
            raise BadInput(
                "the provider 'sequence' stands alone",
                hint="name it as a test's provider; the column's provider is asked",
                code="promptfoo.sequence",
                where=spec.where,
            )
        self._inputs: list[str] = inputs
        self._separator = str(spec.config.get("separator", _SEPARATOR))
        self._given = given
        self._original = original

    def shaping(self, asked: Asked) -> list[object]:
        """What shapes the answers of the other provider."""
        return self._original.shaping(asked)

    async def call(self, asked: Asked) -> Response:
        """All answers together."""
        outputs: list[str] = []
        usage: dict[str, Any] = {}
        for text in self._inputs:
            values = {**asked.values, "prompt": asked.text}
            rendered = await self._given.scripts.render(text, values) if has_tags(text) else text
            found = await self._original.call(
                Asked(text=rendered, values=asked.values, prompt=asked.prompt, config=asked.config, test=asked.test)
            )
            if found.error is not None:
                return found
            outputs.append(output_text(found.output))
            for name, number in found.tokenUsage.items():
                usage[name] = usage.get(name, 0) + (number or 0)
        return Response(output=self._separator.join(outputs), tokenUsage=usage)
