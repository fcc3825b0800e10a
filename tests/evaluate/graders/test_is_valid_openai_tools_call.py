"""The grader ``is-valid-openai-tools-call``: every call is of a tool on offer, with arguments that it takes."""

import pytest

from assay.core.errors import BadInput, GraderFailed
from assay.models.types import Tool

LOOK = Tool(
    name="look",
    description="",
    parameters={
        "type": "object",
        "properties": {"q": {"type": "string"}},
        "required": ["q"],
        "additionalProperties": False,
    },
)
OPENAI = {"type": "function", "function": {"name": "look", "parameters": LOOK.parameters}}


@pytest.mark.parametrize(
    ("calls", "passes", "reason"),
    [
        ([("look", {"q": "cats"})], True, "calls look as the schema allows"),
        ([("look", {"q": "cats"}), ("look", {"q": "dogs"})], True, "calls look, look"),
        ([("look", {"q": "cats"}), ("look", {"q": 1})], False, "the arguments of 'look' do not fit: q: "),
        ([("look", {})], False, "do not fit"),
        ([("look", '{"q": ')], False, "the arguments of 'look' are not JSON"),
        ([("find", {"q": "cats"}), ("see", {})], False, "there is no tool 'find', and 1 more"),
        ([], False, "the reply calls no tool"),
    ],
)
async def test_calls_are_held_against_the_prompts_tools(build, case, acted, calls, passes, reason):
    verdict = await build("is-valid-openai-tools-call")(case(), acted(*calls, tools=(LOOK,)))

    assert (verdict.score, verdict.passed) == (float(passes), passes)
    assert reason in verdict.reason


SHORT = {"name": "look", "parameters": {"q": "string"}}


@pytest.mark.parametrize("tool", [OPENAI, OPENAI["function"], SHORT, "t.yaml"])
async def test_tools_may_be_listed_in_the_suite(build, case, acted, write, tool):
    write("suites/t.yaml", "name: look\ndescription: d\nparameters: {q: string}\n")
    grade = build("is-valid-openai-tools-call", tools=[tool])

    assert (await grade(case(), acted(("look", {"q": "cats"})))).passed
    assert not (await grade(case(), acted(("look", {"q": 1})))).passed


async def test_calls_in_the_text_count_where_the_provider_tells_of_none(build, case, acted):
    text = '{"tool_calls": [{"function": {"name": "look", "arguments": "{\\"q\\": 1}"}}]}'

    assert not (await build("is-valid-openai-tools-call")(case(), acted(text=text, tools=(LOOK,)))).passed


async def test_without_any_tool_to_hold_a_call_against_it_is_an_error(build, case, acted):
    with pytest.raises(GraderFailed) as caught:
        await build("is-valid-openai-tools-call")(case(), acted(("look", {})))

    assert caught.value.code == "grader.no_tools"


ODD = {"name": "x", "parameters": {"type": "odd", "properties": {}}}


@pytest.mark.parametrize("tool", [3, {"parameters": {}}, ODD])
def test_a_tool_that_is_none_is_refused(build, tool):
    with pytest.raises(BadInput):
        build("is-valid-openai-tools-call", tools=[tool])
