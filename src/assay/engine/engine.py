"""The engine: one call along the straight line. The command line, the evals and later the gateway use this alone.

What was tested is what is served, since there is no second path. It never touches a database and never
waits for whoever records.
"""

from decimal import Decimal

from assay.core.events import Events
from assay.engine import steps
from assay.engine.contract import Checker
from assay.engine.types import Call, CallFinished, Flow, Outcome
from assay.models.price import reply_cost
from assay.models.target import Target
from assay.models.types import Reply


class Engine:
    """Runs calls.

    Args:
        client: Calls models.
        events: Told of every outcome (``CallFinished``), if given.
    """

    def __init__(self, client: steps.Generates, events: Events | None = None) -> None:
        self._client = client
        self._events = events
        self._checkers: dict[str, Checker] = {}

    @property
    def client(self) -> steps.Generates:
        """What the engine calls models through, for a question that is no prompt's: a judge's, say."""
        return self._client

    def through(self, client: steps.Generates) -> "Engine":
        """The same engine, with its calls made through another client: one that is metered, say."""
        return Engine(client, self._events)

    async def run(self, call: Call) -> Outcome:
        """What became of the call.

        Raises:
            BadInput: The values do not fit the prompt.
            ModelError: The model gave no usable reply, after retries.
        """
        return await self.finish(self.begin(call))

    def begin(self, call: Call) -> Flow:
        """The first half of ``run``: the call with its messages rendered, and nothing sent."""
        flow = Flow(call)
        steps.render(flow)
        return flow

    async def finish(self, flow: Flow) -> Outcome:
        """The second half of ``run``."""
        await steps.generate(flow, self._client)
        await steps.hold_to_contract(flow, self._client, self._checker(flow.call))
        return self._record(flow)

    def replay(self, flow: Flow, replies: tuple[Reply, ...], *, fallback: bool) -> Outcome:
        """The outcome that these replies led to, without calling anything.

        ``replies`` and ``fallback`` are those of an earlier outcome of the same call.
        """
        flow.replies = list(replies)
        flow.fallback = fallback
        steps.replay(flow, self._checker(flow.call))
        return self._outcome(flow)

    def _checker(self, call: Call) -> Checker:
        digest = call.prepared.digest
        if digest not in self._checkers:
            self._checkers[digest] = Checker(call.prepared.prompt.contract)
        return self._checkers[digest]

    def _record(self, flow: Flow) -> Outcome:
        outcome = self._outcome(flow)
        if self._events is not None:
            self._events.emit(CallFinished(flow.call, outcome))
        return outcome

    @staticmethod
    def _outcome(flow: Flow) -> Outcome:
        assert flow.first is not None
        assert flow.checked is not None
        return Outcome(
            digest=flow.call.prepared.digest,
            messages=flow.rendered,
            replies=tuple(flow.replies),
            checked=flow.checked,
            first=flow.first,
            fallback=flow.fallback,
            cost_usd=_total_cost(flow.call.target, flow.replies),
            tools=flow.call.prepared.prompt.tools,
        )


def _total_cost(target: Target, replies: list[Reply]) -> Decimal | None:
    total = Decimal(0)
    for reply in replies:
        usd = reply_cost(target, reply).usd
        if usd is None:
            return None
        total += usd
    return total
