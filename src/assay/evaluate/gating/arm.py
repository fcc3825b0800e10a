"""The arms of a run: how many samples came to what, who answered them, and whether it was the same for all arms.

A provider's name for a model may move to another model from one day to the next, and a baseline whose replies were
kept may be older than that. Then the difference between two arms is not the prompt's. Pure counting.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from assay.evaluate.judging.judge import IDENTITY
from assay.evaluate.types import SampleRow, VariantLabel

_MOST = 50
"""Names of one arm that are told apart."""


@dataclass(slots=True)
class Arm:
    """One variant's samples: how many came to what, and who answered them.

    Attributes:
        label: The variant.
        planned: How many samples there were to be; None where all were run.
        n: Samples.
        passed: Those that passed.
        errors: Error code -> samples that ended in it.
        models: The models' own names -> replies.
        builds: What providers call the build of the model (the fingerprint) -> replies.
        judges: Grader -> the digest of its judge -> verdicts.
        first_utc: When the first of its replies came; empty without one.
        last_utc: When the last one came.
    """

    label: VariantLabel
    planned: int | None = None
    n: int = 0
    passed: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    models: Counter[str] = field(default_factory=Counter)
    builds: Counter[str] = field(default_factory=Counter)
    judges: dict[str, Counter[str]] = field(default_factory=dict)
    first_utc: str = ""
    last_utc: str = ""

    def add(self, row: SampleRow) -> None:
        """Take in one row."""
        self.n += 1
        self.passed += row.status == "passed"
        if row.at_utc is not None:
            self.first_utc = min(self.first_utc or row.at_utc, row.at_utc)
            self.last_utc = max(self.last_utc, row.at_utc)
        if row.error is not None:
            self.errors[row.error["code"]] += 1
        for counter, name in ((self.models, row.model), (self.builds, row.fingerprint)):
            if name is not None and (name in counter or len(counter) < _MOST):
                counter[name] += 1

        for verdict in row.verdicts:
            identity = None if verdict.detail is None else verdict.detail.get(IDENTITY)
            if isinstance(identity, str):
                counter = self.judges.setdefault(verdict.grader, Counter())
                if identity in counter or len(counter) < _MOST:
                    counter[identity] += 1

    def is_of_another_time(self, other: "Arm") -> bool:
        """Whether all replies of one came before the first of the other, as when they were kept from a former run."""
        if not (self.first_utc and other.first_utc):
            return False
        return self.last_utc < other.first_utc or other.last_utc < self.first_utc

    @property
    def missing(self) -> int:
        """Samples that were planned and not run."""
        return max(0, (self.planned or 0) - self.n)


def apart(arms: Sequence[Arm]) -> str | None:
    """The sentence that says why the arms cannot be compared; None where they can.

    Two arms that asked for the same model and were answered by models, or builds, of which they share none, do not
    differ by their prompts alone.
    """
    for i, one in enumerate(arms):
        for other in arms[i + 1 :]:
            if one.label.model != other.label.model:
                continue
            for what, left, right in (("model", one.models, other.models), ("build", one.builds, other.builds)):
                if left and right and not left.keys() & right.keys():
                    return (
                        f"{one.label.name} and {other.label.name} both asked for {one.label.model}, and were "
                        f"answered by different {what}s: {_names(left)} and {_names(right)}; run both anew with --fresh"
                    )
    return None


def mixed(arms: Sequence[Arm]) -> str | None:
    """The sentence that says that an arm's model changed during the run; None where none did."""
    for arm in arms:
        for what, names in (("models", arm.models), ("builds of the model", arm.builds)):
            if len(names) > 1:
                return f"{arm.label.name} was answered by {len(names)} {what}: {_names(names)}"
    return None


def _names(counter: Counter[str]) -> str:
    names = [name for name, _ in counter.most_common()]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
