"""A prompt that names no model: the project's default answers, and that it is the embedded one is said."""

import pytest

from assay.author.project import find_project
from assay.cli.run import EMBEDDED_MAX_TOKENS, bounded
from assay.engine.prepare import unnamed
from assay.evaluate.native import SuiteOptions, open_suite
from assay.models.target import parse_target
from assay.models.types import Parameters
from assay.testing.fake_provider import FakeProvider

SUITE = """\
suite: desk.sort
datasets: [../datasets/tickets.jsonl]
variants: [../prompts/sort-1.prompt.md]
graders: [contract]
"""


def test_the_setting_says_who_answers_for_prompts_that_name_no_model(small, here, monkeypatch):
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "k")
    small.write("assay.yaml", "project: desk\nmodels:\n  default: azure-openai/ours\n")
    small.write("suites/plain.yaml", SUITE)
    with FakeProvider("billing") as fake:
        monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", fake.base_url)
        run = here("run", "prompts/sort-1.prompt.md", "-i", "ticket=hello", "--json")
        evaluated = here("eval", "suites/plain.yaml", "--json")

    assert run.json()["model"] == "azure-openai/ours"
    assert evaluated.json()["variants"][0]["model"] == "azure-openai/ours"
    assert "embedded" not in run.err + evaluated.err
    assert "max_tokens" not in fake.requests[0].body


def test_that_the_embedded_model_answers_for_want_of_another_is_said(small):
    file = small.write("suites/plain.yaml", SUITE)
    prepared, _ = open_suite(find_project(small.root), file, SuiteOptions())
    (variant,) = prepared.variants
    prompt = variant.prepared.prompt

    assert "the embedded model smollm2-135m-instruct answers, as desk.sort names no model" in variant.note
    assert unnamed(prompt, variant.target, model="embedded/smollm2-135m-instruct") is None
    assert unnamed(prompt, parse_target("openai/x")) is None


@pytest.mark.parametrize(
    ("model", "given", "bound"),
    [("embedded", None, EMBEDDED_MAX_TOKENS), ("embedded", 9, 9), ("openai/x", None, None)],
)
def test_a_single_reply_of_the_embedded_model_has_an_end(model, given, bound):
    assert bounded(Parameters(max_tokens=given), parse_target(model)).max_tokens == bound
