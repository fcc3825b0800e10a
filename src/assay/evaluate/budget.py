"""Budgets of a run: money, tokens and time. What was spent and what is under way, and whether one more call fits. Pure.

A call that begins sets aside what it will probably use, so that calls at once do not overspend together; what it
really used takes that place when it ends. ``metered.py`` puts it between a run and the models.
"""

from dataclasses import dataclass
from decimal import Decimal

from assay.core.errors import BadInput
from assay.evaluate import wording
from assay.evaluate.types import BudgetSpec
from assay.models.price import cost
from assay.models.target import Target
from assay.models.types import Usage

_WEIGHT_OF_NEW = 0.1
_FIRST_GUESS_TOKENS = 256.0


class BudgetSpent(Exception):
    """The signal that no call begins any more. No error: the sample that it reaches was not run, and is missing.

    Outside the tree of errors, so that nobody takes it for one and makes a result of it.
    """


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a call will probably use; ``guess`` is the part of its input that was guessed by its length alone."""

    guess: int
    tokens: int
    cost_usd: Decimal


class _High:
    """A value that follows what is seen upwards at once, and downwards slowly."""

    def __init__(self) -> None:
        self.value = 0.0

    def see(self, seen: float) -> None:
        self.value = max(seen, self.value + (seen - self.value) * _WEIGHT_OF_NEW)


class Budget:
    """What is left.

    Args:
        limits: The most of each; None for no limit.
        began_s: When the time began to run.
    """

    def __init__(self, limits: BudgetSpec, *, began_s: float = 0.0) -> None:
        self._limits = limits
        self._began_s = began_s
        self.tokens = 0
        self.cost_usd = Decimal(0)
        self._under_way = 0
        self._aside = Estimate(0, 0, Decimal(0))
        self._outputs: dict[str, _High] = {}
        self._inputs: dict[str, _High] = {}
        self.spent_on: str | None = None

    @property
    def priced(self) -> bool:
        """Whether money is limited, so that prices have to be known."""
        return self._limits.cost_usd is not None

    @property
    def ends_s(self) -> float | None:
        """When the time is over; None for never."""
        return None if self._limits.time_s is None else self._began_s + self._limits.time_s

    @property
    def under_way(self) -> int:
        """How many calls are."""
        return self._under_way

    def estimate(self, target: Target, *, input_tokens: int, most_output: int | None) -> Estimate:
        """What a call will use, rather too much than too little, by what calls of the model used so far.

        Args:
            target: The model.
            input_tokens: A guess by the length of the request.
            most_output: The most that the reply may have, if that is set.
        """
        name = str(target)
        output = self._outputs[name].value if name in self._outputs else _FIRST_GUESS_TOKENS
        share = self._inputs[name].value if name in self._inputs else 1.0
        usage = Usage(
            input=round(input_tokens * share), output=round(output if most_output is None else min(output, most_output))
        )
        price = _price(target, usage) if self.priced else None
        return Estimate(input_tokens, (usage.input or 0) + (usage.output or 0), price or Decimal(0))

    def fits(self, call: Estimate) -> bool:
        """Whether one more call fits beside what was spent and what is under way."""
        limits, aside = self._limits, self._aside
        if limits.tokens is not None and self.tokens + aside.tokens + call.tokens > limits.tokens:
            return False
        return limits.cost_usd is None or self.cost_usd + aside.cost_usd + call.cost_usd <= limits.cost_usd

    def begin(self, call: Estimate) -> None:
        """It begins."""
        self._under_way += 1
        self._aside = Estimate(0, self._aside.tokens + call.tokens, self._aside.cost_usd + call.cost_usd)

    def end(self, call: Estimate) -> None:
        """It has ended; what it used is ``spend``'s."""
        self._under_way -= 1
        self._aside = Estimate(0, self._aside.tokens - call.tokens, self._aside.cost_usd - call.cost_usd)

    def spend(self, target: Target, call: Estimate, usage: Usage, cost_usd: Decimal | None) -> None:
        """Count what a reply used; where that is unknown, what was estimated counts."""
        name = str(target)
        if usage.output is not None:
            self._outputs.setdefault(name, _High()).see(usage.output)
        if usage.input is not None and call.guess:
            self._inputs.setdefault(name, _High()).see(usage.input / call.guess)
        known_tokens = usage.input is not None and usage.output is not None
        self.tokens += (usage.input or 0) + (usage.output or 0) if known_tokens else call.tokens
        self.cost_usd += call.cost_usd if cost_usd is None else cost_usd

    def why(self, call: Estimate) -> str:
        """The sentence for a call that does not fit."""
        limits = self._limits
        if limits.tokens is not None and self.tokens + call.tokens > limits.tokens:
            used = f"{wording.plural(self.tokens, 'token')} were used"
            return f"the budget of {wording.plural(limits.tokens, 'token')} has no room for another call ({used})"
        used = f"{wording.cost(self.cost_usd)} were used"
        return f"the budget of {wording.cost(limits.cost_usd)} has no room for another call ({used})"

    def why_time(self) -> str:
        """The sentence for the end of the time."""
        return f"the time of {wording.duration(self._limits.time_s or 0.0)} is over"

    def left(self, *, now_s: float) -> BudgetSpec:
        """What a next run may have of it."""
        limits = self._limits
        return BudgetSpec(
            cost_usd=None if limits.cost_usd is None else max(Decimal(0), limits.cost_usd - self.cost_usd),
            tokens=None if limits.tokens is None else max(0, limits.tokens - self.tokens),
            time_s=None if limits.time_s is None else max(0.0, limits.time_s - (now_s - self._began_s)),
        )


def check_price(target: Target) -> None:
    """Refuse a target whose price is not known, where money is limited.

    Raises:
        BadInput: The price is not known.
    """
    found = cost(target.provider, target.model, Usage(input=1, output=1), base_url=target.base_url)
    if found.usd is None:
        raise BadInput(
            f"a budget in money cannot be kept: the price of {target} is {found.source}",
            hint="limit the tokens instead (--max-tokens-total N, or 'tokens' in the suite's budget), or the time",
            code="budget.unknown_price",
        )


def _price(target: Target, usage: Usage) -> Decimal | None:
    return cost(target.provider, target.model, usage, base_url=target.base_url).usd
