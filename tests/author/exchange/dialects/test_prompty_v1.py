"""Dialect ``prompty-v1``: the keys of version 1, and back."""

from collections.abc import Callable

import pytest

from assay.author.exchange.dialect import Imported, nothing
from assay.author.exchange.dialects.prompty_v1 import DIALECT
from assay.author.types import Prompt
from assay.author.version import canonical_form

Read = Callable[[Imported], Prompt]

WHOLE = """---
name: legacy
description: An old file.
authors: [ann]
tags: [x]
version: "1.0"
model:
  api: chat
  configuration:
    type: azure_openai
    azure_deployment: gpt-35-turbo
    azure_endpoint: https://example.org
    api_key: abc
  parameters:
    max_tokens: 100
    temperature: 0.5
    stop: [END]
    response_format: {type: json_object}
    tools:
      - name: weather
        kind: function
        description: Says the weather.
        parameters:
          properties:
            - {name: city, kind: string, required: true}
inputs:
  question: What is it?
  count: {type: number, sample: 5}
sample:
  question: ignored
  extra: [1, 2]
---
system:
Be kind.

user:
{{question}} {{count}} {{extra}}
"""


def load(text: str, **files: str) -> Imported:
    return DIALECT.load(text, "old.prompty", files.get)


def test_the_whole_file_comes_across(read_back: Read) -> None:
    prompt = read_back(load(WHOLE))

    assert prompt.model.candidates == ("azure-openai/gpt-35-turbo",)
    parameters = prompt.model.parameters
    assert (parameters.max_tokens, parameters.temperature, parameters.stop) == (100, 0.5, ("END",))
    assert prompt.inputs["question"].default == "What is it?"
    assert (prompt.inputs["count"].schema, prompt.inputs["count"].examples) == ({"type": "number"}, (5,))
    assert prompt.inputs["extra"].default == [1, 2]
    assert prompt.contract is not None
    assert prompt.contract.format == "json"
    assert [t.parameters["required"] for t in prompt.tools] == [["city"]]
    assert prompt.meta == {"authors": ["ann"], "tags": ["x"], "version": "1.0"}


def test_addresses_and_keys_do_not_come_across() -> None:
    found = load(WHOLE)

    assert [(d.line, d.what) for d in found.dropped] == [
        (12, "model.configuration.azure_endpoint"),
        (13, "model.configuration.api_key"),
    ]
    assert "abc" not in found.text
    assert "example.org" not in found.text


@pytest.mark.parametrize(
    ("model", "candidate"),
    [
        pytest.param("{configuration: {type: openai, name: gpt-4o}}", "openai/gpt-4o", id="openai"),
        pytest.param("{connection: {azure_deployment: gpt-4o}}", "azure-openai/gpt-4o", id="connection"),
        pytest.param("gpt-4", "openai/gpt-4", id="a-word"),
    ],
)
def test_the_model_is_found(model: str, candidate: str, read_back: Read) -> None:
    assert read_back(load(f"---\nmodel: {model}\n---\nuser:\nHi")).model.candidates == (candidate,)


def test_inputs_in_a_file_are_read(read_back: Read) -> None:
    prompt = read_back(
        load('---\nsample: "${file:s.json}"\n---\nuser:\n{{who.name}}', **{"s.json": '{"who": {"name": "Ann"}}'})
    )

    assert prompt.inputs["who"].default == {"name": "Ann"}


def test_export_and_import_give_the_same_prompt(read_back: Read) -> None:
    first = read_back(load(WHOLE))
    exported = DIALECT.dump(first)
    again = read_back(DIALECT.load(exported.text, exported.file, nothing))

    assert [d.what for d in exported.dropped] == ["contract.format: json"]
    assert {**canonical_form(again), "contract": None} == {**canonical_form(first), "contract": None}
    assert again.meta == first.meta
