"""Addresses that a configuration asks: the ``http`` provider, and OpenAI's moderations."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

Answer = Callable[[dict[str, Any]], tuple[int, Any]]


class Server:
    """A small server: what it was asked, and the function that answers."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answer: Answer = lambda asked: (200, asked)
        self.url = ""
        self.pause_after = 0


@pytest.fixture
def server() -> Iterator[Server]:
    """A server on this machine."""
    made = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
            asked = {"path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()}, "body": body}
            made.asked.append(asked)
            status, value = made.answer(asked)
            told = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            for part in (told[: made.pause_after], told[made.pause_after :]):
                self.wfile.write(part)
                self.wfile.flush()
                time.sleep(0.05 if made.pause_after else 0)

        do_GET = do_POST  # noqa: N815 - the library's name

        def log_message(self, *parts: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as listening:
        made.url = f"http://127.0.0.1:{listening.server_port}"
        thread = threading.Thread(target=listening.serve_forever, args=[0.01], daemon=True)
        thread.start()
        yield made
        listening.shutdown()
        thread.join()


def test_a_body_is_filled_in_and_the_answer_is_taken_apart(evaluate, server, monkeypatch):
    monkeypatch.setenv("MY_TOKEN", "token-of-mine")
    server.answer = lambda asked: (200, {"said": [json.loads(asked["body"])["ask"]["q"].upper()]})
    ran = evaluate(
        f"""\
        prompts: ['say "{{{{x}}}}"']
        providers:
          - id: {server.url}/ask
            config:
              method: POST
              headers:
                Content-Type: application/json
                X-Who: '{{{{x}}}}'
                Authorization: 'Bearer {{{{env.MY_TOKEN}}}}'
              body: {{ask: {{q: '{{{{prompt}}}}'}}}}
              queryParams: {{deep: 'yes'}}
              transformResponse: json.said[0]
        tests: [{{vars: {{x: plum}}}}]
        """
    )

    assert ran.outputs == ['SAY "PLUM"']
    (asked,) = server.asked
    assert asked["path"] == "/ask?deep=yes"
    assert (asked["headers"]["x-who"], asked["headers"]["authorization"]) == ("plum", "Bearer token-of-mine")
    assert "token-of-mine" not in json.dumps(ran.document)


def test_an_answer_that_says_to_try_again_is_tried_again(evaluate, server):
    server.answer = lambda asked: (429 if len(server.asked) < 2 else 200, {"ok": "fine"})
    ran = evaluate(
        f"prompts: [a]\nproviders: [{{id: {server.url}, config: {{method: POST, body: {{q: '{{{{prompt}}}}'}}, "
        "transformResponse: json.ok, maxRetries: 2}}]\n"
    )

    assert (ran.outputs, len(server.asked)) == (["fine"], 2)


def test_an_answer_that_comes_in_parts_is_read_to_its_end(evaluate, server):
    server.answer, server.pause_after = lambda asked: (200, {"said": "a long story"}), 5
    ran = evaluate(
        f"prompts: [a]\nproviders: [{{id: {server.url}, config: {{method: POST, body: {{q: '{{{{prompt}}}}'}}, "
        "transformResponse: json.said}}]\n"
    )

    assert ran.outputs == ["a long story"]


def test_an_answer_of_an_unwanted_status_is_an_error_of_the_sample(evaluate, server):
    server.answer = lambda asked: (404, {"no": "thing"})
    ran = evaluate(
        f"prompts: [a]\nproviders: [{{id: {server.url}, config: {{method: POST, body: {{q: '{{{{prompt}}}}'}}}}}}]\n"
    )

    assert (ran.status, ran.passed) == (3, [False])
    assert "404" in ran.rows[0]["error"]


@pytest.mark.parametrize("key", ["tls", "multipart", "nonsense"])
def test_a_setting_that_is_not_supported_is_refused_by_name_before_a_call(evaluate, server, key):
    ran = evaluate(
        f"prompts: [a]\nproviders:\n- id: {server.url}\n  config: {{method: POST, body: x, {key}: {{a: 1}}}}\n"
    )

    assert (ran.status, server.asked) == (2, [])
    assert key in ran.err
    assert "promptfooconfig.yaml:3" in ran.err


def test_moderation_asks_at_openais_address(evaluate, server, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "key-of-mine")
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    server.answer = lambda asked: (
        200,
        {"results": [{"categories": {"harassment": "rude" in asked["body"], "violence": False}}]},
    )
    ran = evaluate(
        "prompts: ['{{x}}']\nproviders: [echo]\ndefaultTest: {assert: [{type: moderation, value: [harassment]}]}\n"
        "tests: [{vars: {x: kind}}, {vars: {x: rude}}]\n"
    )

    assert ran.passed == [True, False]
    assert {asked["path"] for asked in server.asked} == {"/moderations"}
    assert {asked["headers"]["authorization"] for asked in server.asked} == {"Bearer key-of-mine"}


@pytest.mark.parametrize(
    ("assertion", "said"),
    [
        ("{type: moderation}", "OPENAI_API_KEY"),
        ("{type: moderation, provider: 'replicate:moderation:x'}", "replicate:moderation:x"),
    ],
)
def test_moderation_that_cannot_be_had_is_refused_before_a_call(evaluate, monkeypatch, assertion, said):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    ran = evaluate(f"prompts: [a]\nproviders: [echo]\ntests: [{{assert: [{assertion}]}}]\n")

    assert (ran.status, ran.document) == (2, None)
    assert said in ran.err


def test_guardrails_are_what_the_provider_says_of_them(evaluate):
    code = """\
        def call_api(prompt, options, context):
            if prompt == 'none':
                return {'output': prompt}
            return {'output': prompt, 'guardrails': {'flagged': prompt == 'bad', 'reason': 'seen: ' + prompt}}
    """
    ran = evaluate(
        "prompts: ['{{x}}']\nproviders: ['python:p.py']\ndefaultTest: {assert: [{type: guardrails}]}\n"
        "tests: [{vars: {x: good}}, {vars: {x: bad}}, {vars: {x: none}}]\n",
        files={"p.py": code},
    )

    assert ran.passed == [True, False, True]
    assert ran.rows[1]["gradingResult"]["reason"] == "seen: bad"
