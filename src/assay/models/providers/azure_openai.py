"""Provider ``azure-openai``: OpenAI's models as deployments in Azure; the model is the deployment's name."""

from assay.models.provider import Provider, Quirks, providers

azure_openai = providers.register("azure-openai")(
    Provider(
        name="azure-openai",
        base_url_env="AZURE_OPENAI_ENDPOINT",
        root_path="/openai/v1",
        auth="api-key",
        key="env:AZURE_OPENAI_API_KEY",
        quirks=Quirks(max_tokens_field="max_completion_tokens", json_schema="strict", developer_role=True),
        price_id="azure",
    )
)
