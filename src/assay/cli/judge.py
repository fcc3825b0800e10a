"""``assay judge``: judges held against people, and tried for what sways them."""

import click

from assay.cli.lazy_group import LazyGroup

_VERBS = {
    "audit": ("assay.cli.judge_audit:audit", "Try what sways a judge: length, orders in the text, order, repeats."),
    "sample": ("assay.cli.judge_label:sample", "Draw replies for people to label, without the judge's verdicts."),
    "label": ("assay.cli.judge_label:label", "Label the replies of a sheet here in the terminal."),
    "calibrate": ("assay.cli.judge_calibrate:calibrate", "Measure how a judge errs, from a sheet with labels."),
}


@click.group(
    cls=LazyGroup,
    verbs=_VERBS,
    epilog="""\b
Examples:
  assay judge sample last --grader facts -n 60 -o labels.csv
  assay judge calibrate last labels.csv
  assay judge audit suites/reply.yaml --grader facts""",
)
def judge() -> None:
    """Hold a judge against people, and try what sways it."""
