"""Every clause of a contract as a check by itself: ``contract`` with ``each: true`` becomes one grader a clause.

Which clauses there are follows from the suite's prompts, so it is done when they are known, before anything is paid.
Their weights add up to that of the entry, so the sample passes when all of them do, as with the one grader.
"""

from collections.abc import Iterable
from dataclasses import replace

from assay.author.types import Contract
from assay.core.errors import BadInput
from assay.engine.contract import clauses
from assay.evaluate.graders.contract import ANSWERED
from assay.evaluate.types import GraderSpec, Suite

GRADER = "contract"


def expand_clauses(suite: Suite, contracts: Iterable[Contract | None]) -> Suite:
    """The suite with a grader for each clause that one of its prompts has, where its entry asks for it.

    Args:
        suite: The suite.
        contracts: The contracts of its variants' prompts.

    Raises:
        BadInput: Another grader has the name of one of these.
    """
    if not any(_asks(spec) for spec in suite.graders):
        return suite
    # A reply that is not there, or that was refused, is looked at once, whatever else a contract says.
    names = [
        ANSWERED,
        *dict.fromkeys(name for contract in contracts for name in clauses(contract) if name != "refusal"),
    ]
    found: list[GraderSpec] = []
    for spec in suite.graders:
        found += _each(spec, names) if _asks(spec) else [spec]
    _check_names(found)
    return replace(suite, graders=tuple(found))


def _asks(spec: GraderSpec) -> bool:
    return spec.grader == GRADER and spec.settings.get("each") is True


def _each(spec: GraderSpec, names: list[str]) -> list[GraderSpec]:
    if "clause" in spec.settings:
        raise BadInput(
            f"the grader {spec.name!r} has both 'each' and 'clause'",
            hint="'each' looks at all clauses, 'clause' at one; keep one of them",
            code="grader.clause",
            where=spec.places.get("clause", spec.where),
        )
    weight = spec.weight / len(names)
    return [replace(spec, name=f"{spec.name}.{name}", settings={"clause": name}, weight=weight) for name in names]


def _check_names(found: list[GraderSpec]) -> None:
    seen: set[str] = set()
    for spec in found:
        if spec.name in seen:
            raise BadInput(
                f"two graders are named {spec.name!r}",
                hint="each clause of the contract is a grader named after it; give the other one another name",
                code="suite.grader_name",
                where=spec.where,
            )
        seen.add(spec.name)
