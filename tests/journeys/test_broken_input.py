"""Every kind of broken input ends with one sentence that names the place, one hint, and exit status 2."""

import json
import time
from dataclasses import dataclass, field

import pytest

PROMPT = "prompts/sort-2.prompt.md"
SUITE = "suites/sort.yaml"
DATASET = "datasets/tickets.jsonl"
EVAL = ("eval", SUITE, "--model", "openai-compatible/m", "--base-url", "http://127.0.0.1:9/v1")
RENDER = ("render", PROMPT, "-i", "ticket=Hello")
GIGABYTE = "{% for a in range(9999) %}" * 2 + "x" * 1000 + "{% endfor %}" * 2
ENDLESS = "{% for a in range(9999) %}" * 3 + "{% if a %}{% endif %}" + "{% endfor %}" * 3


@dataclass(frozen=True)
class Broken:
    """A way to break the project, and what must be said of it.

    Attributes:
        place: How the sentence begins: the file and the line.
        says: What else it or its hint holds.
        command: What is run.
        replaced: File -> (a text in it, what stands there instead).
        written: File -> its whole content; None makes it a folder.
    """

    place: str
    says: str
    command: tuple[str, ...] = EVAL
    replaced: dict[str, tuple[str, str]] = field(default_factory=dict)
    written: dict[str, str | bytes | None] = field(default_factory=dict)


def case(number: int, **changes: object) -> str:
    """A row of the dataset."""
    row = {"id": f"t-{number}", "inputs": {"ticket": f"Ticket {number}."}, "expected": "bug"} | changes
    return json.dumps(row) + "\n"


BODY = "{{ ticket }}"
MODEL = "1.prompt.md\n    model: opnai/x"
FIRST_INPUT = "  ticket: string, the customer's message\n"
KINDS = {
    # prompts
    "prompt-bad-yaml": Broken(f"{PROMPT}:5", "not valid YAML", RENDER, {PROMPT: ("inputs:\n", "inputs: {a\n")}),
    "prompt-tab": Broken(f"{PROMPT}:5", "tab", RENDER, {PROMPT: (FIRST_INPUT, "\tticket: string\n")}),
    "prompt-unknown-key": Broken(f"{PROMPT}:3", "'versoin'", RENDER, {PROMPT: ("version:", "versoin:")}),
    "prompt-key-twice": Broken(f"{PROMPT}:3", "'prompt'", RENDER, {PROMPT: ("version: 1.1.0", "prompt: other")}),
    "prompt-wrong-type": Broken(f"{PROMPT}:4", "inputs", RENDER, {PROMPT: (f"inputs:\n{FIRST_INPUT}", "inputs: 5\n")}),
    "prompt-no-name": Broken(f"{PROMPT}:", "prompt", RENDER, {PROMPT: ("prompt: desk.sort\n", "")}),
    "prompt-bad-version": Broken(f"{PROMPT}:3", "'1.x'", RENDER, {PROMPT: ("1.1.0", "1.x")}),
    "prompt-no-end-of-front-matter": Broken(f"{PROMPT}:1", "not closed", RENDER, {PROMPT: ("---\nsystem", "system")}),
    "prompt-not-utf8": Broken(f"{PROMPT}", "UTF-8", RENDER, written={PROMPT: b"---\nprompt: caf\xe9\n---\nuser:\nx\n"}),
    "prompt-is-a-folder": Broken("", f"{PROMPT} cannot be read", RENDER, written={PROMPT: None}),
    "prompt-missing": Broken("", "prompts/none.prompt.md", ("render", "prompts/none.prompt.md")),
    "prompt-unknown": Broken("", "'desk.sotr'", ("render", "desk.sotr")),
    "prompt-outside": Broken("", "outside", ("render", "../other/a.prompt.md")),
    "schema-that-is-none": Broken(
        f"{PROMPT}:5", "", RENDER, {PROMPT: (FIRST_INPUT, "  ticket: {type: string, minLength: short}\n")}
    ),
    "contract-schema-that-is-none": Broken(
        f"{PROMPT}:",
        "",
        RENDER,
        {PROMPT: ("format: choice\n  choices: [billing, bug, other]", "format: json\n  schema: {type: strnig}")},
    ),
    "contract-unknown-format": Broken(f"{PROMPT}:7", "'chioce'", RENDER, {PROMPT: ("choice\n", "chioce\n")}),
    # templates
    "include-missing": Broken(f"{PROMPT}:11", "teams", RENDER, {PROMPT: ("Sort", '{% include "teams" %}')}),
    "include-circle": Broken(
        "partials/two.md:1",
        "one",
        RENDER,
        {PROMPT: ("Sort", '{% include "one" %}')},
        {"partials/one.md": 'a {% include "two" %}', "partials/two.md": '{% include "one" %}'},
    ),
    "include-outside": Broken(f"{PROMPT}:11", "../../x", RENDER, {PROMPT: ("Sort", '{% include "../../x" %}')}),
    "template-undeclared": Broken(f"{PROMPT}:14", "'tiket'", RENDER, {PROMPT: (BODY, "{{ tiket }}")}),
    "template-half-open": Broken(f"{PROMPT}:14", "", RENDER, {PROMPT: (BODY, "{{ ticket")}),
    "template-not-closed": Broken(f"{PROMPT}:14", "", RENDER, {PROMPT: (BODY, "{% if ticket %}x")}),
    "template-beyond-the-language": Broken(f"{PROMPT}:14", "", RENDER, {PROMPT: (BODY, "{% block a %}{% endblock %}")}),
    "template-endless": Broken(f"{PROMPT}:14", "too much work", RENDER, {PROMPT: (BODY, ENDLESS)}),
    "template-of-a-gigabyte": Broken(f"{PROMPT}:14", "", RENDER, {PROMPT: (BODY, GIGABYTE)}),
    # values
    "input-missing": Broken("", "'ticket'", ("render", PROMPT)),
    "input-unknown": Broken("", "'tiket'", (*RENDER, "-i", "tiket=x")),
    "input-without-sign": Broken("", "'ticket'", ("render", PROMPT, "-i", "ticket")),
    "input-file-missing": Broken("", "none.txt", ("render", PROMPT, "-i", "ticket=@none.txt")),
    # suites
    "suite-missing": Broken("", "suites/none.yaml", ("eval", "suites/none.yaml")),
    "suite-bad-yaml": Broken(f"{SUITE}:3", "not valid YAML", replaced={SUITE: ("datasets: [", "datasets: [[")}),
    "suite-unknown-key": Broken(f"{SUITE}:11", "'concurency'", replaced={SUITE: ("concurrency:", "concurency:")}),
    "suite-wrong-type": Broken(f"{SUITE}:11", "concurrency", replaced={SUITE: ("concurrency: 8", "concurrency: many")}),
    "suite-unknown-prompt": Broken(f"{SUITE}:4", "'d.x'", replaced={SUITE: ("../prompts/sort-1.prompt.md", "d.x")}),
    "suite-missing-prompt": Broken(f"{SUITE}:4", "sort-9", replaced={SUITE: ("sort-1", "sort-9")}),
    "suite-outside": Broken(f"{SUITE}:2", "leads out", replaced={SUITE: (f"../{DATASET}", "../../x.jsonl")}),
    "suite-missing-dataset": Broken(f"{SUITE}:2", "none.jsonl", replaced={SUITE: ("tickets", "none")}),
    "suite-dataset-kind": Broken(f"{SUITE}:2", "tickets.txt", replaced={SUITE: ("tickets.jsonl", "tickets.txt")}),
    "suite-unknown-grader": Broken(f"{SUITE}:10", "'chioce'", replaced={SUITE: ("  - choice", "  - chioce")}),
    "suite-unknown-setting": Broken(
        f"{SUITE}:10", "'targte'", replaced={SUITE: ("  - choice", "  - {grader: choice, targte: expected}")}
    ),
    "suite-wrong-setting": Broken(
        f"{SUITE}:10", "'ignore_case'", replaced={SUITE: ("  - choice", "  - {grader: choice, ignore_case: 7}")}
    ),
    "suite-wrong-pattern": Broken(
        f"{SUITE}:10", "", replaced={SUITE: ("  - choice", "  - {grader: regex, pattern: '('}")}
    ),
    "suite-unknown-variant-in-gate": Broken(
        f"{SUITE}:13", "'candidat'", replaced={SUITE: ("candidate: candidate,", "candidate: candidat,")}
    ),
    "suite-unknown-provider": Broken(f"{SUITE}:6", "'opnai'", ("eval", SUITE), {SUITE: ("1.prompt.md", MODEL)}),
    "model-unknown-provider": Broken("", "'opnai'", ("eval", SUITE, "--model", "opnai/x")),
    "model-without-provider": Broken("", "'gpt'", ("run", PROMPT, "-i", "ticket=x", "--model", "gpt")),
    "model-key-missing": Broken("", "NO_SUCH_KEY", (*EVAL, "--key-env", "NO_SUCH_KEY")),
    # datasets
    "dataset-empty": Broken(f"{DATASET}:1", "no case", written={DATASET: ""}),
    "dataset-broken-line": Broken(
        f"{DATASET}:7", "not JSON", written={DATASET: "".join(map(case, range(6))) + '{"id": "t-7", "inp\n'}
    ),
    "dataset-torn-utf8": Broken(f"{DATASET}:2", "UTF-8", written={DATASET: case(1).encode() + b'{"id": "\xff"}\n'}),
    "dataset-id-twice": Broken(f"{DATASET}:3", "'t-1'", written={DATASET: case(1) + case(2) + case(1)}),
    "dataset-no-id": Broken(f"{DATASET}:1", "id", written={DATASET: '{"inputs": {}}\n'}),
    "dataset-unknown-key": Broken(f"{DATASET}:2", "'expcted'", written={DATASET: case(1) + case(2, expcted="x")}),
    "dataset-undeclared-input": Broken(
        f"{DATASET}:2", "'tiket'", written={DATASET: case(1) + case(2, inputs={"ticket": "a", "tiket": "b"})}
    ),
    "dataset-missing-input": Broken(f"{DATASET}:1", "'ticket'", written={DATASET: case(1, inputs={})}),
    "dataset-wrong-input": Broken(f"{DATASET}:1", "ticket", written={DATASET: case(1, inputs={"ticket": 7})}),
    "dataset-is-a-folder": Broken(f"{SUITE}:2", f"{DATASET} cannot be read", written={DATASET: None}),
    "csv-ragged": Broken(
        "datasets/tickets.csv:3",
        "",
        replaced={SUITE: ("tickets.jsonl", "tickets.csv")},
        written={"datasets/tickets.csv": "id,ticket,expected\nt-1,a,bug\nt-2,b,bug,extra\n"},
    ),
    "csv-quote": Broken(
        "datasets/tickets.csv:3",
        "CSV",
        replaced={SUITE: ("tickets.jsonl", "tickets.csv")},
        written={"datasets/tickets.csv": 'id,ticket,expected\nt-1,a,bug\nt-2,"b"x,bug\n'},
    ),
    "yaml-dataset-of-another-shape": Broken(
        "datasets/tickets.yaml:1",
        "list of cases",
        replaced={SUITE: ("tickets.jsonl", "tickets.yaml")},
        written={"datasets/tickets.yaml": "cases: 5\nmore: 1\n"},
    ),
    # the project and the command line
    "settings-unknown": Broken("assay.yaml:2", "'concurency'", written={"assay.yaml": "evaluate:\n  concurency: 4\n"}),
    "settings-wrong-type": Broken("assay.yaml:1", "concurrency", written={"assay.yaml": "evaluate: {concurrency: x}"}),
    "settings-bad-yaml": Broken("assay.yaml:1", "", written={"assay.yaml": "evaluate: {\n"}),
    "command-unknown": Broken("", "'evla'", ("evla", SUITE)),
    "option-unknown": Broken("", "--modle", ("eval", SUITE, "--modle", "x")),
    "option-wrong": Broken("", "--repeats", ("eval", SUITE, "--repeats", "0")),
    "argument-missing": Broken("", "no suite is named", ("eval",)),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_broken_input_gets_one_sentence_one_hint_and_status_2(kind, small, here):
    broken = KINDS[kind]
    for path, (old, new) in broken.replaced.items():
        text = (small.root / path).read_text("utf-8")
        assert old in text
        small.write(path, text.replace(old, new, 1))
    for path, content in broken.written.items():
        (small.root / path).unlink(missing_ok=True)
        if content is None:
            (small.root / path).mkdir()
        else:
            small.write(path, content)

    began_s = time.monotonic()
    done = here(*broken.command)
    took_s = time.monotonic() - began_s

    lines = done.err.splitlines()
    assert done.status == 2, done.err
    assert done.out == ""
    assert len(lines) == 2, done.err
    assert lines[0].startswith(f"error: {broken.place}")
    assert broken.says in done.err
    assert lines[1].startswith("hint: ")
    assert len(lines[0]) < 400
    assert took_s < 3  # a template that runs away is stopped in less than a second; the rest is slack for the machine
