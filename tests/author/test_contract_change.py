"""What a change of the contract means for those who read replies."""

import pytest

from assay.author.contract_change import contract_changes
from assay.author.types import Contract
from assay.testing.memory_tree import prompt_of


def contract(text: str) -> Contract | None:
    line = f"contract: {text}\n" if text else ""
    return prompt_of(f"---\nprompt: a\ninputs: {{docs?: any, more?: any}}\n{line}---\nuser:\nx\n").contract


def changes(old: str, new: str) -> list[tuple[str, str]]:
    return [(change.bump, change.what) for change in contract_changes(contract(old), contract(new))]


@pytest.mark.parametrize(
    ("old", "new", "bump", "words"),
    [
        pytest.param("", "{format: json}", "major", "from text to json", id="format"),
        pytest.param(
            "{choices: [a, b]}", "{choices: [a, b, c]}", "major", "new choices of reply: 'c'", id="choice-new"
        ),
        pytest.param("{choices: [a, b, c]}", "{choices: [a, b]}", "minor", "choices that went: 'c'", id="choice-gone"),
        pytest.param("{choices: [a, b]}", "{choices: [b, a]}", "patch", "another order", id="choices-in-another-order"),
        pytest.param("{schema: {a: string}}", "{schema: {a: any}}", "major", "that it did not", id="schema-wider"),
        pytest.param("{schema: {a: any}}", "{schema: {a: string}}", "minor", "fewer replies", id="schema-narrower"),
        pytest.param("{schema: {a: string}}", "{schema: {b: string}}", "major", "other replies", id="schema-other"),
        pytest.param(
            '{schema: {a: "string, x"}}', '{schema: {a: "string, y"}}', "patch", "described", id="schema-same"
        ),
        pytest.param("{format: json}", "{schema: {a: string}}", "minor", "fewer replies", id="schema-new"),
        pytest.param("{schema: {a: string}}", "{format: json}", "major", "that it did not", id="schema-gone"),
        pytest.param(
            "{markdown: {sections: [A]}}", "{markdown: {sections: [A, B]}}", "minor", "'B' has to", id="section-new"
        ),
        pytest.param(
            "{markdown: {sections: [A, B]}}", "{markdown: {sections: [A]}}", "major", "'B' need not", id="section-gone"
        ),
        pytest.param(
            "{markdown: {sections: [A, B]}}", "{markdown: {sections: [B, A]}}", "major", "order", id="sections-moved"
        ),
        pytest.param(
            "{markdown: {max_heading_level: 2}}",
            "{markdown: {max_heading_level: 3}}",
            "major",
            "from 2 to 3",
            id="deeper-headings",
        ),
        pytest.param("{markdown: {allow_html: true}}", "{markdown: {}}", "minor", "HTML may not", id="html-refused"),
        pytest.param("{markdown: {allow_links: false}}", "{markdown: {}}", "major", "links may", id="links-allowed"),
        pytest.param("{format: markdown}", "{markdown: {}}", "minor", "HTML may not", id="rules-where-there-were-none"),
        pytest.param("", "{citations: {source: docs}}", "minor", "have to cite", id="citations"),
        pytest.param("{citations: {source: docs}}", "", "major", "need not cite", id="citations-gone"),
        pytest.param(
            "{citations: {source: docs}}",
            "{citations: {source: more}}",
            "major",
            "point at 'more'",
            id="citations-elsewhere",
        ),
        pytest.param(
            "{citations: {source: docs}}",
            "{citations: {source: docs, required: false}}",
            "major",
            "may leave",
            id="citations-optional",
        ),
        pytest.param(
            "{citations: {source: docs, required: false}}",
            "{citations: {source: docs}}",
            "minor",
            "have to cite now",
            id="citations-required",
        ),
        pytest.param(
            "{format: json}",
            "{format: json, refuse: {when: w, reply: r}}",
            "major",
            "may refuse now",
            id="a-way-out-of-json",
        ),
        pytest.param("", "{refuse: {when: w, reply: r}}", "minor", "may refuse now", id="a-way-out-of-any-text"),
        pytest.param("{format: json, ask: w}", "{format: json}", "minor", "may not ask back", id="a-way-out-closed"),
        pytest.param(
            "{refuse: {when: w, reply: r}}",
            "{refuse: {when: w, reply: s}}",
            "major",
            "other words",
            id="refuses-in-other-words",
        ),
        pytest.param("{escalate: w}", "{escalate: v}", "patch", "put in another way", id="when-to-escalate"),
        pytest.param(
            "{limits: {max_chars: 5}}", "{limits: {max_chars: 9}}", "major", "characters went from 5 to 9", id="longer"
        ),
        pytest.param("", "{limits: {max_words: 9}}", "minor", "words went from none to 9", id="limited"),
        pytest.param("{limits: {max_tokens: 5}}", "{limits: {max_tokens: 9}}", "patch", "tokens", id="tokens"),
        pytest.param(
            "{format: json}", "{format: json, constrain: false}", "patch", "no longer held", id="not-constrained"
        ),
        pytest.param("", "{on_violation: retry}", "patch", "retry up to 1 times, and before fail", id="retry"),
        pytest.param(
            "{format: json}", "{format: json, on_violation: repair}", "patch", "repair, and before fail", id="repair"
        ),
        pytest.param(
            "{format: json}",
            "{format: json, on_violation: {action: repair, reply: x}}",
            "major",
            "another",
            id="repair-or-else",
        ),
        pytest.param(
            "", "{on_violation: {action: fallback, reply: r}}", "minor", "another text", id="fallback-of-any-text"
        ),
        pytest.param(
            "{choices: [a, b]}",
            "{choices: [a, b], on_violation: {action: fallback, reply: a}}",
            "minor",
            "another text",
            id="fallback-to-a-choice",
        ),
        pytest.param(
            "{choices: [a, b]}",
            "{choices: [a, b], on_violation: {action: fallback, reply: z}}",
            "major",
            "another text",
            id="fallback-to-something-new",
        ),
        pytest.param(
            "{schema: {a: integer}}",
            "{schema: {a: integer}, on_violation: {action: fallback, reply: '{\"a\": 0}'}}",
            "minor",
            "another text",
            id="fallback-within-the-schema",
        ),
        pytest.param(
            "{format: json}",
            "{format: json, on_violation: {action: fallback, reply: sorry}}",
            "major",
            "another text",
            id="fallback-that-is-no-json",
        ),
        pytest.param(
            "{on_violation: {action: fallback, reply: r}}", "", "major", "no longer replaced", id="fallback-gone"
        ),
    ],
)
def test_one_change(old: str, new: str, bump: str, words: str) -> None:
    ((found, what),) = changes(old, new)

    assert found == bump
    assert words in what


def test_no_contract_is_one_that_takes_any_text() -> None:
    assert contract_changes(None, Contract()) == []


def test_clauses_of_another_format_are_not_told_beside_it() -> None:
    assert changes("{choices: [a, b]}", "{schema: {a: string}}") == [
        ("major", "the format of replies went from choice to json")
    ]
