"""Rule ``token-budget``: a prompt stays within the project's budget."""

from assay.author.lint.rule import LintSettings
from assay.models.token_count import TokenCount


def words(text: str, model: str) -> TokenCount:
    """A word is a token here."""
    return TokenCount(len(text.split()), exact=False, encoding="o200k_base")


INPUT = "inputs: {x: {type: string, max_chars: 400}}"


def test_a_hit_by_values(lint):
    (found,) = lint(
        "token-budget", INPUT, "user:\none two\n{{ x }}", tokens=words, settings=LintSettings(token_budget=101)
    )

    assert found.level == "warning"
    assert "about 102 tokens (2 of text); the budget is 101" in found.what
    assert "'x'" in found.hint
    assert found.where.path == "inputs"


def test_a_hit_by_text(lint):
    (found,) = lint("token-budget", "", "user:\n" + "word " * 12, tokens=words, settings=LintSettings(token_budget=11))

    assert "shorten the text" in found.hint
    assert found.where.line == 6


def test_a_near_miss(lint):
    body = "user:\none two\n{{ x }}"

    assert lint("token-budget", INPUT, body, tokens=words, settings=LintSettings(token_budget=102)) == []
    assert lint("token-budget", INPUT, "user:\none", tokens=words, settings=LintSettings(token_budget=1)) == []
    assert lint("token-budget", INPUT, body, settings=LintSettings(token_budget=1)) == []


def test_the_tokens_are_those_of_the_prompts_model(lint):
    asked = []

    def count(text: str, model: str) -> TokenCount:
        asked.append(model)
        return words(text, model)

    lint("token-budget", "model: openai/gpt-4o", tokens=count, default_model="a/b")
    lint("token-budget", "", tokens=count, default_model="a/b")

    assert asked == ["openai/gpt-4o", "a/b"]
