"""Rule ``secret-in-text``: no key in a file that is shared."""

import random

import pytest

from assay.author.lint.rules.secret_in_text import bits


def noise(n: int, alphabet: str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") -> str:
    """Random text, the same each time; made here so that no file holds what looks like a key."""
    return "".join(random.Random(n).choices(alphabet, k=n))


UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
WEB_TOKEN = ".".join(["eyJ" + noise(20), "eyJ" + noise(30), noise(40)])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("sk-" + noise(40), "an API key: sk-", id="openai"),
        pytest.param("sk-ant-api03-" + noise(80), "an API key", id="anthropic"),
        pytest.param("AKIA" + noise(16, UPPER), "an AWS access key: AKIA…", id="aws"),
        pytest.param("ghp_" + noise(36), "a GitHub token", id="github"),
        pytest.param("github_pat_" + noise(60), "a GitHub token", id="github-fine-grained"),
        pytest.param("glpat-" + noise(20), "a GitLab token", id="gitlab"),
        pytest.param("AIza" + noise(35), "a Google API key", id="google"),
        pytest.param("xoxb-" + noise(24), "a Slack token", id="slack"),
        pytest.param("sk_live_" + noise(24), "a payment key", id="payment"),
        pytest.param("hf_" + noise(34), "a Hugging Face token", id="hugging-face"),
        pytest.param("npm_" + noise(36), "an npm token", id="npm"),
        pytest.param("SG." + noise(22) + "." + noise(43), "a SendGrid key", id="sendgrid"),
        pytest.param(WEB_TOKEN, "a JSON web token", id="jwt"),
        pytest.param("-----BEGIN RSA " + "PRIVATE KEY-----", "a private key", id="private-key"),
        pytest.param("postgres://admin:" + noise(12) + "@db.internal/x", "an address with a password", id="address"),
        pytest.param("The password is " + noise(16), "a secret", id="password"),
        pytest.param("api_key: '" + noise(24) + "'", "a secret", id="named-key"),
    ],
)
def test_a_hit_shows_only_the_beginning(lint, text, words):
    (found,) = lint("secret-in-text", "", f"user:\nA\nUse {text} now.")

    assert found.level == "error"
    assert words in found.what
    assert found.where.line == 7
    assert text[8:] not in found.what or text.startswith("-----")


def test_a_hit_in_the_front_matter_is_placed_there(lint):
    (found,) = lint("secret-in-text", f"inputs:\n  x:\n    default: sk-{noise(40)}", "user:\n{{ x }}")

    assert found.where.path == "inputs.x.default"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("sk-" + "x" * 40, id="placeholder"),
        pytest.param("AKIA" + "EXAMPLE", id="too-short"),
        pytest.param("Never ask for a password or a token.", id="the-word-alone"),
        pytest.param("The token is authentication-related", id="words"),
        pytest.param("password: {{ x }}", id="a-value"),
        pytest.param("https://example.com:8443/path@x", id="a-port"),
        pytest.param("ask-me-anything-about-the-product-today", id="a-word-that-ends-so"),
        pytest.param("sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", id="digest"),
    ],
)
def test_a_near_miss(lint, text):
    assert lint("secret-in-text", "inputs: {x?: any}", f"user:\n{text}") == []


def test_random_text_has_more_bits_than_a_placeholder():
    assert bits("x" * 20) == 0
    assert bits(noise(40)) > 4
