"""Rule ``example-breaks-contract``: an example is a reply as it has to be."""

import pytest


def body(reply: str) -> str:
    return f"user:\nx\nassistant:\n{reply}\nuser:\ny"


@pytest.mark.parametrize(
    ("contract", "reply", "words"),
    [
        pytest.param("{choices: [billing, bug]}", "Category: billing", "none of the choices", id="choice"),
        pytest.param("{choices: [billing, bug]}", "Bug", "none of the choices", id="other-case"),
        pytest.param("{format: json}", "```json\n{}\n```", "not JSON", id="fenced"),
        pytest.param("{schema: {a: string}}", '{"b": 1}', "b", id="schema"),
        pytest.param("{limits: {max_chars: 3}}", "four", "4 characters", id="characters"),
        pytest.param("{limits: {max_words: 2}}", "a b c", "3 words", id="words"),
        pytest.param("{format: json, refuse: {when: w, reply: NO}}", "NO way", "not JSON", id="nearly-a-way-out"),
    ],
)
def test_a_hit(lint, contract, reply, words):
    (found,) = lint("example-breaks-contract", f"contract: {contract}", body(reply))

    assert found.level == "error"
    assert words in found.what
    assert found.where.line == 8


@pytest.mark.parametrize(
    ("front", "text"),
    [
        pytest.param("contract: {choices: [billing, bug]}", body("bug"), id="choice"),
        pytest.param("contract: {choices: [billing, bug]}", body('"bug"'), id="quoted-choice"),
        pytest.param("contract: {schema: {a: string}}", body('{"a": "b"} {# yes #}'), id="schema"),
        pytest.param("contract: {format: json, refuse: {when: w, reply: NO}}", body("NO"), id="way-out"),
        pytest.param("contract: {format: json, ask: {when: w, reply: Which…}}", body("Which one?"), id="way-out-begun"),
        pytest.param("contract: {format: json}\ninputs: {x: any}", body("{{ x }}"), id="of-values"),
        pytest.param("contract: {format: json}", "user:\nx\nassistant:\n{", id="the-reply-begun"),
        pytest.param("contract: {format: text}", body("anything"), id="text"),
        pytest.param("", body("anything"), id="no-contract"),
    ],
)
def test_a_near_miss(lint, front, text):
    assert lint("example-breaks-contract", front, text) == []
