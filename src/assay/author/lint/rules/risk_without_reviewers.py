"""Rule ``risk-without-reviewers`` (warning; error where the risk is critical): nobody is named to look at changes.

What it finds
    A prompt whose ``risk`` is ``high`` or ``critical`` and that has no ``reviewers``.

Why
    The more hangs on a prompt, the less one pair of eyes is enough.

Example
    risk: critical
    owner: claims

What to write instead
    risk: critical
    owner: claims
    reviewers: [legal, claims-quality]
"""

from collections.abc import Iterator

from assay.author.lint.rule import Context, Finding, Level, rules
from assay.author.types import Prompt


@rules.register("risk-without-reviewers")
def risk_without_reviewers(prompt: Prompt, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - a rule takes both
    """One finding at most."""
    risk = prompt.ownership.risk
    if risk in ("high", "critical") and not prompt.ownership.reviewers:
        what = f"the risk of {prompt.name} is {risk}, and no reviewer is named"
        where = prompt.document.at("reviewers")
        level: Level = "error" if risk == "critical" else "warning"
        yield Finding("risk-without-reviewers", level, what, "add 'reviewers: [TEAM, ...]'", where)
