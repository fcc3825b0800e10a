"""The schema for editors and the parser know the same keys, and agree on what is right."""

import json
from importlib.resources import files
from pathlib import Path

import pytest

from assay.author.parse import parse_prompt
from assay.author.source import WorkingTree
from assay.core.document import parse_document
from assay.core.errors import BadInput
from assay.core.schema import compile_schema

SCHEMA = json.loads((files("assay.author") / "prompt.schema.json").read_text("utf-8"))
CHECK = compile_schema(SCHEMA)
ROOT = Path(__file__).parents[2]
PROMPTS = sorted([*(ROOT / "examples").rglob("*.prompt.md"), *(ROOT / "src").rglob("*.prompt.md")])

FULL = """
prompt: a.b
description: d
version: 1.2.3
inputs:
  q: {type: string, trust: user, max_chars: 5, examples: [x], default: y, required: false}
  w?: string, what
  docs(array): {title: string}
messages: [{system: Be kind.}, {insert: w}, {user: "{{ q }}"}]
model:
  candidates: [openai/m]
  parameters: {temperature: 1, top_p: 0.5, max_tokens: 4, seed: 1, stop: [x], frequency_penalty: 1,
               presence_penalty: 1, reasoning_effort: low, extra: {a: 1}}
contract:
  format: markdown
  markdown: {sections: [A], max_heading_level: 2, allow_html: true, allow_links: false}
  citations: {source: docs, required: false}
  refuse: never
  ask: {when: unsure, reply: "What?"}
  escalate: {when: angry}
  limits: {max_chars: 1, max_words: 1, max_tokens: 1}
  constrain: false
  on_violation: {action: retry, attempts: 2, reply: x}
owner: o
reviewers: [r]
risk: high
data_classes: [personal]
intended_use: u
review_by: 2027-05-01
suites: [s.yaml]
meta: {a: 1}
lint: {ignore: [seed]}
"""


def fits(text: str) -> bool:
    return CHECK.is_valid(parse_document(text, file="x").value)


def parses(text: str, folder: Path) -> bool:
    try:
        parse_prompt(text, path="x.prompt.yaml", source=WorkingTree(folder))
    except BadInput:
        return False
    return True


def test_a_file_with_every_key_is_right_for_both(tmp_path):
    assert fits(FULL)
    assert parses(FULL, tmp_path)
    assert set(SCHEMA["properties"]) - {"tools"} == set(parse_document(FULL, file="x").value)


@pytest.mark.parametrize("path", PROMPTS, ids=lambda p: p.stem)
def test_the_front_matter_of_every_prompt_here_fits(path):
    assert fits(path.read_text("utf-8").split("\n---\n")[0].removeprefix("---\n"))


@pytest.mark.parametrize(
    "wrong",
    [
        "promt: a",
        "prompt: Not a name",
        "prompt: a\nversion: '1.0'",
        "prompt: a\nrisk: huge",
        "prompt: a\nreview_by: soon",
        "prompt: a\nmodel: {candidate: x/y}",
        "prompt: a\nmodel: {parameters: {temperature: hot}}",
        "prompt: a\nmodel: {parameters: {max_tokens: 0}}",
        "prompt: a\ncontract: {form: json}",
        "prompt: a\ncontract: {limits: {max_chars: none}}",
        "prompt: a\ncontract: {on_violation: explode}",
        "prompt: a\ncontract: {citations: {}}",
        "prompt: a\nlint: {skip: [x]}",
        "prompt: a\nmeta: text",
    ],
)
def test_what_is_wrong_is_wrong_for_both(wrong, tmp_path):
    text = f"{wrong}\nmessages: [{{user: hi}}]\n"

    assert not fits(text)
    assert not parses(text, tmp_path)
