"""What to try after a run: how to look at its failures, or at the prompt where everything passed.

Commands are given as they work from where the user stands; the project's folder comes first where that is elsewhere.
"""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from assay.evaluate.runs import LAST, run_before
from assay.evaluate.service import Finished

_MOST = 3
"""Commands about a run that did not pass."""


def stands_in(root: Path) -> bool:
    """Whether the user stands in the project's folder, or below."""
    return Path.cwd().resolve().is_relative_to(root.resolve())


def next_steps(finished: Finished, usual: Sequence[str], root: Path, *, last: bool = True) -> list[str]:
    """The commands to print.

    Args:
        finished: The run.
        usual: Those about the prompts, the most telling first; their paths are from the project's folder where the
            user stands elsewhere.
        root: The project's folder.
        last: Whether no other run comes after this one in the same command.
    """
    steps = list(usual)
    if any(variant.passed < variant.n + variant.missing for variant in finished.summary.variants):
        steps = [*_of_failures(finished, last=last), *usual[:1]][:_MOST]
    here = Path.cwd().resolve()
    if not steps or stands_in(root):
        return steps
    inner = root.resolve()
    return [f"cd {shlex.quote(str(inner.relative_to(here) if inner.is_relative_to(here) else inner))}", *steps]


def _of_failures(finished: Finished, *, last: bool) -> Iterator[str]:
    """Why samples failed, all about one of them, and the run beside the one before of the same suite."""
    summary, run = finished.summary, finished.folder.name
    case = _failing_case(finished)
    if case is not None:
        yield f"assay failures {LAST if last else run}"
        yield f"assay explain {shlex.quote(case)}{'' if last else f' --run {run}'}"
    before = run_before(finished.folder, summary.suite, summary.datasets)
    if before is not None:
        yield f"assay compare {before} {run}"


def _failing_case(finished: Finished) -> str | None:
    """The first case that the candidate lost, or else the first that failed, or else that ended in an error."""
    compared = finished.summary.comparison
    lost = [] if compared is None else [flip.case for flip in compared.flips if flip.change == "lost"]
    failed = [row.case for row in (*finished.first.failed, *finished.first.errors.values())]
    return next(iter(lost or failed), None)
