"""Provider ``openai-compatible``: any server that speaks OpenAI's chat interface, at an address that you give."""

from assay.models.provider import Provider, providers

openai_compatible = providers.register("openai-compatible")(Provider(name="openai-compatible"))
