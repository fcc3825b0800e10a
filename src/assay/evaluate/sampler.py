"""The sampler of native suites: a case under a prompt version becomes a call, its reply is graded, and both are a row.

A reply that the store already has is not asked for again, and one that comes is kept before it is graded.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from assay.core.clock import Clock, stamp
from assay.core.errors import BadInput, GraderFailed, ModelError
from assay.engine.engine import Engine
from assay.engine.types import Call, Flow, Outcome
from assay.evaluate.alone import Alone
from assay.evaluate.asking import spending
from assay.evaluate.grader import Grader
from assay.evaluate.plan import Planned, Variant, call_of
from assay.evaluate.replies import Address, ReplyStore
from assay.evaluate.row import Graded, answered, unanswered
from assay.evaluate.runner import Progress
from assay.evaluate.types import Case, SampleRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Facilities:
    """What a run offers to its sampler, whatever kind of suite it is.

    Attributes:
        engine: Makes the calls.
        store: Keeps the replies.
        clock: Says when a reply came.
        progress: Counts what was called and what was there.
        timeout_s: Longest time of one attempt of a call.
        nonce: Set for a run that shall pay anew; replies are kept under addresses that hold it.
    """

    engine: Engine
    store: ReplyStore
    clock: Clock
    progress: Progress
    timeout_s: float
    nonce: str = ""


class CallSampler:
    """Samples that are one call of a prompt each.

    Args:
        given: What the run offers.
        graders: The suite's graders.
    """

    def __init__(self, given: Facilities, graders: Sequence[Grader]) -> None:
        self._given = given
        self._graders = graders
        self._addresses: dict[str, Address] = {}
        self._alone = Alone()  # the same words twice in a dataset are one call

    async def sample(self, planned: Planned) -> SampleRow:
        """The row of one sample.

        Raises:
            BadInput: The case's inputs do not fit the prompt; the place is the case's.
            BudgetSpent: It was not run, or not graded, as the budget is spent.
        """
        call = call_of(planned, timeout_s=self._given.timeout_s)
        flow, address = self._begin(planned, call)
        try:
            outcome, at_utc = await self._obtain(flow, address)
        except ModelError as error:
            return unanswered(planned, address, error)
        graded = await grade_all(self._graders, planned.case, outcome)
        return answered(planned, address, outcome, graded, at_utc=at_utc)

    def _begin(self, planned: Planned, call: Call) -> tuple[Flow, bytes]:
        """The call with its messages rendered, and the address of its replies."""
        try:
            flow = self._given.engine.begin(call)
        except BadInput as error:
            error.where = planned.case.where
            raise
        address = self._address(planned.variant).of(flow.rendered, planned.repeat)
        flow.key = address.hex()
        return flow, address

    async def _obtain(self, flow: Flow, address: bytes) -> tuple[Outcome, str]:
        """What became of the call, and when: from the store, or from the model and into the store.

        Raises:
            ModelError: The model gave no usable reply.
        """
        given = self._given
        async with self._alone.at(address):
            stored = given.store.find(address)
            if stored is not None:
                given.progress.reused += 1
                return given.engine.replay(flow, stored.replies, fallback=stored.fallback), stored.at_utc
            try:
                outcome = await given.engine.finish(flow)
            except ModelError:
                given.progress.made += 1
                raise
            given.progress.made += 1
            at_utc = stamp(given.clock.now_utc())
            given.store.keep(address, outcome.replies, fallback=outcome.fallback, at_utc=at_utc)
            return outcome, at_utc

    def _address(self, variant: Variant) -> Address:
        if variant.name not in self._addresses:
            self._addresses[variant.name] = Address([*variant.identity(), self._given.nonce])
        return self._addresses[variant.name]


async def grade_all(graders: Sequence[Grader], case: Case, outcome: Outcome) -> Graded:
    """Every grader's verdict on the reply, and what they spent on the way."""
    graded = Graded()
    with spending() as bill:
        for grader in graders:
            try:
                graded.add(grader.spec, await grader.grade(case, outcome))
            except GraderFailed as error:
                graded.add_failure(grader.spec, error)
    graded.spent = bill.total()
    return graded
