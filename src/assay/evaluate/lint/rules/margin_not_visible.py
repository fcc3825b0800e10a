"""Rule ``margin-not-visible`` (warning): the suite has too few cases to see the loss that its gate calls one.

What it finds
    A margin of ``gate.compare`` or ``gate.metrics`` that the suite's cases and repeats cannot see: a candidate that is
    no different at all would pass less than four times in five. How much cases vary is taken from the suite's last
    finished run; before there is one, a tenth of the cases is assumed to come out otherwise.

Why
    Such a gate is mostly ``inconclusive``, whatever the prompt is like. Each run is paid for, and says nothing. Or,
    worse, it is run again until it passes.

Example
    datasets: [../datasets/triage.jsonl]        # 130 cases
    gate:
      compare: {candidate: new, baseline: old, margin: 0.02}

What to write instead
    gate:
      compare: {candidate: new, baseline: old, margin: 0.08}   # what 130 cases can see; or add cases
"""

from collections.abc import Iterator

from assay.author.lint.rule import Finding
from assay.evaluate.lint.rule import SuiteView, suite_rules
from assay.evaluate.wording import NBSP, plural


@suite_rules.register("margin-not-visible")
def margin_not_visible(view: SuiteView) -> Iterator[Finding]:
    """A margin that the suite cannot see four times in five, when the variants do not differ."""
    gate, suite = view.suite.gate, view.suite
    if gate is None:
        return
    for margin, spread in view.spreads:
        needed = spread.needed(suite.repeats, margin, alpha=gate.alpha)
        if view.cases >= needed:
            continue
        visible = spread.visible(view.cases, suite.repeats, alpha=gate.alpha)
        chance = spread.power(view.cases, suite.repeats, margin, alpha=gate.alpha)
        path = ("gate", "compare", "margin") if spread.metric == "pass" else ("gate", "metrics")
        yield Finding(
            rule="margin-not-visible",
            level="warning",
            what=(
                f"the gate calls a loss of {100 * margin:.3g} points in {spread.metric} one that matters, and "
                f"{_sees(view.cases, visible)}: a candidate that is no different "
                f"would pass {100 * chance:.0f} times in 100 (by {view.source})"
            ),
            hint=f"add cases, about {needed:,} in all, or a wider margin; 'assay plan {suite.file}' has the table",
            where=suite.document.at(*path),
        )


def _sees(cases: int, visible: float) -> str:
    counted = plural(cases, "case").replace(NBSP, " ")
    return f"{counted} can see no loss at all" if visible >= 1 else f"{counted} can see none below {100 * visible:.3g}"
