"""Provider ``echo``: the prompt is the answer, at no cost."""

from assay.evaluate.promptfoo.providers.caller import Asked
from assay.evaluate.promptfoo.types import Response


class Echo:
    """Answers with the prompt itself."""

    kept = False

    def shaping(self, asked: Asked) -> list[object]:  # noqa: ARG002 - every provider takes it
        """Nothing."""
        return []

    async def call(self, asked: Asked) -> Response:
        """The prompt."""
        return Response(
            output=asked.text, cost=0.0, tokenUsage={"total": 0, "prompt": 0, "completion": 0}, raw=asked.text
        )
