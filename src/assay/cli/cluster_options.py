"""The options of ``assay eval`` that run a suite on a cluster instead of in this process."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from assay.app import App, SuiteOpener
from assay.core.errors import BadInput
from assay.evaluate.cluster.on_ray import SHARD_SIZE, OnRay, RayOptions
from assay.evaluate.cluster.worker import WorkerOptions
from assay.evaluate.service import REPLIES, Options

Command = Callable[..., Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """What the options say."""

    on: str | None
    workers: int | None
    shard_size: int | None
    ray_address: str | None
    shared: str | None
    upload: bool

    def executor(self, app: App, opener: SuiteOpener, options: Options, concurrency: int) -> OnRay | None:
        """What runs the job on the cluster; None for a run in this process.

        The calls under way at once are shared out among the workers.

        Raises:
            BadInput: An option of a cluster stands without ``--on``.
        """
        if self.on is None:
            self._refuse_what_is_given()
            return None
        ray = RayOptions(
            address=self.ray_address,
            workers=self.workers or 2,
            shared=self.shared,
            shard_size=self.shard_size or SHARD_SIZE,
            upload=app.project.root if self.upload else None,
        )
        store = app.folder / REPLIES
        worker = WorkerOptions(
            shared="",
            known=Path.cwd() / store,
            concurrency=max(1, concurrency // ray.workers),
            timeout_s=options.timeout_s,
        )
        return OnRay(opener, store, worker, ray)

    def _refuse_what_is_given(self) -> None:
        given = {
            "--workers": self.workers,
            "--shard-size": self.shard_size,
            "--ray-address": self.ray_address,
            "--shared": self.shared,
            "--upload": self.upload or None,
        }
        for name, value in given.items():
            if value is not None:
                raise BadInput(f"{name} is for a cluster", hint="add '--on ray'", code="cli.cluster")


def cluster_options(command: Command) -> Command:
    """``--on`` and what belongs to it, handed on as one argument, ``cluster``."""

    @wraps(command)
    def with_cluster(
        *arguments: Any,
        on: str | None,
        workers: int | None,
        shard_size: int | None,
        ray_address: str | None,
        shared: str | None,
        upload: bool,
        **more: Any,
    ) -> Any:
        cluster = Cluster(
            on=on, workers=workers, shard_size=shard_size, ray_address=ray_address, shared=shared, upload=upload
        )
        return command(*arguments, cluster=cluster, **more)

    found: Command = with_cluster
    for option in (
        click.option("--upload", is_flag=True, help="Send the project's files to the workers of a cluster."),
        click.option("--shared", metavar="PATH|URL", help="A folder that every worker sees; fsspec's addresses too."),
        click.option("--ray-address", metavar="ADDRESS", help="The cluster; without it, one is started here."),
        click.option(
            "--shard-size", type=click.IntRange(min=1), help="Samples that a worker takes at a time; 500 when left out."
        ),
        click.option("--workers", type=click.IntRange(min=1), help="Processes of the cluster; 2 when left out."),
        click.option("--on", type=click.Choice(["ray"]), help="Run the samples on a cluster."),
    ):
        found = option(found)
    return found
