"""The rule of slices: no value of a tag is worse by the margin, with bounds that hold for all of them at once.

Each bound is taken at alpha over their number (Bonferroni), so that with any number of slices the chance that one is
wrong stays at alpha. A slice with too few cases for the margin is never green.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from assay.evaluate import wording
from assay.evaluate.gate_spec import SliceRule
from assay.evaluate.gating import words
from assay.evaluate.gating.case_column import MAX_VALUES
from assay.evaluate.gating.cell import Cell
from assay.evaluate.gating.part import Question, not_worse
from assay.evaluate.gating.spread import spread_of
from assay.evaluate.summary import GatePart

RULE = "slices"
NOT_POWERED = "not-powered"
_ORDER = ("fail", "inconclusive", "pass")


def slice_parts(
    rule: SliceRule,
    names: Sequence[str],
    cells: Mapping[str, Sequence[Cell]],
    ask: Callable[..., Question],
    *,
    crowded: Sequence[str] = (),
) -> list[GatePart]:
    """A part for each slice and metric, what is worst first.

    Args:
        rule: The rule.
        names: The slices, ``TAG=VALUE``.
        cells: Metric -> what is known of it in each slice.
        ask: Makes the question for a rule, a metric, ``slice_name`` and the number of ``bounds``.
        crowded: Tags with too many values to be slices.
    """
    found = [_crowded(tag) for tag in crowded]
    bounds = sum(1 for metric in cells for cell in cells[metric] if cell.n)
    for metric, known in cells.items():
        for name, cell in zip(names, known, strict=False):
            if cell.n:
                found.append(_part(rule, cell, ask(RULE, metric, slice_name=name, bounds=bounds)))
    if not found:
        tags = ", ".join(rule.tags)
        sentence = f"No case has a tag {tags}, so there are no slices to judge."
        found.append(GatePart(rule=RULE, decision="inconclusive", sentence=sentence))
    return sorted(found, key=lambda part: (_ORDER.index(part.decision), part.value or 0.0, part.slice or ""))


def _part(rule: SliceRule, cell: Cell, ask: Question) -> GatePart:
    part = not_worse(cell, rule.margin, ask)
    needed = spread_of(ask.about.metric, cell).needed(cell.repeats, rule.margin, alpha=ask.alpha)
    if part.decision == "fail" or cell.n >= needed:
        return part
    few = f"{ask.about.slice or 'the slice'} has {wording.plural(cell.n, 'case')}"
    seen = words.difference(part.value or 0.0, part.low or 0.0, part.high or 0.0, ask.level)
    sentence = f"{few}, too few to show a margin of {words.margin(rule.margin)} (about {needed:,} would do): {seen}."
    return msgspec.structs.replace(
        part,
        decision="inconclusive",
        sentence=sentence,
        cases_needed=needed - cell.n,
        remark=NOT_POWERED,
        advisory=part.advisory or rule.unpowered == "told",
    )


def _crowded(tag: str) -> GatePart:
    sentence = f"The tag {tag} has more than {MAX_VALUES} values, too many to be slices; name another tag."
    return GatePart(rule=RULE, decision="inconclusive", sentence=sentence, slice=tag)
