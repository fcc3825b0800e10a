"""The setting ``models.max_attempts`` bounds how often a call is sent."""

import pytest

from assay.cli.main import run
from assay.testing.fake_provider import FakeProvider


@pytest.mark.parametrize("attempts", [1, 2])
def test_a_call_that_fails_for_now_is_sent_as_often_as_the_setting_says(project, capsys, monkeypatch, attempts):
    (project / "p.prompt.md").write_text("---\nprompt: p\n---\nuser:\nhi\n", "utf-8")
    monkeypatch.setenv("ASSAY_MODELS_MAX_ATTEMPTS", str(attempts))

    with FakeProvider("x", script=["500"] * 5) as fake:
        status = run(["run", "p", "--model", "openai-compatible/m", "--base-url", fake.base_url])

    assert status == 2
    assert len(fake.requests) == attempts
    assert "error:" in capsys.readouterr().err
