"""Rule ``exit-not-in-text``: a way out has to be told."""

import pytest


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param(
            "contract: {refuse: {when: w, reply: OUT OF SCOPE}}", "user:\nPlease refuse politely.", id="reply"
        ),
        pytest.param("contract: {refuse: w}", "user:\nHello.", id="refuse"),
        pytest.param("contract: {ask: {when: w}}", "user:\nHello, task force.", id="ask"),
        pytest.param("contract: {escalate: w}", "user:\nHello.", id="escalate"),
    ],
)
def test_a_hit(lint, front, body):
    (found,) = lint("exit-not-in-text", front, body)

    assert found.rule == "exit-not-in-text"
    assert found.level == "warning"
    assert "no message tells the model" in found.what


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param(
            "contract: {refuse: {when: w, reply: Out of scope}}", "user:\nElse say: out\nof scope.", id="reply"
        ),
        pytest.param(
            "contract: {refuse: {when: w, reply: Sorry…}}", "user:\nBegin with Sorry, then say why.", id="begins"
        ),
        pytest.param("contract: {refuse: w}", "user:\nDecline what is rude.", id="refuse"),
        pytest.param("contract: {ask: w}", "user:\nAsk when the order is missing.", id="ask"),
        pytest.param("contract: {escalate: w}", "user:\nForward threats.", id="escalate"),
        pytest.param("", "user:\nHello.", id="none"),
    ],
)
def test_a_near_miss(lint, front, body):
    assert lint("exit-not-in-text", front, body) == []
