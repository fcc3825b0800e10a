"""Provider ``openai``: OpenAI's own interface."""

from assay.models.provider import Provider, Quirks, providers

openai = providers.register("openai")(
    Provider(
        name="openai",
        base_url="https://api.openai.com/v1",
        key="env:OPENAI_API_KEY",
        quirks=Quirks(max_tokens_field="max_completion_tokens", json_schema="strict", developer_role=True),
        price_id="openai",
    )
)
