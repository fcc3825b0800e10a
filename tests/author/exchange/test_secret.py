"""What is taken for a secret, and what is not."""

import pytest

from assay.author.exchange.secret import is_secret_name, looks_secret, without_secrets


@pytest.mark.parametrize(
    "name",
    [
        "apiKey",
        "api_key",
        "API-KEY",
        "azure_api_key",
        "token",
        "access_token",
        "clientSecret",
        "password",
        "credentials",
        "authorization",
    ],
)
def test_a_key_that_holds_a_secret_is_known_by_its_name(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["max_tokens", "maxOutputTokens", "key", "author", "stopTokens", "keywords", "tokenizer"]
)
def test_other_keys_are_left_alone(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "value",
    ["sk-" + "a1B2" * 8, "AIza" + "x" * 35, "ghp_" + "a" * 36, "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.c2lnbmF0dXJl"],
)
def test_a_secret_is_known_by_its_look(value: str) -> None:
    assert looks_secret(value)


def test_secrets_are_taken_out_wherever_they_stand() -> None:
    value = {"a": {"apiKey": "x", "b": [1, "sk-" + "z" * 20]}, "note": "task-based"}

    kept, removed = without_secrets(value)

    assert kept == {"a": {"b": [1]}, "note": "task-based"}
    assert sorted(removed, key=str) == [("a", "apiKey"), ("a", "b", 1)]
