"""Rule ``conflicting-format``: one format at a time."""

import pytest


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("contract: {choices: [a, b]}", "user:\nReturn a JSON object.", id="contract-choice"),
        pytest.param("contract: {format: json}", "system:\nAnswer in Markdown.\nuser:\nx", id="contract-json"),
        pytest.param("contract: {format: json}", "user:\nReply with one word.", id="contract-json-one-word"),
        pytest.param("contract: {format: markdown}", "user:\nOutput valid JSON.", id="contract-markdown"),
        pytest.param("contract: {format: text}", "user:\nRespond in JSON.", id="contract-text"),
        pytest.param("", "system:\nAnswer in JSON.\nuser:\nFormat it as XML.", id="two-messages"),
        pytest.param("contract: {schema: {a: string}}", "user:\nReturn only JSON.\nExplain your choice.", id="explain"),
    ],
)
def test_a_hit(lint, front, body):
    (found,) = lint("conflicting-format", front, body)

    assert found.rule == "conflicting-format"
    assert found.level == "warning"
    assert "this asks for" in found.what


@pytest.mark.parametrize(
    ("front", "body"),
    [
        pytest.param("contract: {format: json}", "system:\nReturn valid JSON.\nuser:\nReply in JSON.", id="same"),
        pytest.param("contract: {choices: [a, b]}", "user:\nDo not return JSON.", id="negated"),
        pytest.param("contract: {format: json}", "user:\nWrite no Markdown.", id="no-markdown"),
        pytest.param("contract: {choices: [a, b]}", "user:\nThe ticket is given as JSON.", id="input-as-json"),
        pytest.param("contract: {format: json}", "user:\nWrite Markdown inside the field body.", id="a-field"),
        pytest.param(
            "contract: {schema: {answer: string, reason: string}}",
            "user:\nReturn only JSON.\nExplain your choice.",
            id="explanation-field",
        ),
        pytest.param(
            "contract: {choices: [a, b]}", "user:\nx\nassistant:\nReturn a JSON object.\nuser:\ny", id="example-reply"
        ),
        pytest.param("contract: {format: json}", "user:\nUse the text in the XML tags.", id="xml-tags"),
        pytest.param("", "user:\nAnswer in plain text, in one word.", id="plain-word"),
    ],
)
def test_a_near_miss(lint, front, body):
    assert lint("conflicting-format", front, body) == []
