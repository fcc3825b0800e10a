"""Every kind of broken prompt file gives one sentence, with the file, the line and what would be right."""

from pathlib import Path

import pytest

from assay.author.parse import load_prompt
from assay.author.source import WorkingTree
from assay.author.template import Template
from assay.core.errors import BadInput

# What is wrong -> the file (or bytes), where the error stands, and words of the sentence and of the hint.
MD = "---\nprompt: a.b\n{}\n---\nuser:\n{}\n"


def front(text: str, body: str = "Hello.") -> str:
    return MD.format(text, body)


BROKEN: dict[str, tuple[str | bytes, int | None, str, str]] = {
    "empty": ("", 1, "does not start with front matter", "start with a line '---'"),
    "no-front-matter": ("user:\nHello.\n", 1, "does not start with front matter", "start with a line '---'"),
    "front-matter-not-closed": ("---\nprompt: a\nuser:\nHello.\n", 1, "is not closed", "end it with a line '---'"),
    "not-utf-8": (b"---\nprompt: a\n---\nuser:\nGr\xfc\xdfe\n", 5, "not UTF-8: byte 0xfc", "save it as UTF-8"),
    "utf-16": ("---\nprompt: a\n---\nx\n".encode("utf-16"), 1, "not UTF-8", "save it as UTF-8"),
    "a-control-character": ("---\nprompt: a\x07\n---\nx\n", 2, "U+0007", ""),
    "bad-yaml": (front("inputs: [1, 2"), None, "not valid YAML", "indentation"),
    "a-tab-in-yaml": (front("inputs:\n\tx: string"), 4, "not valid YAML", "spaces"),
    "a-key-twice": (front("prompt: c"), 3, "'prompt' stands twice", "keep one"),
    "two-documents": ("prompt: a\n---\nprompt: b\n", None, "does not start with front matter", "---"),
    "front-matter-is-a-list": ("---\n- a\n---\nx\n", 2, "a list", "mapping"),
    "front-matter-is-empty": ("---\n---\nx\n", None, "nothing", "mapping"),
    "unknown-key": (front("modle: openai/x"), 3, "'modle' is not known here", "did you mean 'model'?"),
    "no-name": ("---\ndescription: x\n---\nx\n", 2, "'prompt' is missing", "add a line 'prompt: …'"),
    "a-name-that-is-none": ("---\nprompt: Support Triage\n---\nx\n", 2, "prompt is 'Support Triage'", "support.triage"),
    "a-name-that-is-a-number": ("---\nprompt: 5\n---\nx\n", 2, "prompt is 5", "text"),
    "a-version-that-is-none": (front("version: v1"), 3, "version is 'v1'", "1.0.0"),
    "an-unquoted-version": (front("version: 1.0"), 3, "version is 1.0", "text"),
    "a-date-that-is-none": (front("review_by: next May"), 3, "review_by is 'next May'", "2027-05-01"),
    "wrong-type": (front("owner: [a, b]"), 3, "owner is a list", "write text"),
    "a-list-with-a-number": (front("reviewers: [a, 5]"), 3, "reviewers[1] is 5", "write text"),
    "an-unknown-risk": (front("risk: hihg"), 3, "'risk' is 'hihg'", "did you mean 'high'?"),
    "a-model-without-provider": (front("model: gpt-4o"), 3, "'gpt-4o' names no provider", "provider/model"),
    "a-temperature-too-high": (front("model: {parameters: {temperature: 3}}"), 3, "temperature is 3", "from 0 to 2"),
    "an-unknown-parameter": (
        front("model: {parameters: {temprature: 1}}"),
        3,
        "'temprature'",
        "did you mean 'temperature'?",
    ),
    "an-unknown-type": (front("inputs: {x: strng}"), 3, "'strng'", "did you mean 'string'?"),
    "a-schema-that-is-none": (front("inputs: {x: {type: string, minLength: many}}"), 3, "not a JSON Schema", "2020-12"),
    "an-input-twice": (front("inputs: {x: string, 'x?': string}"), 3, "'x' is declared twice", "keep one"),
    "an-input-with-a-bad-name": (front("inputs: {my-text: string}"), 3, "'my-text' cannot be the name", "letters"),
    "a-default-that-does-not-fit": (
        front("inputs: {x: {type: integer, default: five}}"),
        3,
        "'five' does not fit",
        "change",
    ),
    "an-example-that-does-not-fit": (
        front("inputs: {x: {type: integer, examples: [1, no]}}"),
        3,
        "'no' does not fit",
        "change",
    ),
    "an-unknown-trust": (front("inputs: {x: {trust: system}}"), 3, "'trust' is 'system'", ""),
    "a-limit-of-zero": (front("inputs: {x: {max_chars: 0}}"), 3, "max_chars is 0", "at least 1"),
    "a-contract-format": (front("contract: {format: xml}"), 3, "'format' is 'xml'", ""),
    "a-contract-that-contradicts-itself": (
        front("contract: {format: text, choices: [a, b]}"),
        3,
        "'choices' goes with",
        "format: choice",
    ),
    "one-choice": (front("contract: {choices: [a]}"), 3, "choices is a list", "two different"),
    "a-contract-schema-that-is-none": (
        front("contract: {schema: {type: object, required: a}}"),
        3,
        "not a JSON Schema",
        "",
    ),
    "citations-of-no-input": (front("contract: {citations: {source: docs}}"), 3, "'docs'", ""),
    "a-fallback-without-a-reply": (
        front("contract: {on_violation: fallback}"),
        3,
        "on_violation is 'fallback'",
        "reply",
    ),
    "no-message": ("---\nprompt: a\n---\n\n\n", 1, "has no message", "write 'user:'"),
    "an-empty-message": ("---\nprompt: a\n---\nsystem:\n\nuser:\nx\n", 4, "'system:' is empty", "lines below"),
    "text-before-the-first-message": (
        "---\nprompt: a\n---\n\nHello.\nuser:\nx\n",
        5,
        "before the first message",
        "system:",
    ),
    "text-under-an-insert": (
        "---\nprompt: a\ninputs: {h: any}\n---\ninsert: h\nHello.\n",
        6,
        "belongs to no message",
        "user:",
    ),
    "an-insert-of-no-input": (
        "---\nprompt: a\n---\ninsert: h\nuser:\nx\n",
        4,
        "'insert: h' names no input",
        "declare 'h'",
    ),
    "a-missing-partial": (
        front("", "A\n{% include 'nope' %}"),
        7,
        "no partial 'nope'",
        "make the file partials/nope.md",
    ),
    "a-partial-outside": (front("", "{% include '../../x' %}"), 6, "leads out of the project", "relative"),
    "an-absolute-partial": (front("", "{% include '/etc/passwd' %}"), 6, "leads out of the project", "relative"),
    "partials-in-a-circle": (
        front("", "{% include 'round' %}"),
        2,
        "in a circle: round → trip → round",
        "take one include out",
    ),
    "an-include-by-value": (front("", "{% include name %}"), 6, "as plain text", '{% include "name" %}'),
    "a-missing-tool": (front("tools: [nope.yaml]"), 3, "nope.yaml cannot be read", "check the path"),
    "a-tool-outside": (front("tools: [../t.yaml]"), 3, "leads out of the project", "relative"),
    "a-tool-that-is-none": (front("tools: [tool.yaml]"), 1, "'name' is missing", "add a line"),
    "a-tool-in-place": (front("tools: [{name: x}]"), 3, "a tool is the path of its file", ".yaml"),
    "a-tool-twice": (front("tools: [good.yaml, good.yaml]"), 3, "two tools are named 'look'", "rename"),
    "a-lint-key": (front("lint: {ingore: [x]}"), 3, "'ingore' is not known here", "did you mean 'ignore'?"),
    "an-expression-not-closed": (front("", "A\n{{ x"), 7, "'{{' is opened and never closed", "close it with '}}'"),
    "a-comment-not-closed": (front("", "{# x"), 6, "'{#' is opened and never closed", ""),
    "raw-not-closed": (front("", "{% raw %}{{ x }}"), 6, "{% raw %}", "{% endraw %}"),
    # Found when the template is compiled:
    "an-undeclared-input": (
        front("inputs: {ticket: string}", "{{ tikcet }}"),
        6,
        "'tikcet', which is not declared",
        "did you mean",
    ),
    "an-unknown-filter": (
        front("inputs: {x: string}", "A\nB {{ x|uper }}"),
        7,
        "the filter 'uper'",
        "did you mean 'upper'?",
    ),
    "an-unknown-statement": (front("", "{% macro m() %}"), 6, "'{% macro %}' is not part", "prompts may use"),
    "a-method": (front("inputs: {x: string}", "{{ x.upper() }}"), 6, "'upper' cannot be called", "use a filter"),
    "a-loop-not-ended": (
        front("inputs: {x: any}", "{% for y in x %}\n{{ y }}"),
        7,
        "not well-formed",
        "endfor|its end",
    ),
    "a-condition-not-begun": (front("", "A\n{% endif %}"), 7, "not well-formed", ""),
    "an-operator-at-the-end": (front("inputs: {x: any}", "{{ x + }}"), 6, "not well-formed", ""),
}
OTHERS = {
    "partials/round.md": "{% include 'trip' %}",
    "partials/trip.md": "first line\n{% include 'round' %}",
    "tool.yaml": "description: x\n",
    "good.yaml": "name: look\n",
}


@pytest.fixture
def tree(project: Path) -> WorkingTree:
    (project / "partials").mkdir()
    for path, text in OTHERS.items():
        (project / path).write_text(text)
    return WorkingTree(project)


def failure(tree: WorkingTree, path: str) -> BadInput:
    with pytest.raises(BadInput) as caught:
        Template(load_prompt(tree, path))
    return caught.value


@pytest.mark.parametrize("kind", BROKEN)
def test_it_is_one_sentence_with_file_and_line(tree: WorkingTree, kind: str) -> None:
    text, line, what, hint = BROKEN[kind]
    (tree.root / "a.prompt.md").write_bytes(text if isinstance(text, bytes) else text.encode())
    found = failure(tree, "a.prompt.md")

    assert what in found.what
    assert "\n" not in found.what + (found.hint or "")
    assert not found.what.endswith(".")
    assert any(word in (found.hint or "") for word in hint.split("|"))
    assert found.hint
    assert found.where is not None
    assert found.where.line == line or line is None
    assert found.where.line
    assert found.where.file in {"a.prompt.md", *OTHERS}


YAML = {
    "no-messages": ("prompt: a\n", 1, "'messages' is missing"),
    "messages-that-are-none": ("prompt: a\nmessages: hello\n", 2, "messages is 'hello'"),
    "a-message-of-two": ("prompt: a\nmessages:\n  - user: x\n    system: y\n", 3, "one entry, its role and its text"),
    "an-unknown-role": ("prompt: a\nmessages:\n  - usr: x\n", 3, "one entry, its role and its text"),
    "a-message-that-is-text": ("prompt: a\nmessages:\n  - hello\n", 3, "messages[0] is 'hello'"),
    "an-empty-message": ("prompt: a\nmessages:\n  - user: ''\n", 3, "messages[0].user is ''"),
    "a-message-that-is-a-number": ("prompt: a\nmessages:\n  - user: 5\n", 3, "messages[0].user is 5"),
    "front-matter-around": ("---\nprompt: a\n---\nmessages: []\n", 3, "a second document"),
    "a-template-in-a-block": (
        "prompt: a\nmessages:\n  - user: |\n\n      A\n      {{ x }}\n",
        6,
        "'x', which is not declared",
    ),
}


@pytest.mark.parametrize("kind", YAML)
def test_so_it_is_in_the_yaml_form(tree: WorkingTree, kind: str) -> None:
    text, line, what = YAML[kind]
    (tree.root / "a.prompt.yaml").write_text(text)
    found = failure(tree, "a.prompt.yaml")

    assert what in found.what
    assert "\n" not in found.what
    assert found.hint
    assert found.where is not None
    assert (found.where.file, found.where.line) == ("a.prompt.yaml", line)


def test_what_is_no_file_is_said_to_be_none(tree: WorkingTree) -> None:
    (tree.root / "folder.prompt.md").mkdir()

    assert "no such file" in failure(tree, "nope.prompt.md").what
    assert "is a directory" in failure(tree, "folder.prompt.md").what


def test_a_file_that_may_not_be_read(tree: WorkingTree) -> None:
    path = tree.root / "secret.prompt.md"
    path.write_text("x")
    path.chmod(0)
    if path.stat().st_uid == 0:  # who may read everything cannot see this
        path.unlink()
        path.symlink_to("secret.prompt.md")

    assert "secret.prompt.md cannot be read" in failure(tree, "secret.prompt.md").what


def test_a_file_that_is_too_large(tree: WorkingTree) -> None:
    (tree.root / "big.prompt.md").write_text("x" * 2_000_001)

    assert "larger than 2 MB" in failure(tree, "big.prompt.md").what


def test_a_link_that_leads_out(tree: WorkingTree, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "x.md").write_text("secret")
    (tree.root / "partials" / "link.md").symlink_to(outside / "x.md")
    (tree.root / "a.prompt.md").write_text(front("", "{% include 'link' %}"))
    found = failure(tree, "a.prompt.md")

    assert "leads out of the project's folder" in found.what
    assert "secret" not in str(found)
    assert found.where is not None
    assert found.where.line == 6


def test_many_kinds_are_told_apart() -> None:
    assert len(BROKEN) + len(YAML) >= 60
