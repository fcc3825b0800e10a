"""Where a call goes: the address, the head of the request and the key, from a target and its provider's row.

Addresses and heads are made once; the key is looked up for each call, so that one that was changed is
used at once. Sends nothing (``client.py`` does).
"""

import os
from collections.abc import Awaitable, Callable, Mapping

import msgspec
from multidict import CIMultiDict
from yarl import URL

from assay._version import __version__
from assay.core.errors import BadInput, Unavailable
from assay.models.address import host_of, join, normalise_base_url
from assay.models.provider import Auth, Provider, providers
from assay.models.secret import Secret, resolve_secret, split_references
from assay.models.target import Target

EmbeddedEndpoint = Callable[[], Awaitable[tuple[str, str]]]
"""Gives the base address and the key of the embedded model's server, which it starts when needed."""

_MAX_KNOWN = 1024


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """A target made ready.

    Attributes:
        url: The full address of the call.
        host: Host and port: all of the address that messages show.
        headers: What every call's head says, the key included.
        secret: The key, to be kept out of messages; None where none is shown.
        provider: The provider's row.
    """

    url: URL
    host: str
    headers: CIMultiDict[str]
    secret: Secret | None
    provider: Provider

    def __repr__(self) -> str:
        return f"Route({self.provider.name}, {self.host})"  # the headers hold the key


class Routes:
    """Routes by target, made at first use.

    Args:
        embedded_endpoint: Where the embedded model is; None where there is none.
        environ: Where keys and addresses are looked up.
    """

    def __init__(
        self, *, embedded_endpoint: EmbeddedEndpoint | None = None, environ: Mapping[str, str] = os.environ
    ) -> None:
        self._embedded_endpoint = embedded_endpoint
        self._environ = environ
        self._known: dict[tuple[str, str, str, str], Route] = {}

    async def find(self, target: Target, model: str, path: str | None = None) -> Route:
        """The route for one call to the target, with the key as it is now.

        Args:
            target: Whom to ask.
            model: The model.
            path: The path of a call that is no chat, such as ``/embeddings``; it stands beside the one of a chat.

        Raises:
            BadInput: No such provider, no address, or no key where the reference leads.
            Unavailable: The embedded model, where there is none.
        """
        provider = providers.get(target.provider)
        secret: Secret | None
        if provider.on_demand:
            base_url, secret = await self._embedded(provider)
        else:
            base_url, secret = self._base_url(target, provider), self._secret(target, provider)
        place = (provider.name, base_url, model, path or provider.path)
        route = self._known.get(place)
        if route is None or route.secret != secret:
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            route = self._known[place] = _route(provider, base_url, model, secret, path)
        return route

    def check(self, target: Target) -> None:
        """See that the target has an address and its keys are there, without asking anybody.

        Raises:
            BadInput: No address, or no key where a reference leads.
        """
        provider = providers.get(target.provider)
        if provider.on_demand:
            return
        self._base_url(target, provider)
        for key in (None,) if target.key is None else split_references(target.key):
            self._secret(msgspec.structs.replace(target, key=key), provider)

    async def _embedded(self, provider: Provider) -> tuple[str, Secret]:
        if self._embedded_endpoint is None:
            raise Unavailable(
                f"the provider {provider.name!r} is started on demand, and nothing here starts it",
                hint="name another model, or give the client an 'embedded_endpoint'",
                code="model.no_embedded",
            )
        base_url, key = await self._embedded_endpoint()
        return base_url, Secret(key)

    def _base_url(self, target: Target, provider: Provider) -> str:
        named = target.base_url or provider.base_url
        if named is None and provider.base_url_env is not None:
            named = self._environ.get(provider.base_url_env)
        if not named:
            variable = f", or set {provider.base_url_env}" if provider.base_url_env else ""
            raise BadInput(
                f"the provider {provider.name!r} has no address of its own, and {target} names none",
                hint=f"give the server's address with --base-url, or base_url in the suite{variable}",
                code="model.no_base_url",
            )
        return named

    def _secret(self, target: Target, provider: Provider) -> Secret | None:
        reference = target.key
        if reference is None and (provider.base_url is None or target.base_url in {None, provider.base_url}):
            reference = provider.key
        if reference is None or provider.auth == "none":
            return None
        return resolve_secret(reference, environ=self._environ)


def _route(provider: Provider, base_url: str, model: str, secret: Secret | None, path: str | None) -> Route:
    address = normalise_base_url(base_url)
    headers = CIMultiDict({"Content-Type": "application/json", "User-Agent": f"assay/{__version__}"})
    headers.update(provider.headers)
    if secret is not None:
        headers.update(_shown(provider.auth, secret))
    url = join(address, root_path=provider.root_path, path=_beside(provider.path, path), model=model)
    try:
        return Route(
            url=URL(url, encoded=True), host=host_of(address), headers=headers, secret=secret, provider=provider
        )
    except ValueError:
        raise BadInput(
            "the base address names a host that cannot be one",
            hint="write it like https://host/v1",
            code="model.bad_base_url",
        ) from None


def _beside(chat: str, path: str | None) -> str:
    """The path of another call, from that of a chat: what comes before ``/chat/completions`` stays."""
    return chat if path is None else chat.removesuffix("/chat/completions") + path


def _shown(auth: Auth, secret: Secret) -> dict[str, str]:
    if auth in {"api-key", "x-api-key"}:
        return {auth: secret.reveal()}
    return {"Authorization": f"Bearer {secret.reveal()}"}
