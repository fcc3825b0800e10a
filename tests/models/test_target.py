import pytest

from assay.core.errors import BadInput, UnknownName
from assay.core.location import Location
from assay.models.target import Target, parse_target


@pytest.mark.parametrize(
    ("text", "provider", "model"),
    [
        ("openai/gpt-4o-mini", "openai", "gpt-4o-mini"),
        ("openai-compatible/meta-llama/Llama-3.3-70B", "openai-compatible", "meta-llama/Llama-3.3-70B"),
        (" azure-openai/triage ", "azure-openai", "triage"),
        ("embedded/smollm2-135m-instruct", "embedded", "smollm2-135m-instruct"),
        ("embedded", "embedded", "smollm2-135m-instruct"),
    ],
)
def test_the_first_slash_parts_provider_and_model(text, provider, model):
    assert parse_target(text) == Target(provider=provider, model=model)


def test_address_and_key_are_checked_and_kept():
    target = parse_target("openai/gpt-4o", base_url="http://127.0.0.1:9/v1/", key="env:SHOP_KEY")

    assert target == Target(provider="openai", model="gpt-4o", base_url="http://127.0.0.1:9/v1", key="env:SHOP_KEY")
    assert str(target) == "openai/gpt-4o"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        pytest.param("opnai/gpt-4o", "did you mean 'openai'?", id="misspelt-provider"),
        pytest.param("embeded", "did you mean 'embedded'?", id="misspelt-alone"),
        pytest.param("gpt-4o-mini", "PROVIDER/MODEL", id="no-provider"),
        pytest.param("openai/", "openai/MODEL", id="no-model"),
        pytest.param("openai", "openai/MODEL", id="no-slash"),
        pytest.param("", "PROVIDER/MODEL", id="empty"),
        pytest.param("/gpt-4o", "known:", id="empty-provider"),
    ],
)
def test_what_names_no_model_is_refused_with_what_would_be_right(text, hint):
    with pytest.raises(BadInput) as caught:
        parse_target(text, where=Location("assay.yaml", 3))

    assert hint in caught.value.hint
    assert str(caught.value).startswith("assay.yaml:3: ")


def test_an_unknown_provider_is_an_unknown_name():
    with pytest.raises(UnknownName, match="no provider is named 'claude'"):
        parse_target("claude/opus")


def test_a_key_itself_is_refused_without_repeating_it():
    with pytest.raises(BadInput) as caught:
        parse_target("openai/gpt-4o", key="sk-abcdef012345")

    assert "sk-abcdef012345" not in f"{caught.value} {caught.value.hint}"
