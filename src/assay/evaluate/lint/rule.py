"""What a lint rule for suites is: a function from a suite, with what is known of it, to findings.

Rules for prompt files are ``author/lint``'s. A rule here reads no file and calls no model.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from assay.author.lint.rule import Finding
from assay.core.plugins import Registry
from assay.evaluate.gating.spread import Spread
from assay.evaluate.types import Suite


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteView:
    """A suite, and what is known of it.

    Attributes:
        suite: The suite.
        cases: How many cases it has.
        slices: Tag -> value -> cases.
        spreads: Each margin of its gate, with how much that metric's difference varies.
        source: Where that is known from, in words.
        unfit: Calibrations of its gate that do not hold, by their place in the list, and why.
    """

    suite: Suite
    cases: int
    slices: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    spreads: tuple[tuple[float, Spread], ...] = ()
    source: str = ""
    unfit: tuple[tuple[int, str], ...] = ()


class SuiteRule(Protocol):
    """A rule: every finding about the suite."""

    def __call__(self, view: SuiteView) -> Iterable[Finding]:
        """The findings, in any order."""
        ...


UNREADABLE = "suite-unreadable"
"""The rule of a suite that cannot be opened; it is none that can be left out."""

suite_rules: Registry[SuiteRule] = Registry("suite-rule", "assay.evaluate.lint.rules")
