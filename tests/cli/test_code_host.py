"""Comments on a pull request, against a stand-in for the code host's HTTP interface."""

import json
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from assay.cli.code_host import find_thread, put_comment
from assay.cli.main import run
from assay.core.errors import BadInput, Unavailable

MARK = "<!-- assay-run sort 0123456789ab -->"
BODY = f"{MARK}\n### sort: Pass\n"


class Host:
    """Comments in memory, as GitHub and GitLab hold them; ``refuse`` is a status to answer everything with."""

    def __init__(self) -> None:
        self.comments: list[dict[str, object]] = []
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.me: str | None = None
        self.author = "github-actions[bot]"
        self.refuse: int | None = None
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def add(self, body: str, author: str) -> None:
        self.comments.append(
            {"id": len(self.comments) + 1, "body": body, "user": {"login": author}, "author": {"username": author}}
        )

    def answer(self, method: str, path: str, body: dict[str, str]) -> tuple[int, object]:
        place = urllib.parse.urlsplit(path)
        if self.refuse is not None:
            return self.refuse, {"message": "no"}
        if place.path.endswith("/user"):
            return (403, {}) if self.me is None else (200, {"login": self.me, "username": self.me})
        if method == "GET":
            query = urllib.parse.parse_qs(place.query)
            size, page = int(query["per_page"][0]), int(query["page"][0])
            return 200, self.comments[size * (page - 1) : size * page]
        if method == "POST":
            self.add(body["body"], self.author)
            return 201, self.comments[-1]
        found = next(c for c in self.comments if c["id"] == int(place.path.rpartition("/")[2]))
        found["body"] = body["body"]
        return 200, found

    def _handler(host):  # noqa: N805 - the handler has a self of its own
        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length) or b"{}")
                host.requests.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))
                status, found = host.answer(self.command, self.path, body)
                data = json.dumps(found).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        for method in ("GET", "POST", "PATCH", "PUT"):
            setattr(Handler, f"do_{method}", Handler.answer)
        return Handler


@pytest.fixture
def host():
    host = Host()
    thread = threading.Thread(target=host.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield host
    host.server.shutdown()
    thread.join()
    host.server.server_close()


@pytest.fixture
def github(host, tmp_path) -> dict[str, str]:
    event = tmp_path / "event.json"
    event.write_text('{"pull_request": {"number": 7}}')
    return {
        "GITHUB_ACTIONS": "true", "GITHUB_API_URL": host.address, "GITHUB_REPOSITORY": "me/prompts",
        "GITHUB_EVENT_PATH": str(event), "GITHUB_TOKEN": "secret-token", "GITHUB_RUN_ID": "99",
        "GITHUB_SERVER_URL": "https://github.invalid",
    }  # fmt: skip


@pytest.fixture
def gitlab(host) -> dict[str, str]:
    host.me = host.author = "bot"
    return {
        "GITLAB_CI": "true", "CI_API_V4_URL": f"{host.address}/api/v4", "CI_PROJECT_ID": "12",
        "CI_MERGE_REQUEST_IID": "7", "GITLAB_TOKEN": "secret-token", "CI_JOB_URL": "https://gitlab.invalid/job/1",
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_a_comment_is_written_once_and_then_brought_up_to_date(host, kind, request):
    thread = find_thread(request.getfixturevalue(kind))

    assert put_comment(thread, BODY) == "written"
    assert put_comment(thread, BODY.replace("Pass", "Fail")) == "updated"
    (comment,) = host.comments
    assert comment["body"].startswith(f"{MARK}\n### sort: Fail\n\n[Job with report and files](https://{kind}.invalid/")


def test_each_suite_has_a_comment_of_its_own(host, github):
    thread = find_thread(github)
    put_comment(thread, BODY)
    put_comment(thread, BODY.replace("sort 0", "extract 1"))

    assert len(host.comments) == 2


def test_the_comment_is_found_behind_many_others(host, github):
    for number in range(230):
        host.add(f"comment {number}", "someone")
    host.add(BODY, "github-actions[bot]")

    assert put_comment(find_thread(github), BODY) == "updated"


def test_nobody_elses_comment_is_touched_though_it_bears_the_mark(host, github):
    host.add(BODY, "mallory")

    assert put_comment(find_thread(github), BODY) == "written"
    assert host.comments[0]["body"] == BODY


def test_a_token_of_a_persons_finds_that_persons_comment(host, github):
    host.me = host.author = "me"
    thread = find_thread(github)

    assert [put_comment(thread, BODY), put_comment(thread, BODY)] == ["written", "updated"]


def test_the_addresses_are_those_of_githubs_interface(host, github):
    put_comment(find_thread(github), BODY)
    put_comment(find_thread(github), BODY)
    sent = [(method, path) for method, path, _ in host.requests if method != "GET"]

    assert sent == [
        ("POST", "/repos/me/prompts/issues/7/comments"),
        ("PATCH", "/repos/me/prompts/issues/comments/1"),
    ]
    assert {headers["authorization"] for _, _, headers in host.requests} == {"Bearer secret-token"}


def test_the_addresses_are_those_of_gitlabs_interface(host, gitlab):
    put_comment(find_thread(gitlab), BODY)
    put_comment(find_thread(gitlab), BODY)
    sent = [(method, path) for method, path, _ in host.requests if method != "GET"]

    assert sent == [
        ("POST", "/api/v4/projects/12/merge_requests/7/notes"),
        ("PUT", "/api/v4/projects/12/merge_requests/7/notes/1"),
    ]
    assert {headers["private-token"] for _, _, headers in host.requests} == {"secret-token"}


@pytest.mark.parametrize(("status", "hint"), [(403, "pull-requests: write"), (500, "try again")])
def test_a_refusal_is_one_sentence_that_says_what_is_missing_and_not_the_token(host, github, status, hint):
    host.refuse = status
    with pytest.raises(Unavailable) as caught:
        put_comment(find_thread(github), BODY)

    assert f"GitHub refused the comment: {status}" in caught.value.what
    assert hint in caught.value.hint
    assert "secret-token" not in str(caught.value)


def test_a_host_that_does_not_answer_is_one_sentence(host, github):
    host.server.shutdown()
    host.server.server_close()
    with pytest.raises(Unavailable, match="GitHub gave no answer"):
        put_comment(find_thread(github), BODY)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"GITHUB_ACTIONS": ""}, "no job of GitHub Actions or GitLab CI"),
        ({"GITHUB_TOKEN": ""}, "the variable GITHUB_TOKEN is not set"),
        ({"GITHUB_EVENT_PATH": "gone"}, "not about a pull request"),
        ({"GITHUB_API_URL": "file:///etc"}, "GITHUB_API_URL is no address"),
    ],
)
def test_what_the_job_lacks_is_said(github, change, what):
    with pytest.raises(BadInput, match=what):
        find_thread(github | change)


class TestTheCommand:
    @pytest.fixture(autouse=True)
    def job(self, github, monkeypatch, tmp_path):
        for name, value in github.items():
            monkeypatch.setenv(name, value)
        (tmp_path / "comment.md").write_text(BODY)
        (tmp_path / "other.md").write_text("hello")
        monkeypatch.chdir(tmp_path)

    def test_puts_the_file_on_the_pull_request(self, host, capsys):
        assert run(["comment", "comment.md", "--number", "8"]) == 0
        assert host.comments[0]["body"].startswith(BODY)
        assert host.requests[-1][1] == "/repos/me/prompts/issues/8/comments"
        assert capsys.readouterr().err == "comment.md: written\n"

    def test_takes_no_other_file(self, host, capsys):
        assert run(["comment", "other.md"]) == 2
        assert "other.md is no comment of Assay's" in capsys.readouterr().err
        assert host.requests == []

    def test_takes_the_token_from_the_variable_that_is_named(self, host, monkeypatch):
        monkeypatch.setenv("REVIEW", "another")

        assert run(["comment", "comment.md", "--token-env", "REVIEW"]) == 0
        assert host.requests[-1][2]["authorization"] == "Bearer another"


def test_the_markdown_that_is_exported_is_taken(tmp_path: Path):
    from assay.evaluate.exporters.markdown import marker

    assert marker("x").startswith("<!-- assay-run ")
