"""Putting a comment on the pull request or merge request that a CI job is about, over the code host's HTTP interface.

A comment is known by its first line, a hidden marker, and brought up to date instead of written again; only
comments of the same author are touched. Where the job is, the environment says; nothing else is read of it.
"""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Literal

from assay.core.errors import BadInput, Unavailable

TIMEOUT_S = 30.0
_PAGE = 100
_MOST_PAGES = 50
_OWN_TOKENS_AUTHOR = "github-actions[bot]"
"""Who writes with the token of a job, which may not ask for its own name."""

Method = Literal["GET", "POST", "PATCH", "PUT"]


@dataclass(frozen=True, slots=True)
class Thread:
    """The comments of one request for a change.

    Attributes:
        host: ``GitHub`` or ``GitLab``, for messages.
        comments: The address of the list of comments.
        one: The address that a comment's id is put behind.
        update: The method that changes a comment.
        user: The address that says whose the token is.
        headers: What says who we are; the token among them.
        job: The page of the CI job, for people; or "".
        permission: What the token must be allowed.
    """

    host: str
    comments: str
    one: str
    update: Method
    user: str
    headers: dict[str, str]
    job: str
    permission: str


def find_thread(environ: Mapping[str, str], *, number: int | None = None, token_env: str | None = None) -> Thread:
    """The comments of the change that the CI job is about.

    Args:
        environ: The job's variables.
        number: The pull request, where the job does not know it.
        token_env: The variable that holds the token, instead of the host's own.

    Raises:
        BadInput: This is no job of a known CI system, not about a change, or has no token.
    """
    if environ.get("GITHUB_ACTIONS") == "true":
        return _github(environ, number, token_env or "GITHUB_TOKEN")
    if environ.get("GITLAB_CI") == "true":
        return _gitlab(environ, number, token_env or "GITLAB_TOKEN")
    raise BadInput(
        "this is no job of GitHub Actions or GitLab CI, so there is nothing to comment on",
        hint="write the comment to a file with --export markdown=comment.md",
        code="comment.no_job",
    )


def put_comment(thread: Thread, body: str) -> str:
    """Write the comment, or bring the one with the same marker up to date; what happened, in a word.

    Raises:
        Unavailable: The host cannot be reached, or refuses.
    """
    marker, _, _ = body.partition("\n")
    text = f"{body.rstrip()}\n\n[Job with report and files]({thread.job})\n" if thread.job else body
    author = _author(thread)
    for comment in _comments(thread):
        if str(comment.get("body", "")).startswith(marker) and _written_by(comment) == author:
            _send(thread, thread.update, f"{thread.one}/{comment['id']}", {"body": text})
            return "updated"
    _send(thread, "POST", thread.comments, {"body": text})
    return "written"


def _github(environ: Mapping[str, str], number: int | None, token_env: str) -> Thread:
    base = _address(environ, "GITHUB_API_URL")
    repository = urllib.parse.quote(_need(environ, "GITHUB_REPOSITORY"))
    found = number or _pull_request(environ.get("GITHUB_EVENT_PATH", ""))
    if found is None:
        raise _no_change("pull request", "run it on the event pull_request, or give --number")
    run = f"{environ.get('GITHUB_SERVER_URL', '')}/{repository}/actions/runs/{environ.get('GITHUB_RUN_ID', '')}"
    issues = f"{base}/repos/{repository}/issues"
    return Thread(
        host="GitHub",
        comments=f"{issues}/{found}/comments",
        one=f"{issues}/comments",
        update="PATCH",
        user=f"{base}/user",
        headers={
            "Authorization": f"Bearer {_need(environ, token_env)}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        },
        job=run if environ.get("GITHUB_RUN_ID") else "",
        permission="permissions: {pull-requests: write}",
    )


def _gitlab(environ: Mapping[str, str], number: int | None, token_env: str) -> Thread:
    base = _address(environ, "CI_API_V4_URL")
    found = number or environ.get("CI_MERGE_REQUEST_IID")
    if not found:
        raise _no_change("merge request", "run it in merge request pipelines, or give --number")
    project = urllib.parse.quote(_need(environ, "CI_PROJECT_ID"), safe="")
    notes = f"{base}/projects/{project}/merge_requests/{found}/notes"
    return Thread(
        host="GitLab",
        comments=notes,
        one=notes,
        update="PUT",
        user=f"{base}/user",
        headers={"PRIVATE-TOKEN": _need(environ, token_env)},
        job=environ.get("CI_JOB_URL", ""),
        permission="a project access token with the scope api",
    )


def _no_change(kind: str, hint: str) -> BadInput:
    return BadInput(f"this job is not about a {kind}", hint=hint, code="comment.no_change")


def _pull_request(event: str) -> int | None:
    """The number that the event's file holds; None where it is about something else."""
    try:
        found = json.loads(Path(event).read_bytes()) if event else {}
    except (OSError, ValueError):
        return None
    number = found.get("pull_request", {}).get("number") if isinstance(found, dict) else None
    return number if isinstance(number, int) else None


def _need(environ: Mapping[str, str], name: str) -> str:
    if not (found := environ.get(name)):
        raise BadInput(
            f"the variable {name} is not set", hint=f"give the job's step the variable {name}", code="comment.variable"
        )
    return found


def _address(environ: Mapping[str, str], name: str) -> str:
    found = _need(environ, name).rstrip("/")
    if not found.startswith(("https://", "http://")):
        raise BadInput(f"{name} is no address of a server", hint="it begins with https://", code="comment.variable")
    return found


def _author(thread: Thread) -> str:
    """The name that comments of this token bear."""
    try:
        found = _send(thread, "GET", thread.user)
    except Unavailable:
        return _OWN_TOKENS_AUTHOR
    return str(found.get("login") or found.get("username")) if isinstance(found, dict) else ""


def _written_by(comment: Mapping[str, object]) -> str:
    user = comment.get("user") or comment.get("author")
    return str(user.get("login") or user.get("username")) if isinstance(user, dict) else ""


def _comments(thread: Thread) -> Iterator[dict[str, object]]:
    for page in range(1, _MOST_PAGES + 1):
        found = _send(thread, "GET", f"{thread.comments}?per_page={_PAGE}&page={page}")
        listed = [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []
        yield from listed
        if len(listed) < _PAGE:
            return


def _send(thread: Thread, method: Method, address: str, body: dict[str, str] | None = None) -> object:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data=data, method=method)  # noqa: S310 - an http address, see _address
    request.add_header("User-Agent", "assay")
    request.add_header("Content-Type", "application/json")
    for name, value in thread.headers.items():
        request.add_unredirected_header(name, value)  # the token goes to no other server
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310 - as above
            return json.loads(response.read() or b"null")
    except urllib.error.HTTPError as error:
        error.close()
        hint = f"the token needs {thread.permission}" if error.code in {401, 403, 404} else "try again"
        what = f"{thread.host} refused the comment: {error.code} {error.reason}"
        raise Unavailable(what, hint=hint, code="comment.refused") from None
    except (OSError, HTTPException, ValueError) as error:
        what = f"{thread.host} gave no answer: {getattr(error, 'reason', None) or type(error).__name__}"
        raise Unavailable(what, hint="try again", code="comment.unreachable") from None
