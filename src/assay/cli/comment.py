"""``assay comment``: what a run came to, as a comment on the pull request that a CI job is about."""

import os
from pathlib import Path

import click

from assay.author.source import read_text
from assay.cli.code_host import find_thread, put_comment
from assay.core.errors import BadInput

_MARKER = "<!-- assay-run "


@click.command(
    epilog="""\b
Examples:
  assay comment comment.md
  assay comment assay-report/comment.md --number 12
  assay comment comment.md --token-env REVIEW_TOKEN

\b
In GitHub Actions the token is GITHUB_TOKEN, which needs 'permissions: {pull-requests: write}'.
In GitLab CI it is GITLAB_TOKEN: a project access token with the scope 'api'."""
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--number", type=click.IntRange(min=1), help="The pull request, where the job is not about one.")
@click.option("--token-env", metavar="NAME", help="The environment variable that holds the token.")
def comment(files: tuple[Path, ...], number: int | None, token_env: str | None) -> None:
    """Put comments on the pull request that this CI job is about.

    FILE is what '--export markdown=FILE' wrote. A suite's comment that is there already is brought up to date.
    """
    bodies = [(file, _body(file)) for file in files]
    thread = find_thread(os.environ, number=number, token_env=token_env)
    for file, body in bodies:
        click.echo(f"{file}: {put_comment(thread, body)}", err=True)


def _body(file: Path) -> str:
    text = read_text(file, str(file))
    if not text.startswith(_MARKER):
        raise BadInput(
            f"{file} is no comment of Assay's", hint="write one with --export markdown=FILE", code="comment.file"
        )
    return text
