"""What to try after a run: what its failures call for, or how to look at the prompt where everything passed.

Commands are given as they work from where the user stands; the project's folder comes first where that is elsewhere.
"""

import shlex
from collections.abc import Sequence
from pathlib import Path

from assay.evaluate.runs import run_before
from assay.evaluate.service import Finished


def stands_in(root: Path) -> bool:
    """Whether the user stands in the project's folder, or below."""
    return Path.cwd().resolve().is_relative_to(root.resolve())


def next_steps(finished: Finished, usual: Sequence[str], root: Path) -> list[str]:
    """The commands to print.

    Args:
        finished: The run.
        usual: Those about the prompts, the most telling first; their paths are from the project's folder where the
            user stands elsewhere.
        root: The project's folder.
    """
    steps = list(usual)
    if any(variant.passed < variant.n + variant.missing for variant in finished.summary.variants):
        steps = [_compared(finished), *usual[:1]]
    here = Path.cwd().resolve()
    if not steps or stands_in(root):
        return steps
    inner = root.resolve()
    return [f"cd {shlex.quote(str(inner.relative_to(here) if inner.is_relative_to(here) else inner))}", *steps]


def _compared(finished: Finished) -> str:
    """The run beside the one before of the same suite, or else the suite's runs."""
    summary = finished.summary
    before = run_before(finished.folder, summary.suite, summary.datasets)
    if before is None:
        return f"assay runs --suite {shlex.quote(summary.suite)}"
    return f"assay compare {before} {finished.folder.name}"
