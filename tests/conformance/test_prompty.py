"""Prompty's sample files: import, export, import again gives the same prompt, and the messages are Prompty's own."""

from pathlib import Path
from typing import Any

import pytest

from assay.author.exchange.dialect import detect_dialect, dialects, nothing
from assay.author.exchange.draft import FilesInMemory
from assay.author.parse import parse_prompt
from assay.author.template import Template
from assay.author.types import Prompt
from assay.author.values import Values
from assay.author.version import canonical_form

FIXTURES = Path(__file__).parents[3] / "shared" / "data" / "prompty" / "spec" / "fixtures"
FILES = sorted(FIXTURES.glob("*.prompty"))

MESSAGES: dict[str, tuple[dict[str, object], list[tuple[str, str]]]] = {
    "basic.prompty": (
        {"firstName": "Ann"},
        [
            (
                "system",
                (
                    "You are an AI assistant who helps people find information.\n\n# Customer\n"
                    "You are helping Ann Doe to find answers to their questions."
                ),
            ),
            ("user", "What is the meaning of life?"),
        ],
    ),
    "structured.prompty": (
        {},
        [
            ("system", "Extract structured weather data from the text."),
            ("user", "The weather in Paris is 72°F and sunny."),
        ],
    ),
    "threaded.prompty": (
        {
            "question": "And now?",
            "conversation": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}],
        },
        [("system", "You are a helpful assistant."), ("user", "a"), ("assistant", "b"), ("user", "And now?")],
    ),
    "tools_function.prompty": (
        {},
        [
            ("system", "You are a helpful assistant with access to tools."),
            ("user", "What's the weather in Paris?"),
        ],
    ),
}

DROPPED = {
    "basic.prompty": [(13, "model.connection.endpoint"), (14, "model.connection.apiKey")],
    "structured.prompty": [],
    "threaded.prompty": [],
    "tools_function.prompty": [(7, "bindings of the tool 'get_weather'")],
}


def imported(text: str, file: str, dialect: str) -> Any:
    return dialects.get(dialect).load(text, file, nothing)


def read(found: Any) -> Prompt:
    return parse_prompt(found.text, path=found.file, source=FilesInMemory(found.files))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_file_is_recognised(file: Path) -> None:
    assert detect_dialect(file.read_text("utf-8"), file.name).name == "prompty"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_messages_are_those_that_prompty_makes(file: Path) -> None:
    values, expected = MESSAGES[file.name]
    prompt = read(imported(file.read_text("utf-8"), file.name, "prompty"))

    assert [(m.role, m.content) for m in Template(prompt).render(Values(prompt).complete(values))] == expected


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_what_does_not_come_across_is_listed_by_line(file: Path) -> None:
    found = imported(file.read_text("utf-8"), file.name, "prompty")

    assert [(d.line, d.what) for d in found.dropped] == DROPPED[file.name]


@pytest.mark.parametrize("dialect", ["prompty", "prompty-v1"])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_export_and_import_give_the_same_prompt(file: Path, dialect: str) -> None:
    first = read(imported(file.read_text("utf-8"), file.name, "prompty"))
    exported = dialects.get(dialect).dump(first)
    again = read(imported(exported.text, exported.file, dialect))

    assert canonical_form(again) == canonical_form(first)
    assert (again.name, again.description, again.meta) == (first.name, first.description, first.meta)
    assert exported.dropped == ()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_secret_and_no_address_comes_across(file: Path) -> None:
    found = imported(file.read_text("utf-8"), file.name, "prompty")

    everything = "".join(found.files.values()) + "".join(map(str, found.dropped))
    assert "OPENAI_API_KEY" not in everything
    assert "api.openai.com" not in everything


@pytest.mark.skipif(not FILES, reason="Prompty's samples are not here")
def test_every_sample_is_run() -> None:
    assert [file.name for file in FILES] == sorted(MESSAGES)
