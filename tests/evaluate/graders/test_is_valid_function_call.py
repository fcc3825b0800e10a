"""The grader ``is-valid-function-call``: one call, of a function on offer, with arguments that it takes."""

import pytest

TOOL = {
    "name": "look",
    "parameters": {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]},
}


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ('{"name": "look", "arguments": "{\\"q\\": \\"cats\\"}"}', True),
        ('{"function_call": {"name": "look", "arguments": "{\\"q\\": \\"cats\\"}"}}', True),
        ('{"name": "look", "arguments": "{\\"q\\": 1}"}', False),
        ('{"name": "find", "arguments": "{}"}', False),
        ("I would look for cats.", False),
    ],
)
async def test_the_call_may_be_the_text_of_the_reply(build, case, acted, text, passes):
    assert (await build("is-valid-function-call", tools=[TOOL])(case(), acted(text=text))).passed is passes


async def test_two_calls_are_one_too_many(build, case, acted):
    grade = build("is-valid-function-call", tools=[TOOL])

    assert (await grade(case(), acted(("look", {"q": "a"})))).passed
    assert not (await grade(case(), acted(("look", {"q": "a"}), ("look", {"q": "b"})))).passed
