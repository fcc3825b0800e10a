"""The accounts behind targets: a provider at an address with one key. Targets with several keys have several.

An account's limits are learnt over all calls of the process, whatever model, prompt or suite they are for.
"""

from dataclasses import dataclass

import msgspec

from assay.core.errors import ModelError
from assay.models.limit.account import Account, Caps
from assay.models.limit.gate import Pool
from assay.models.provider import providers
from assay.models.secret import resolve_secret, split_references
from assay.models.target import Target

_EXHAUSTED = "model.no_quota"
_USELESS_STATUSES = frozenset({401, 402})


@dataclass(frozen=True, slots=True)
class AccountLeftOut:
    """The event of an account that is not used any more, while others of the same target are."""

    account: str
    error: ModelError
    left: int

    def __str__(self) -> str:
        others = "the other one goes on" if self.left == 1 else f"the other {self.left} go on"
        return f"{self.account} is left out: {self.error.what.rstrip('.')}; {others}"


@dataclass(frozen=True, slots=True)
class CallsWait:
    """The event of calls that wait for their account longer than a moment; told of once a minute at most."""

    accounts: tuple[str, ...]
    wait_s: float

    def __str__(self) -> str:
        return f"calls wait for {self.wait_s:.0f} s, as a rate limit of {' and '.join(self.accounts)} wants it"


class Accounts:
    """Pools of accounts by target, made at first use.

    Args:
        caps: What the user allows for each account.
    """

    def __init__(self, caps: Caps) -> None:
        self._caps = caps
        self._accounts: dict[tuple[str, str | None, str | None], Account] = {}
        self._pools: dict[Target, Pool] = {}
        self._single: dict[tuple[Target, str | None], Target] = {}

    def pool(self, target: Target) -> Pool:
        """The accounts that the target can be reached by.

        Raises:
            BadInput: One of several keys is not there. A single one is looked up when it is used.
        """
        pool = self._pools.get(target)
        if pool is None:
            keys = split_references(target.key) if target.key is not None else (providers.get(target.provider).key,)
            if len(keys) > 1:
                for key in keys:
                    resolve_secret(key or "")
            pool = self._pools[target] = Pool(tuple(self._account(target, key) for key in dict.fromkeys(keys)))
        return pool

    def target(self, target: Target, account: Account) -> Target:
        """The target with that account's key alone."""
        if target.key is None or target.key == account.key:
            return target
        place = (target, account.key)
        if place not in self._single:
            self._single[place] = msgspec.structs.replace(target, key=account.key)
        return self._single[place]

    def _account(self, target: Target, key: str | None) -> Account:
        place = (target.provider, target.base_url or providers.get(target.provider).base_url, key)
        if place not in self._accounts:
            name = f"the key {key}" if key is not None else f"the account with {target.provider}"
            self._accounts[place] = Account(name, key=key, caps=self._caps)
        return self._accounts[place]


def is_of_no_use(error: ModelError) -> bool:
    """Whether an error says that its account's key is refused, or its quota used up for good."""
    return error.code == _EXHAUSTED or error.status in _USELESS_STATUSES


def is_refusal(error: ModelError) -> bool:
    """Whether it is a rate limit: refused for now, and never a result."""
    return error.code == "model.rate_limited" and error.status != 409  # a conflict, and no limit


def is_overload(error: ModelError) -> bool:
    """Whether the server says that it has too much to do."""
    return error.status in {503, 529}
