"""What a reply cost, in US dollars: exact, from the price lists inside the package ``genai-prices``.

What is not known is None with the reason, never 0. Nothing is fetched. Loading the lists takes most of a
second and one calculation there 70 µs; so they are loaded at first use, a price is looked up once for each
provider, model and address, and a reply costs a handful of multiplications.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from assay.core.clock import SystemClock
from assay.models.address import host_of
from assay.models.provider import Provider, providers
from assay.models.target import Target
from assay.models.types import Cost, Reply, Usage

if TYPE_CHECKING:
    from genai_prices.data_snapshot import DataSnapshot
    from genai_prices.types import ModelInfo, ModelPrice, TieredPrices

_TOKENS_PER_PRICE = 1_000_000
_REQUESTS_PER_PRICE = 1_000
_MAX_KNOWN = 64
_CLOCK = SystemClock()
_NEVER = datetime.min.replace(tzinfo=UTC)  # for prices without conditions

_EMBEDDED = Cost(usd=Decimal(0), source="embedded: it runs on this machine")
_NO_PRICE = Cost(usd=None, source="unknown: neither the provider nor the server's address has a price list")
_NO_USAGE = Cost(usd=None, source="unknown: the answer does not say how many tokens it used")
_BAD_USAGE = Cost(usd=None, source="unknown: the parts of the usage are more than the whole")


def reply_cost(target: Target, reply: Reply) -> Cost:
    """What the reply to a call of the target cost.

    The model that answered, by its own account, goes before the one that was asked for, as a deployment
    may have any name.
    """
    found = _NO_PRICE
    for model in dict.fromkeys((reply.model or target.model, target.model)):
        found = cost(target.provider, model, reply.usage, base_url=target.base_url, service_tier=reply.service_tier)
        if found.usd is not None:
            break
    return found


def cost(
    provider_name: str, model: str, usage: Usage, *, base_url: str | None = None, service_tier: str | None = None
) -> Cost:
    """What a call cost, at the prices that hold now.

    Tokens of which it is not known whether they were cached are priced as not cached.

    Args:
        provider_name: The provider of the call's target.
        model: The model that answered.
        usage: Tokens, in the normal form.
        base_url: The target's address, where it is not the provider's own. Its prices are then those of the
            provider that the address belongs to.
        service_tier: The class of service by the answer's own account.

    Returns:
        ``usd`` and the list that it is from; None and the reason where model, price or usage is unknown.
    """
    listing = _listing(provider_name, model, base_url)
    if isinstance(listing, Cost):
        return listing
    if usage.input is None or usage.output is None:
        return _NO_USAGE
    return listing.rates(service_tier).cost(usage, usage.input, usage.output)


class _Rate(msgspec.Struct, frozen=True):
    """The price of one token; ``tiers`` hold (more input tokens than, price), the highest first."""

    price: Decimal
    tiers: tuple[tuple[int, Decimal], ...] = ()

    def of(self, tokens: int, all_input: int) -> Decimal:
        for above, price in self.tiers:
            if all_input > above:
                return price * tokens
        return self.price * tokens


class _Rates(msgspec.Struct, frozen=True, kw_only=True):
    """All prices that a call of one model can meet; None where the list names none."""

    source: str
    input: _Rate | None
    output: _Rate | None
    cached: _Rate | None
    cache_write: _Rate | None
    reasoning: _Rate | None
    request: Decimal
    free: bool

    def cost(self, usage: Usage, sent: int, written: int) -> Cost:
        """The sum over the parts; a part without a price of its own counts as the whole that it is in."""
        cached = usage.cached or 0 if self.cached else 0
        stored = usage.cache_write or 0 if self.cache_write else 0
        thought = usage.reasoning or 0 if self.reasoning else 0
        parts = (
            (self.input, sent - cached - stored),
            (self.cached, cached),
            (self.cache_write, stored),
            (self.output, written - thought),
            (self.reasoning, thought),
        )
        usd = self.request
        for rate, tokens in parts:
            if tokens < 0:
                return _BAD_USAGE
            if tokens and rate is not None:
                usd += rate.of(tokens, sent)
            elif tokens and not self.free:
                return Cost(usd=None, source=f"unknown: {self.source} has no price for some of the tokens used")
        return Cost(usd=usd, source=self.source)


class _Listing:
    """A model in the price list: its rates by class of service, and by which of its conditions hold."""

    def __init__(self, model: "ModelInfo", *, source: str, tiers: bool) -> None:
        self._model = model
        self._source = source
        self._tiers = tiers
        dated = model.prices if isinstance(model.prices, list) else []
        constraints = [price.constraint for price in (*dated, *(model.price_variants or ()))]
        self._constraints = [constraint for constraint in constraints if constraint is not None]
        self._known: dict[tuple[object, ...], _Rates] = {}

    def rates(self, service_tier: str | None) -> _Rates:
        """The rates that hold now."""
        now_utc = _CLOCK.now_utc() if self._constraints else _NEVER
        holds = (service_tier, *[constraint.active(now_utc) for constraint in self._constraints])
        found = self._known.get(holds)
        if found is None:
            context = {"service_tier": service_tier} if service_tier and self._tiers else None
            found = _compile(self._model.get_prices(now_utc, context), self._source)
            if len(self._known) < _MAX_KNOWN:
                self._known[holds] = found
        return found


@lru_cache(maxsize=4096)
def _listing(provider_name: str, model: str, base_url: str | None) -> _Listing | Cost:
    provider = providers.get(provider_name)
    if provider.on_demand:
        return _EMBEDDED
    list_name, address = _list_of(provider, base_url)
    if list_name is None and address is None:
        return _NO_PRICE
    if list_name is None and _is_private(address or ""):
        return Cost(usd=None, source=f"unknown: no price list knows {host_of(address or '')}")
    try:
        listed_by, info = _library().lists.find_provider_model(model, None, list_name, address)
    except LookupError:
        place = list_name or host_of(address or "")
        return Cost(usd=None, source=f"unknown: {_library().name} has no price for {model!r} at {place}")
    # A price list that falls back on another's model keeps to its standard prices.
    tiers = any(info is own for own in listed_by.models)
    return _Listing(info, source=f"{_library().name}: {listed_by.id}", tiers=tiers)


def _list_of(provider: Provider, base_url: str | None) -> tuple[str | None, str | None]:
    """The price list's name, or else the address by which it is found."""
    at_home = provider.base_url is None or base_url in {None, provider.base_url}
    if provider.price_id is not None and at_home:
        return provider.price_id, None
    return None, base_url or provider.base_url


def _is_private(base_url: str) -> bool:
    """Whether the host is a number or of this machine; price lists go by public names, so none is loaded for it."""
    host = urlsplit(base_url).hostname or ""
    return "." not in host or ":" in host or host.replace(".", "").isdecimal()


def _compile(prices: "ModelPrice", source: str) -> _Rates:
    named = {name: value for name, value in vars(prices).items() if value is not None}

    def rate(name: str) -> _Rate | None:
        return _rate(named.get(name))

    per_request = named.get("requests_kcount")
    return _Rates(
        source=source,
        input=rate("input_mtok"),
        output=rate("output_mtok"),
        cached=rate("cache_read_mtok"),
        cache_write=rate("cache_write_mtok"),
        reasoning=rate("output_reasoning_mtok"),
        request=per_request / _REQUESTS_PER_PRICE if isinstance(per_request, Decimal) else Decimal(0),
        free=not named,
    )


def _rate(price: object) -> _Rate | None:
    if isinstance(price, _library().tiered):
        tiers = tuple((tier.start, tier.price / _TOKENS_PER_PRICE) for tier in reversed(price.tiers))
        return _Rate(price.base / _TOKENS_PER_PRICE, tiers)
    return _Rate(price / _TOKENS_PER_PRICE) if isinstance(price, Decimal) else None


@dataclass(frozen=True, slots=True)
class _Library:
    """What is needed of ``genai-prices``; ``lists`` are our own, as its shared ones may be replaced by its updater."""

    lists: "DataSnapshot"
    tiered: "type[TieredPrices]"
    name: str


@cache
def _library() -> _Library:
    import genai_prices  # noqa: PLC0415 - loads for most of a second
    from genai_prices.data import providers as price_lists  # noqa: PLC0415 - as above
    from genai_prices.data_snapshot import DataSnapshot  # noqa: PLC0415 - as above

    lists = DataSnapshot(providers=price_lists, from_auto_update=False)
    return _Library(lists, genai_prices.types.TieredPrices, f"genai-prices {genai_prices.__version__}")
