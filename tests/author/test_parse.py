"""Reading prompt files: what each part becomes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.author.types import MISSING, Citations, Exit, Limits, MarkdownRules, OnViolation, Ownership
from assay.core.errors import BadInput
from assay.testing.memory_tree import prompt_of

TEXT = """---
prompt: support.triage
description: Names a team.
version: 1.2.3
inputs:
  ticket:
    type: string
    description: the message
    trust: retrieved
    max_chars: 400
    examples: [one, two]
  tone?: string, how to sound
  docs(array, passages): {text: string}
  colour(enum): [red, green]
  limit: {type: integer, minimum: 1, default: 3}
  any: {schema: {type: [string, "null"]}, description: apart}
model:
  candidates: [openai/gpt-4o-mini, embedded/smollm2-135m-instruct]
  parameters: {temperature: 0.5, top_p: 1, max_tokens: 16, seed: 7, stop: END, extra: {k: [1]}}
contract:
  format: json
  schema: {team: "string, which"}
  citations: {source: docs, required: false}
  refuse: {when: rude, reply: "No."}
  ask: unclear
  limits: {max_chars: 10, max_words: 5, max_tokens: 3}
  constrain: false
  on_violation: {action: retry, attempts: 2, reply: "{}"}
owner: support
reviewers: legal
risk: high
data_classes: [personal]
intended_use: Sorting.
review_by: 2027-05-01
suites: [../suites/a.yaml]
meta: {any: [thing]}
lint: {ignore: [no-suite]}
---
system:
You sort.

insert: docs

user:
{{ ticket }}
"""


def test_every_key_is_read() -> None:
    prompt = prompt_of(TEXT, path="prompts/triage.prompt.md")

    assert (prompt.name, prompt.description, prompt.version) == ("support.triage", "Names a team.", "1.2.3")
    assert prompt.model.candidates == ("openai/gpt-4o-mini", "embedded/smollm2-135m-instruct")
    assert (prompt.model.parameters.stop, prompt.model.parameters.extra) == (("END",), {"k": [1]})
    assert prompt.ownership == Ownership(
        owner="support", reviewers=("legal",), risk="high", data_classes=("personal",), intended_use="Sorting.",
        review_by="2027-05-01",
    )  # fmt: skip
    assert (prompt.suites, prompt.meta, prompt.lint_ignore) == (
        ("../suites/a.yaml",),
        {"any": ["thing"]},
        ("no-suite",),
    )
    assert prompt.file == "prompts/triage.prompt.md"
    assert [(m.role, m.source, m.insert, str(m.where)) for m in prompt.messages] == [
        ("system", "You sort.", None, "prompts/triage.prompt.md:40"),
        ("user", "", "docs", "prompts/triage.prompt.md:42"),
        ("user", "{{ ticket }}", None, "prompts/triage.prompt.md:45"),
    ]


def test_inputs_are_schemas_whether_written_short_or_long() -> None:
    inputs = prompt_of(TEXT).inputs

    assert inputs["ticket"].schema == {"type": "string", "description": "the message"}
    assert (inputs["ticket"].trust, inputs["ticket"].max_chars) == ("retrieved", 400)
    assert inputs["ticket"].examples == ("one", "two")
    assert (inputs["tone"].required, inputs["tone"].description) == (False, "how to sound")
    assert inputs["docs"].schema["type"] == "array"
    assert inputs["colour"].schema == {"enum": ["red", "green"]}
    assert (inputs["limit"].required, inputs["limit"].default) == (False, 3)
    assert inputs["ticket"].default is MISSING
    assert inputs["any"].schema == {"type": ["string", "null"], "description": "apart"}
    assert inputs["tone"].trust == "user"


def test_a_contract_is_read_clause_by_clause() -> None:
    contract = prompt_of(TEXT).contract

    assert contract is not None
    assert contract.schema is not None
    assert contract.schema["required"] == ["team"]
    assert contract.citations == Citations(source="docs", required=False)
    assert (contract.refuse, contract.ask, contract.escalate) == (
        Exit(when="rude", reply="No."),
        Exit(when="unclear"),
        None,
    )
    assert contract.limits == Limits(max_chars=10, max_words=5, max_tokens=3)
    assert contract.constrain is False
    assert contract.on_violation == OnViolation(action="retry", attempts=2, reply="{}")


@pytest.mark.parametrize(
    ("text", "format_"),
    [
        ("{choices: [a, b]}", "choice"),
        ("{schema: {a: string}}", "json"),
        ("{markdown: {}}", "markdown"),
        ("{limits: {}}", "text"),
    ],
)
def test_the_format_follows_from_the_clauses(text: str, format_: str) -> None:
    contract = prompt_of(f"---\nprompt: a\ncontract: {text}\n---\nx\n").contract

    assert contract is not None
    assert contract.format == format_
    assert contract.markdown == (MarkdownRules() if format_ == "markdown" else None)


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        pytest.param("Hello.", [("user", "Hello.", 4)], id="no-marker-is-one-message"),
        pytest.param("\n\nHello.\n\n", [("user", "Hello.", 6)], id="blank-lines-around"),
        pytest.param(
            "system:\nA\n\n\nB\n\nuser:\nC", [("system", "A\n\n\nB", 5), ("user", "C", 11)], id="blank-lines-within"
        ),
        pytest.param("system:  \t\nA\nuser:\nB", [("system", "A", 5), ("user", "B", 7)], id="space-after-a-marker"),
        pytest.param(
            "user:\nsystem: not one\n system:\nSystem:\nthe system:",
            [("user", "system: not one\n system:\nSystem:\nthe system:", 5)],
            id="nearly-markers",
        ),
        pytest.param(
            "user:\n\\system:\n\\\\system:\n\\other:\n\\insert: x",
            [("user", "system:\n\\\\system:\n\\other:\ninsert: x", 5)],
            id="escaped",
        ),
        pytest.param(
            "assistant:\nA\ntool:\nB\ndeveloper:\nC",
            [("assistant", "A", 5), ("tool", "B", 7), ("developer", "C", 9)],
            id="every-role",
        ),
        pytest.param("user:\n    indented\n  less", [("user", "indented\n  less", 5)], id="indentation"),
        pytest.param("user:\n---\nprompt: b\n---", [("user", "---\nprompt: b\n---", 5)], id="lines-of-dashes"),
    ],
)
def test_messages_begin_at_marker_lines_of_the_source(body: str, messages: list[tuple[str, str, int]]) -> None:
    prompt = prompt_of(f"---\nprompt: a\n---\n{body}\n")

    assert [(m.role, m.source, m.where.line) for m in prompt.messages] == messages


@given(st.lists(st.text(alphabet="ab {}%:\n\\", max_size=12), min_size=1, max_size=4))
def test_any_text_can_be_written_as_a_message(texts: list[str]) -> None:
    texts = [text for text in texts if text.strip()] or ["x"]
    escaped = [
        "\n".join(f"\\{line}" if line in ("user:", "insert: x") else line for line in t.split("\n")) for t in texts
    ]
    body = "".join(f"assistant:\n{{% raw %}}{text}{{% endraw %}}\n" for text in escaped)
    prompt = prompt_of(f"---\nprompt: a\n---\n{body}")

    assert [m.source for m in prompt.messages] == [f"{{% raw %}}{text}{{% endraw %}}".strip() for text in texts]


@pytest.mark.parametrize(
    ("block", "source", "line"),
    [
        pytest.param("- user: Hello.", "Hello.", 3, id="plain"),
        pytest.param('- user: "a\\nb"', "a\nb", 3, id="quoted"),
        pytest.param("- user: |\n    a\n     b\n", "a\n b", 4, id="block"),
        pytest.param("- user: |\n\n    a\n", "a", 5, id="block-with-a-blank-line-first"),
        pytest.param("- user: >-\n    a\n    b\n", "a b", 4, id="folded"),
        pytest.param("- user: 'system:'", "system:", 3, id="a-marker-is-text-here"),
    ],
)
def test_messages_in_yaml(block: str, source: str, line: int) -> None:
    (message,) = prompt_of(f"prompt: a\nmessages:\n{block}\n", path="p.prompt.yaml").messages

    assert (message.source, message.where.line) == (source, line)


def test_a_block_at_the_end_of_the_front_matter_is_the_same_as_anywhere_else() -> None:
    first = prompt_of("---\nprompt: a\ndescription: |\n  text\nowner: b\n---\nx\n")
    last = prompt_of("---\nprompt: a\nowner: b\ndescription: |\n  text\n---\nx\n")

    assert first.description == last.description == "text\n"


def test_partials_are_found_beside_the_prompt_before_the_projects_own() -> None:
    files = {"partials/a.md": "project {% include 'b' %}\n\n", "partials/b.md": "B", "deep/partials/a.md": "beside"}

    assert prompt_of("---\nprompt: a\n---\n{% include 'a' %}\n", files).partials.keys() == {"a", "b"}
    deep = prompt_of("---\nprompt: a\n---\n{% include 'a' %}\n", files, path="deep/p.prompt.md")
    assert [(p.name, p.text, p.file) for p in deep.partials.values()] == [("a", "beside", "deep/partials/a.md")]


def test_a_partial_included_twice_is_one() -> None:
    files = {"partials/a.md": "A{% include 'c' %}", "partials/b.md": "B{% include 'c' %}", "partials/c.md": "C"}

    assert prompt_of("---\nprompt: a\n---\n{% include 'a' %}{% include 'b' %}\n", files).partials.keys() == {
        "a",
        "b",
        "c",
    }


def chain(depth: int, times: int) -> dict[str, str]:
    include = "{{% include 'p{}' %}}"
    return {f"partials/p{i}.md": include.format(i + 1) * times if i < depth else "end" for i in range(1, depth + 1)}


def test_includes_may_be_ten_deep_and_no_deeper() -> None:
    assert len(prompt_of("---\nprompt: a\n---\n{% include 'p1' %}\n", chain(10, 1)).partials) == 10
    with pytest.raises(BadInput, match="nested deeper than 10") as caught:
        prompt_of("---\nprompt: a\n---\n{% include 'p1' %}\n", chain(11, 1))
    assert caught.value.where is not None


def test_includes_may_come_to_a_thousand_and_no_more() -> None:
    assert prompt_of("---\nprompt: a\n---\n{% include 'p1' %}\n", chain(3, 31)).partials
    with pytest.raises(BadInput, match="more than 1,000 partials"):
        prompt_of("---\nprompt: a\n---\n{% include 'p1' %}\n", chain(8, 10))


@pytest.mark.parametrize("reference", ["raw", "comment"])
def test_an_include_that_is_only_text_is_none(reference: str) -> None:
    around = {"raw": "{% raw %}{% include 'x' %}{% endraw %}", "comment": "{# {% include 'x' %} #}"}[reference]

    assert prompt_of(f"---\nprompt: a\n---\n{around}\n").partials == {}


def test_a_tool_file_may_be_in_openais_form() -> None:
    function = '{"name": "look", "strict": true, "parameters": {"type": "object", "properties": {}}}'
    openai = f'{{"type": "function", "function": {function}}}'
    (tool,) = prompt_of("---\nprompt: a\ntools: [t.json]\n---\nx\n", {"t.json": openai}).tools

    assert (tool.name, tool.description, tool.parameters) == ("look", "", {"type": "object", "properties": {}})
