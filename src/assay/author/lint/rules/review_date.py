"""Rule ``review-date`` (warning): a review that is overdue, or that nobody has set a date for.

What it finds
    A ``review_by`` before today; none at all where the risk is ``high`` or ``critical``; one that is no day of the
    calendar (an error).

Why
    Models, policies and products change under a prompt. The date says when someone looks again.

Example
    risk: high
    review_by: 2020-01-31

What to write instead
    risk: high
    review_by: 2027-05-01
"""

from collections.abc import Iterator
from datetime import date

from assay.author.lint.rule import Context, Finding, rules
from assay.author.types import Prompt


@rules.register("review-date")
def review_date(prompt: Prompt, context: Context) -> Iterator[Finding]:
    """One finding at most."""
    due = prompt.ownership.review_by
    where = prompt.document.at("review_by")
    if due is None:
        if prompt.ownership.risk in ("high", "critical"):
            what = f"the risk of {prompt.name} is {prompt.ownership.risk}, and no review date is set"
            yield Finding("review-date", "warning", what, "add 'review_by:' with a date", where)
        return
    try:
        day = date.fromisoformat(due)
    except ValueError:
        yield Finding("review-date", "error", f"there is no day {due}", "write a day of the calendar", where)
        return
    if day < context.today:
        what = f"the review of {prompt.name} was due on {due}"
        yield Finding("review-date", "warning", what, "review the prompt, then set the next date", where)
