"""The 117 tests of the dotprompt specification: each template is imported, rendered here, and compared.

A message's outer white space is not compared, as this format drops it. What differs on purpose is in ``DIFFERENT``
with its reason, and is held to what it is instead.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from assay.author.exchange.dialect import Imported
from assay.author.exchange.dialects.dotprompt import DIALECT
from assay.author.exchange.draft import FilesInMemory
from assay.author.parse import parse_prompt
from assay.author.template import Template
from assay.author.types import Prompt
from assay.author.values import Values
from assay.core.errors import BadInput

SPEC = Path(__file__).parents[3] / "shared" / "data" / "dotprompt-spec" / "spec"

NO_BODY = "a prompt without a message is refused; with any body, all that the case expects of its schemas holds"
NO_MEDIA = "a message is text: the picture is listed as dropped"
ONE_TEXT = "a message is one text: section marks are listed as dropped, the text between them is the same"
ONE_VALUE = "the data has no declared names and is printed as a whole, so callers pass it as one input"

DIFFERENT = {
    **{
        f"picoschema/{name}": NO_BODY
        for name in (
            "simple_scalar_no_description",
            "input_and_output",
            "simple_scalar_description",
            "simple_scalar_description_no_whitespace",
            "simple_scalar_description_with_commas",
            "simple_scalar_description_extra_whitespace",
            "simple_object",
            "required_field",
            "array_of_scalars",
            "nested_object_in_array_and_out",
            "simple_json_schema_type",
            "inferred_json_schema_from_properties",
            "enum_field",
            "any_field",
            "wildcard_fields_with_other_fields",
            "wildcard_fields_without_other_fields",
            "named_schema_override_description",
            "nested_named_schema",
            "line_endings_crlf",
        )
    },
    "metadata/ext": NO_BODY,
    "helpers/media/basic": NO_MEDIA,
    "helpers/media/url_only": NO_MEDIA,
    "helpers/media/content_types": NO_MEDIA,
    "helpers/section/basic_section": ONE_TEXT,
    "helpers/section/nested_sections": ONE_TEXT,
    **{
        f"helpers/json/{name}": ONE_VALUE
        for name in ("basic", "indented", "indented_4_spaces", "nested_objects", "arrays", "empty_values")
    },
}


def cases() -> Iterator[Any]:
    for file in sorted(SPEC.rglob("*.yaml")):
        group = file.relative_to(SPEC).with_suffix("").as_posix()
        for case in yaml.safe_load(file.read_text("utf-8")):
            for i, test in enumerate(case["tests"]):
                yield pytest.param(group, case, test, id=f"{group}/{case['name']}/{i}")


CASES = list(cases())


def load(case: dict[str, Any], test: dict[str, Any], *, body: str = "") -> Imported:
    partials = {**case.get("partials", {}), **case.get("resolverPartials", {})}
    schemas = {**case.get("schemas", {}), **case.get("resolverSchemas", {})}

    def read(path: str) -> str | None:
        if path.startswith("schemas/"):
            name = path.removeprefix("schemas/").removesuffix(".json")
            return json.dumps(schemas[name]) if name in schemas else None
        return partials.get(path.removeprefix("_").removesuffix(".prompt"))

    text = case["template"] + body
    if "options" in test:
        text = f"---\n{json.dumps(test['options'])}\n---\n{text}"
    return DIALECT.load(text, "case.prompt", read)


def parse(imported: Imported) -> Prompt:
    return parse_prompt(imported.text, path=imported.file, source=FilesInMemory(imported.files))


def given(prompt: Prompt, case: dict[str, Any], test: dict[str, Any]) -> dict[str, object]:
    """The test's data as values, without what the template does not use: a prompt takes only what it declares."""
    data = {**case.get("data", {}), **test.get("data", {})}
    values: dict[str, object] = {**data.get("context", {}), **data.get("input", {})}
    if "messages" in data:
        values["history"] = [
            {"role": {"model": "assistant"}.get(m["role"], m["role"]), "content": m["content"][0]["text"]}
            for m in data["messages"]
        ]
    return {name: value for name, value in values.items() if name in prompt.inputs}


def rendered(prompt: Prompt, values: dict[str, object]) -> list[tuple[str, str]]:
    return [(m.role, m.content.strip()) for m in Template(prompt).render(Values(prompt).complete(values))]


def expected(test: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (
            {"model": "assistant"}.get(m["role"], m["role"]),
            "".join(part.get("text", json.dumps(part)) for part in m["content"]).strip(),
        )
        for m in test["expect"]["messages"]
    ]


def extensions(meta: dict[str, object]) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for key, value in meta.items():
        space, dot, name = key.rpartition(".")
        if dot:
            found.setdefault(space, {})[name] = value
    return found


def check_metadata(prompt: Prompt, expect: dict[str, Any]) -> None:
    if "schema" in expect.get("output", {}):
        assert prompt.contract is not None
        assert prompt.contract.schema == expect["output"]["schema"]
    if "schema" in expect.get("input", {}):
        assert [i.schema for i in prompt.inputs.values()] == [expect["input"]["schema"]]
    for name, value in expect.get("input", {}).get("default", {}).items():
        assert prompt.inputs[name].default == value
    parameters = prompt.model.parameters
    for name, value in expect.get("config", {}).items():
        assert {**parameters.extra, "temperature": parameters.temperature or parameters.extra.get("temperature")}[
            name
        ] == value
    if "model" in expect:
        assert expect["model"] in (*prompt.model.candidates, prompt.meta.get("model"))
    assert extensions(prompt.meta) == expect.get("ext", {})
    for name, value in expect.get("raw", {}).items():
        assert name == "config" or prompt.meta[name] == value


def direct(case: dict[str, Any], test: dict[str, Any]) -> None:
    """The case as it stands: import, render, compare."""
    prompt = parse(load(case, test))

    assert rendered(prompt, given(prompt, case, test)) == expected(test)
    check_metadata(prompt, test["expect"])


def without_body(case: dict[str, Any], test: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="has no message"):
        load(case, test)
    assert test["expect"]["messages"] == []
    check_metadata(parse(load(case, test, body="text")), test["expect"])


def without_media(case: dict[str, Any], test: dict[str, Any]) -> None:
    imported = load(case, test, body=" text")

    assert [d.what for d in imported.dropped] == ["{{media}}"]
    assert [d.line for d in imported.dropped] == [1]
    assert rendered(parse(imported), {}) == [("user", "text")]


def without_sections(case: dict[str, Any], test: dict[str, Any]) -> None:
    imported = load(case, test)
    parts = test["expect"]["messages"][0]["content"]
    names = [p["metadata"]["purpose"] for p in parts if "metadata" in p]

    assert [d.what for d in imported.dropped] == [f"{{{{section '{name}'}}}}" for name in names]
    assert rendered(parse(imported), {}) == [("user", "".join(p.get("text", "") for p in parts).strip())]


def as_one_value(case: dict[str, Any], test: dict[str, Any]) -> None:
    prompt = parse(load(case, test))

    assert list(prompt.inputs) == ["input"]
    assert rendered(prompt, {"input": test["data"]["input"]}) == expected(test)


INSTEAD = {NO_BODY: without_body, NO_MEDIA: without_media, ONE_TEXT: without_sections, ONE_VALUE: as_one_value}


@pytest.mark.parametrize(("group", "case", "test"), CASES)
def test_the_import_gives_the_same_messages_and_metadata(
    group: str, case: dict[str, Any], test: dict[str, Any]
) -> None:
    reason = DIFFERENT.get(f"{group}/{case['name']}")

    if reason is None:
        direct(case, test)
    else:
        INSTEAD[reason](case, test)


@pytest.mark.parametrize(
    ("group", "case", "test"), [c for c in CASES if f"{c.values[0]}/{c.values[1]['name']}" in DIFFERENT]
)
def test_every_difference_is_a_real_one(group: str, case: dict[str, Any], test: dict[str, Any]) -> None:
    with pytest.raises((AssertionError, BadInput)):
        direct(case, test)


@pytest.mark.skipif(not CASES, reason="the specification's tests are not here")
def test_all_tests_of_the_specification_are_run() -> None:
    known = {f"{c.values[0]}/{c.values[1]['name']}" for c in CASES}

    assert len(CASES) == 117
    assert set(DIFFERENT) <= known
