"""Running a job for a command, whatever kind of suite it is: progress while it works, then what it came to.

Which job, and what is printed beyond its summary, the commands say.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from assay.app import App
from assay.cli.eval_view import STOPPED, print_summary
from assay.cli.next_step import next_steps
from assay.cli.output import near, stdout_console
from assay.cli.progress_json import ProgressLines
from assay.cli.progress_view import ProgressView
from assay.evaluate.run_folder import REPORT
from assay.evaluate.runner import Indexed
from assay.evaluate.service import Evaluation, Executor, Finished, Job, Options
from assay.evaluate.types import BudgetSpec
from assay.models.accounts import AccountLeftOut, CallsWait

P = TypeVar("P", bound=Indexed)


class JobRunner:
    """Runs the jobs of one command, one after the other.

    Args:
        app: The project.
        progress: ``bar`` for people, ``json`` for machines; None for a bar, unless the result is JSON.
        quiet: Tell nothing while it works.
        as_json: Whether the command prints its result as JSON.
    """

    def __init__(self, app: App, *, progress: str | None, quiet: bool, as_json: bool) -> None:
        self._app = app
        self._progress = progress
        self._quiet = quiet or (as_json and progress is None)
        self._view: ProgressView | ProgressLines | None = None
        app.events.subscribe(AccountLeftOut, self._say)
        app.events.subscribe(CallsWait, self._say)

    def options(self, *, concurrency: int, fresh: bool, budget: BudgetSpec, approve_look: str | None = None) -> Options:
        """How to run, with what the project's settings say."""
        return Options(
            concurrency=concurrency,
            timeout_s=self._app.models.timeout_s,
            fresh=fresh,
            report_rows=self._app.evaluate.report_rows,
            budget=budget,
            approve_look=approve_look,
        )

    def run(self, job: Job[P], options: Options, executor: Executor | None = None) -> Finished:
        """Run the job, or the rest of it; in this process where no executor is given.

        Raises:
            KeyboardInterrupt: It was stopped; the message says how to go on.
        """
        try:
            return asyncio.run(self._run(job, options, executor))
        except KeyboardInterrupt:
            raise KeyboardInterrupt(STOPPED) from None

    async def _run(self, job: Job[P], options: Options, executor: Executor | None) -> Finished:
        app, evaluation = self._app, Evaluation(self._app.folder, self._app.clock)
        with self._view_of(job) as view:
            self._view = view
            if executor is not None:
                finished = await evaluation.run_by(executor, job, options, view.update)
            else:
                async with app.engine() as engine:
                    finished = await evaluation.run(job, engine, options, view.update)
            view.finish(finished.summary, str(finished.folder))
        return finished

    def _view_of(self, job: Job[P]) -> ProgressView | ProgressLines:
        if self._progress == "json" and not self._quiet:
            return ProgressLines(job.name, job.total)
        return ProgressView(job.total, quiet=self._quiet)

    def _say(self, sentence: object) -> None:
        """Tell what concerns the run that is under way."""
        if self._view is not None:
            self._view.say(sentence)


def print_finished(
    finished: Finished, usual: Sequence[str] = (), *, root: Path | None = None, last: bool = True
) -> None:
    """Print what the run came to, for people.

    Args:
        finished: The run.
        usual: What to try next where everything passed.
        root: The project's folder; the current one when None.
        last: Whether no other run comes after this one in the same command.
    """
    print_summary(
        stdout_console(),
        finished.summary,
        report=near(finished.folder / REPORT),
        next_commands=next_steps(finished, usual, root or Path.cwd(), last=last),
        first=finished.first,
        both_fail=finished.both_fail,
    )
