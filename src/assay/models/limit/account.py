"""One account with a provider: whether a call may begin now, and what is learnt from how it ended. Pure.

Four things hold a call back, and the strictest counts: the window of calls under way (``window.py``), a cooldown
after refusals, the caps a minute that the user set (``bucket.py``), and the limits that the server tells of
(``quota.py``). Waiting for all that is ``gate.py``'s.
"""

import math
from dataclasses import dataclass

from assay.core.errors import ModelError
from assay.models.limit.bucket import Bucket
from assay.models.limit.quota import Quota, Told
from assay.models.limit.window import MOST, Window

FIRST_COOLDOWN_S = 0.5
LONGEST_COOLDOWN_S = 30.0
LONGEST_HEEDED_S = 600.0
"""A longer pause than this is not kept for the whole account: its calls shall end with the server's own sentence."""

_BURST_S = 0.1  # how much of a minute's requests may go at once
_TOKENS_BURST_S = 6.0  # the same for tokens, of which one call takes many
_FIRST_GUESS_TOKENS = 256.0
_WEIGHT_OF_NEW = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """What the user allows for each account; None is no cap.

    Attributes:
        concurrency: Calls under way at once.
        requests_per_minute: Calls begun in any 60 seconds.
        tokens_per_minute: Tokens of calls begun in any 60 seconds, estimated first and put right afterwards.
    """

    concurrency: int | None = None
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many tokens a call will use, as far as that is known: its input, and the most that its reply may have."""

    input: float
    most_output: int | None


@dataclass(slots=True, eq=False)
class Permit:
    """A call that may be under way; given back with one of the account's verbs that end it."""

    account: "Account"
    model: str
    tokens: float
    serial: int
    begun_tokens: float
    began_s: float
    told: Told | None = None


class _Limits:
    """What the server tells of one model's limits."""

    __slots__ = ("requests", "tokens")

    def __init__(self) -> None:
        self.requests = Quota()
        self.tokens = Quota()


class Account:
    """The state of one account.

    Args:
        name: As messages name it.
        key: The reference of its key, or None.
        caps: What the user allows.
    """

    def __init__(self, name: str, *, key: str | None = None, caps: Caps | None = None) -> None:
        caps = caps or Caps()
        self.name = name
        self.key = key
        self.under_way = 0
        self.begun = 0
        self.answered_s = float("-inf")
        self.left_out: ModelError | None = None
        self._window = Window(ceiling=caps.concurrency or MOST)
        self._requests = _bucket(caps.requests_per_minute, _BURST_S)
        self._tokens = _bucket(caps.tokens_per_minute, _TOKENS_BURST_S)
        self._limits: dict[str, _Limits] = {}
        self._begun_tokens = 0.0
        self._output = _FIRST_GUESS_TOKENS
        self._refused = 0  # refusals since the last success
        self._cooldowns = 0  # the same for cooldowns
        self._cool_until_s = self._cooled_s = float("-inf")

    @property
    def free(self) -> int:
        """How many more calls the window has room for."""
        return self._window.size - self.under_way

    @property
    def window(self) -> int:
        """How many calls may be under way at once."""
        return self._window.size

    def tokens_of(self, size: Size) -> float:
        """The tokens that a call will use, by what replies had so far."""
        return size.input + (self._output if size.most_output is None else min(self._output, size.most_output))

    def wait_s(self, model: str, size: Size, now_s: float) -> float:
        """Seconds until a call may begin; 0 for now, infinity for when another one has ended."""
        if self.free <= 0 or self.left_out is not None:
            return math.inf
        wait_s = max(0.0, self._cool_until_s - now_s)
        if self._requests is not None:
            wait_s = max(wait_s, self._requests.wait_s(1.0, now_s))
        if self._tokens is not None:
            wait_s = max(wait_s, self._tokens.wait_s(self.tokens_of(size), now_s))
        limits = self._limits.get(model)
        if limits is not None:
            wait_s = max(wait_s, limits.requests.wait_s(1.0, now_s), limits.tokens.wait_s(self.tokens_of(size), now_s))
        return wait_s

    def begin(self, model: str, size: Size, now_s: float) -> Permit:
        """A call begins; whoever calls this has seen that it may."""
        tokens = self.tokens_of(size)
        self.under_way += 1
        self.begun += 1
        self._begun_tokens += tokens
        if self._requests is not None:
            self._requests.take(1.0, now_s)
        if self._tokens is not None:
            self._tokens.take(tokens, now_s)
        if (limits := self._limits.get(model)) is not None:
            limits.requests.take(1.0)
            limits.tokens.take(tokens)
        return Permit(
            account=self,
            model=model,
            tokens=tokens,
            serial=self.begun,
            begun_tokens=self._begun_tokens,
            began_s=now_s,
        )

    def succeed(self, permit: Permit, *, input_tokens: int | None, output_tokens: int | None, now_s: float) -> None:
        """The call was answered, with so many tokens used; None where that is not known."""
        self._window.succeed(full=self.free <= 0)
        self._refused = self._cooldowns = 0
        self.answered_s = now_s
        if output_tokens is not None:
            self._output += (output_tokens - self._output) * _WEIGHT_OF_NEW
            if self._tokens is not None and input_tokens is not None:
                self._tokens.correct(input_tokens + output_tokens - permit.tokens)
        self._end(permit, now_s)

    def refuse(self, permit: Permit, *, wish_s: float | None, now_s: float) -> None:
        """The call was refused for now, or the server says that it is overloaded; ``wish_s`` is its wish for a pause.

        One refusal alone concerns its call. A second one without a success between them is the account's: none
        begins before the pause is over.
        """
        self._refused += 1
        again = self._refused > 1
        self._window.refuse(again=again)
        if again:
            self._cool_down(permit, wish_s, now_s)
        self._end(permit, now_s)

    def slow_down(self, permit: Permit, *, now_s: float) -> None:
        """The call ran out of time."""
        self._window.refuse(again=False)
        self._end(permit, now_s)

    def end(self, permit: Permit, *, now_s: float) -> None:
        """The call ended in a way that tells nothing of limits, or was given up by whoever made it."""
        self._end(permit, now_s)

    def leave_out(self, error: ModelError) -> None:
        """No call begins any more: the key is refused, or its quota used up for good."""
        self.left_out = error

    def _cool_down(self, permit: Permit, wish_s: float | None, now_s: float) -> None:
        if permit.began_s > self._cooled_s:  # those that began earlier are the same refusal once more
            self._cooldowns += 1
            self._cooled_s = now_s
        own_s = min(LONGEST_COOLDOWN_S, FIRST_COOLDOWN_S * 2.0 ** min(self._cooldowns - 1, 30))
        pause_s = wish_s or own_s
        if pause_s <= LONGEST_HEEDED_S:
            self._cool_until_s = max(self._cool_until_s, now_s + pause_s)

    def _end(self, permit: Permit, now_s: float) -> None:
        self.under_way -= 1
        if permit.told is not None:
            self._learn(permit, permit.told, now_s)

    def _learn(self, permit: Permit, told: Told, now_s: float) -> None:
        limits = self._limits.setdefault(permit.model, _Limits())
        if told.requests is not None:
            begun = float(self.begun - permit.serial)
            limits.requests.learn(told.requests, serial=permit.serial, begun_since=begun, now_s=now_s)
        if told.tokens is not None:
            begun = self._begun_tokens - permit.begun_tokens
            limits.tokens.learn(told.tokens, serial=permit.serial, begun_since=begun, now_s=now_s)


def _bucket(per_minute: int | None, burst_s: float) -> Bucket | None:
    return None if per_minute is None else Bucket(per_minute, burst=per_minute * burst_s / 60)
