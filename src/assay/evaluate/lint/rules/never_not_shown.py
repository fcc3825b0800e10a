"""Rule ``never-not-shown`` (warning): too few cases to show that something never happens, even without one failure.

What it finds
    A rule of ``gate.never`` whose limit so many cases cannot show, whatever comes out of them.

Why
    A hundred cases without a leak show that at most 2.95 % of cases leak, and no less. A gate that asks for 1 % can
    never pass with them.

Example
    gate:
      never: [{grader: no-leak, at_most: 0.001}]   # 300 cases

What to write instead
    gate:
      never: [{grader: no-leak, at_most: 0.01}]    # 299 cases without one failure show that
"""

from collections.abc import Iterator

from assay.author.lint.rule import Finding
from assay.evaluate.lint.rule import SuiteView, suite_rules
from assay.stats.proportion import zero_failures_needed


@suite_rules.register("never-not-shown")
def never_not_shown(view: SuiteView) -> Iterator[Finding]:
    """A limit of zero tolerance that so many cases cannot show, whatever comes out."""
    gate = view.suite.gate
    if gate is None:
        return
    for number, rule in enumerate(gate.never):
        needed = zero_failures_needed(rule.at_most, level=1 - gate.alpha)
        if view.cases < needed:
            yield Finding(
                rule="never-not-shown",
                level="warning",
                what=(
                    f"{view.cases:,} cases without one failure do not show that {rule.grader} fails at most "
                    f"{100 * rule.at_most:.3g} %: the gate can never pass"
                ),
                hint=f"it takes {needed:,} cases, each with a chance to fail",
                where=view.suite.document.at("gate", "never", number),
            )
