"""From a counted run to its gate's record: the look is written down, then the decision is made.

A run that cannot be judged is no look, since nothing was learned from it that a further run could be chosen by.
"""

from dataclasses import dataclass, replace

from assay.evaluate.gate import Given
from assay.evaluate.gate_record import GateRecord, Inputs, make_record, pair_digest
from assay.evaluate.gating.look import Attempt, LookLedger
from assay.evaluate.gating.tally import GateTally
from assay.evaluate.gating.validity import validity
from assay.evaluate.summary import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a decision is about.

    Attributes:
        run: The run's id.
        suite: The suite's name.
        inputs: What was counted.
        approved: ``NAME: reason`` of whoever approved a look beyond the plan.
        known: What else the decision rests on: why the run cannot be judged, and what is known of its judges.
    """

    run: str
    suite: str
    inputs: Inputs
    approved: str | None = None
    known: Given = Given()


def decide_run(counted: GateTally, about: Decided, ledger: LookLedger) -> GateRecord:
    """The record of a run that has come to its end.

    Raises:
        StorageFailed: The ledger of looks cannot be used.
    """
    spec, inputs = counted.spec, about.inputs
    look = Look(alpha=spec.alpha, cases=counted.total)
    given = replace(about.known, stopped=inputs.stopped)
    if spec.infers and validity(counted, stopped=given.stopped, unfit=given.unfit).decision != "invalid":
        labels = [arm.label for arm in counted.arms.values()]
        attempt = Attempt(
            pair=pair_digest(spec, labels, inputs.instrument),
            draw=inputs.draw,
            cases=counted.total,
            run=about.run,
            approved=about.approved,
        )
        look = ledger.take(spec, attempt)
    return make_record(counted, run=about.run, suite=about.suite, inputs=inputs, look=look, given=given)
