import pytest

from assay.core.errors import UnknownName
from assay.models.address import normalise_base_url
from assay.models.provider import providers
from assay.models.secret import check_reference


def test_the_built_in_providers():
    assert {"azure-openai", "embedded", "openai", "openai-compatible"} <= set(providers.names())


@pytest.mark.parametrize("name", providers.names())
def test_a_row_holds_together(name):
    provider = providers.get(name)

    assert provider.name == name
    assert provider.base_url is None or normalise_base_url(provider.base_url) == provider.base_url
    assert provider.key is None or check_reference(provider.key)
    assert provider.path.startswith("/")


def test_an_unknown_provider_suggests_the_nearest():
    with pytest.raises(UnknownName) as caught:
        providers.get("azure-opnai")

    assert caught.value.hint == "did you mean 'azure-openai'?"
