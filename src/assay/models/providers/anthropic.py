"""Provider ``anthropic``: Anthropic's own interface."""

from assay.models.provider import Provider, Quirks, providers

anthropic = providers.register("anthropic")(
    Provider(
        name="anthropic",
        family="anthropic-messages",
        base_url="https://api.anthropic.com",
        root_path="/v1",
        path="/messages",
        auth="x-api-key",
        headers={"anthropic-version": "2023-06-01"},
        key="env:ANTHROPIC_API_KEY",
        quirks=Quirks(json_schema="none", seed=False),
        price_id="anthropic",
    )
)
