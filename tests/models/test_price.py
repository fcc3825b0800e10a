from decimal import Decimal

import genai_prices
import pytest
from genai_prices import data_snapshot
from hypothesis import given
from hypothesis import strategies as st

from assay.models.price import cost, reply_cost
from assay.models.target import Target, parse_target
from assay.models.types import Reply, Usage

# A plain price, one with a cached price, tiers by length, prices by date, and none for what is cached.
MODELS = ["gpt-4o-mini", "gpt-4.1", "gpt-5.4", "gpt-6-luna", "o3", "gpt-4-turbo", "gpt-5.6-terra", "o1"]


def calculated(usage, model, provider="openai", tier=None):
    """What the price list's own library makes of it."""
    parts = genai_prices.Usage(
        input_tokens=usage.input,
        output_tokens=usage.output,
        cache_read_tokens=usage.cached,
        cache_write_tokens=usage.cache_write,
        output_reasoning_tokens=usage.reasoning,
    )
    context = {"service_tier": tier} if tier else None
    return genai_prices.calc_price(parts, model, provider_id=provider, price_context=context).total_price


@st.composite
def usages(draw):
    sent, written = draw(st.integers(0, 600_000)), draw(st.integers(0, 100_000))
    cached = draw(st.integers(0, sent))
    return Usage(
        input=sent,
        output=written,
        cached=draw(st.sampled_from([cached, 0])),
        cache_write=draw(st.integers(0, sent - cached)),
        reasoning=draw(st.integers(0, written)),
    )


@given(usage=usages(), model=st.sampled_from(MODELS), tier=st.sampled_from([None, "default", "flex", "priority", "x"]))
def test_a_cost_is_exactly_what_the_price_list_makes_of_it(usage, model, tier):
    found = cost("openai", model, usage, service_tier=tier)

    assert found.usd == calculated(usage, model, tier=tier)
    assert isinstance(found.usd, Decimal)
    assert found.source == f"genai-prices {genai_prices.__version__}: openai"


@given(usage=usages())
def test_azure_falls_back_on_openais_models_as_the_price_list_does(usage):
    found = cost("azure-openai", "gpt-5-mini", usage, base_url="https://gateway.invalid/x", service_tier="flex")

    assert found.usd == calculated(usage, "gpt-5-mini", provider="azure", tier="flex")


@given(usage=usages())
def test_reasoning_and_each_request_have_their_price_where_the_list_names_one(usage):
    at = {"base_url": "https://api.perplexity.ai"}

    assert cost("openai-compatible", "sonar", usage, **at).usd == calculated(usage, "sonar", "perplexity")
    assert cost("openai-compatible", "sonar-deep-research", usage, **at).usd == calculated(
        usage, "sonar-deep-research", "perplexity"
    )


def test_cached_input_costs_less():
    usage = Usage(input=1_000_000, output=0, cached=0)
    cached = Usage(input=1_000_000, output=0, cached=1_000_000)

    assert cost("openai", "gpt-4o-mini", usage).usd == Decimal("0.15")
    assert cost("openai", "gpt-4o-mini", cached).usd == Decimal("0.075")


def test_tokens_of_which_it_is_not_known_whether_they_were_cached_are_priced_as_not_cached():
    assert cost("openai", "gpt-4o-mini", Usage(input=1_000_000, output=0)).usd == Decimal("0.15")


USED = Usage(input=1, output=1)


@pytest.mark.parametrize(
    ("provider", "model", "usage", "base_url", "reason"),
    [
        pytest.param("openai", "no-such-model", USED, None, "no price for 'no-such-model'", id="model"),
        pytest.param("openai", "gpt-4o", Usage(), None, "does not say how many tokens", id="usage"),
        pytest.param("openai", "gpt-4o", Usage(input=1), None, "does not say how many tokens", id="half-the-usage"),
        pytest.param("openai", "gpt-4o", Usage(input=1, output=1, cached=2), None, "more than the whole", id="parts"),
        pytest.param("openai", "tts-1", USED, None, "no price for some", id="not-by-token"),
        pytest.param("openai", "text-embedding-3-small", USED, None, "no price for some", id="no-output"),
        pytest.param("openai", "gpt-4o", USED, "http://127.0.0.1:9/v1", "127.0.0.1:9", id="elsewhere"),
        pytest.param("openai-compatible", "gpt-4o", USED, "http://h.invalid", "h.invalid", id="host"),
        pytest.param("openai-compatible", "gpt-4o", USED, None, "has a price list", id="no-address"),
    ],
)
def test_what_is_not_known_is_none_with_the_reason(provider, model, usage, base_url, reason):
    found = cost(provider, model, usage, base_url=base_url)

    assert found.usd is None
    assert found.source.startswith("unknown: ")
    assert reason in found.source


@pytest.mark.parametrize(
    ("base_url", "model", "listed"),
    [
        ("https://api.groq.com/openai/v1", "llama-3.3-70b-versatile", "groq"),
        ("https://api.deepseek.com/v1", "deepseek-chat", "deepseek"),
        ("https://openrouter.ai/api/v1", "openai/gpt-4o-mini", "openrouter"),
        ("https://shop.openai.azure.com/openai/v1", "gpt-4o", "azure"),
    ],
)
def test_a_servers_address_leads_to_its_prices(base_url, model, listed):
    found = cost("openai-compatible", model, Usage(input=1000, output=1000), base_url=base_url)

    assert found.usd > 0
    assert found.source.endswith(f": {listed}")


def test_what_is_listed_as_free_costs_nothing():
    usage = Usage(input=1000, output=1000)

    assert cost("openai-compatible", "mistral-nemo:free", usage, base_url="https://openrouter.ai/api/v1").usd == 0


def test_the_embedded_model_costs_nothing_whatever_it_used():
    assert cost("embedded", "smollm2-135m-instruct", Usage()).usd == Decimal(0)


def test_a_reply_is_priced_as_the_model_that_answered_and_else_as_the_one_asked_for():
    used = Usage(input=1_000_000, output=0)
    target = Target(provider="azure-openai", model="triage-west")
    deployment = reply_cost(target, Reply(text="", model="gpt-4o-mini-2024-07-18", usage=used))
    no_name = reply_cost(parse_target("openai/gpt-4o-mini"), Reply(text="", model="", usage=used))
    odd_name = reply_cost(parse_target("openai/gpt-4o-mini"), Reply(text="", model="x", usage=used))
    flex = reply_cost(parse_target("openai/gpt-6-luna"), Reply(text="", model="", usage=used, service_tier="flex"))

    assert {deployment.usd, no_name.usd, odd_name.usd} == {Decimal("0.15")}
    assert flex.usd == calculated(used, "gpt-6-luna", tier="flex")
    assert reply_cost(target, Reply(text="", model="x", usage=used)).usd is None


def test_prices_that_were_fetched_by_somebody_else_are_not_used():
    before = cost("openai", "o4-mini", Usage(input=1_000_000, output=0)).usd
    data_snapshot.set_custom_snapshot(data_snapshot.DataSnapshot(providers=[], from_auto_update=True))
    try:
        assert cost("openai", "o4-mini", Usage(input=1_000_000, output=0)).usd == before
        assert cost("openai", "gpt-4.1-nano", Usage(input=1_000_000, output=0)).usd == Decimal("0.1")
    finally:
        data_snapshot.set_custom_snapshot(None)
