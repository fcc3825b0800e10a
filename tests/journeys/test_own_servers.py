"""A suite whose variant, judge and simulated user each have a server and a key of their own."""

import json

from assay.testing.fake_provider import FakeProvider

PROMPT = """\
---
prompt: desk.talk
version: 1.0.0
inputs:
  message: string
  history: {type: array, default: []}
---
insert: history

user:
{{ message }}
"""

SUITE = """\
suite: desk.talk
datasets: [../datasets/talk.jsonl]
variants:
  - {name: own, prompt: ../prompts/talk.prompt.md, model: openai-compatible/a, base_url: "A", key: env:KEY_A}
judge: {model: openai-compatible/j, base_url: "J", key: env:KEY_J}
conversation: {user: You ask., model: openai-compatible/u, base_url: "U", key: env:KEY_U, max_turns: 2}
graders:
  - {grader: llm-rubric, value: It is answered., EXTRA}
"""
YES = json.dumps({"reason": "fine", "score": 1, "pass": True})
SAYS = json.dumps({"message": "and then?", "done": False})


def test_each_is_asked_at_its_own_server_with_its_own_key_which_is_kept_nowhere(desk, here, monkeypatch):
    desk.write("prompts/talk.prompt.md", PROMPT)
    desk.write("datasets/talk.jsonl", '{"id": "t-1", "inputs": {"message": "hi"}}\n')
    for name in "AJU":
        monkeypatch.setenv(f"KEY_{name}", f"secret-of-{name}")
    with (
        FakeProvider("an answer", key="secret-of-A") as a,
        FakeProvider(YES, key="secret-of-J") as j,
        FakeProvider(SAYS, key="secret-of-U") as u,
    ):
        suite = SUITE.replace('"A"', a.base_url).replace('"J"', j.base_url).replace('"U"', u.base_url)
        desk.write("suites/talk.yaml", suite.replace(", EXTRA", ""))
        done = here("eval", "suites/talk.yaml")
        own = f", judge: {{model: openai-compatible/own, base_url: {j.base_url}, key: env:KEY_J}}"
        desk.write("suites/talk.yaml", suite.replace(", EXTRA", own))
        again = here("eval", "suites/talk.yaml")

    told, plan = (json.loads((desk.runs()[-1] / f"{name}.json").read_text("utf-8")) for name in ("summary", "plan"))
    assert told["asked"] == plan["asked"]
    assert told["asked"]["user"] == f"openai-compatible/u at {u.base_url}"
    assert told["asked"]["judge of llm-rubric"] == f"openai-compatible/own at {j.base_url}"
    assert told["variants"][0]["grading"]["calls"] == 2
    assert "judge and user" in done.out
    assert "Judge of llm-rubric" in (desk.runs()[-1] / "report.html").read_text("utf-8")
    assert (done.status, again.status) == (0, 0), done.out + done.err + again.out
    assert [len(fake.requests) for fake in (a, j, u)] == [2, 2, 1]
    assert [request.body["model"] for request in j.requests] == ["j", "own"]
    assert [row["status"] for row in desk.rows()] == ["passed"]
    kept = [path.read_bytes() for path in (desk.root / ".assay").rglob("*") if path.is_file()]
    assert kept
    assert not any(b"secret-of" in content for content in kept)
