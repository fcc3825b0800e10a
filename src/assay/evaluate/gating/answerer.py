"""Who answered: the model and its build as each reply names them, and whether they are the same for both arms.

A provider's name for a model may move to another model from one day to the next, and a baseline whose replies were
kept may be older than that. Then the difference between two arms is not the prompt's. Pure counting.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from assay.evaluate.types import SampleRow, VariantLabel

_MOST = 50
"""Names of one arm that are told apart."""


@dataclass(slots=True)
class Answered:
    """What one arm's replies say of who answered.

    Attributes:
        models: The models' own names -> replies.
        builds: What providers call the build of the model (the fingerprint) -> replies.
    """

    models: Counter[str] = field(default_factory=Counter)
    builds: Counter[str] = field(default_factory=Counter)

    def add(self, row: SampleRow) -> None:
        """Take in one row."""
        for counter, name in ((self.models, row.model), (self.builds, row.fingerprint)):
            if name is not None and (name in counter or len(counter) < _MOST):
                counter[name] += 1


def apart(labels: Sequence[VariantLabel], found: dict[str, Answered]) -> str | None:
    """The sentence that says why the arms cannot be compared; None where they can.

    Two arms that asked for the same model and were answered by models, or builds, of which they share none, do not
    differ by their prompts alone.
    """
    for i, first in enumerate(labels):
        for second in labels[i + 1 :]:
            if first.model != second.model:
                continue
            one, other = found[first.name], found[second.name]
            for what, left, right in (("model", one.models, other.models), ("build", one.builds, other.builds)):
                if left and right and not left.keys() & right.keys():
                    return (
                        f"{first.name} and {second.name} both asked for {first.model}, and were answered by "
                        f"different {what}s: {_names(left)} and {_names(right)}; run both anew with --fresh"
                    )
    return None


def mixed(found: dict[str, Answered]) -> str | None:
    """The sentence that says that an arm's model changed during the run; None where none did."""
    for name, answered in found.items():
        for what, names in (("models", answered.models), ("builds of the model", answered.builds)):
            if len(names) > 1:
                return f"{name} was answered by {len(names)} {what}: {_names(names)}"
    return None


def _names(counter: Counter[str]) -> str:
    names = [name for name, _ in counter.most_common()]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
