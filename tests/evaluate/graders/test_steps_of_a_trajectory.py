"""Steps of a trace: what kind each span is, and their order."""

import pytest

from assay.evaluate.trajectory.step import Span, _step, steps_of


@pytest.mark.parametrize(
    ("name", "attributes", "step"),
    [
        ("call", {"gen_ai.tool.name": "look"}, "tool:look"),
        ("call", {"tool_name": "look", "tool_args": '{"q": 1}'}, "tool:look"),
        ("call", {"my.tool": "look"}, "tool:look"),
        ("call", {"custom_function_name": "look"}, "tool:look"),
        ("chat", {"gen_ai.tool.definitions": '[{"name": "look"}]'}, "span:chat"),
        ("chat", {"my.tool.result": "fine"}, "span:chat"),
        ("mcp files/read", {}, "tool:read"),
        ("call", {"tool.name": "shell", "tool.arguments": '{"cmd": ["ls", "-l"]}'}, "command:ls -l"),
        ("exec ls -l", {}, "command:ls -l"),
        ("run", {"codex.command": "git status"}, "command:git status"),
        ("search cats", {}, "search:cats"),
        ("retrieve", {"query": "cats"}, "search:cats"),
        ("other", {"query": "cats"}, "span:other"),
        ("reasoning", {}, "reasoning:reasoning"),
        ("agent response", {}, "message:agent response"),
        ("chat gpt", {}, "span:chat gpt"),
    ],
)
def test_what_a_span_is_follows_from_its_attributes(name, attributes, step):
    assert str(_step(Span(name, attributes=attributes))) == step


def test_a_command_answers_to_its_program_and_to_the_name_of_its_span():
    step = _step(Span("exec git status"))

    assert step.answers("git")
    assert step.answers("exec*")
    assert not step.answers("hg")


def test_steps_come_in_order_of_time(acted):
    spans = [
        {"name": "b", "start_time": 20, "attributes": {"tool.name": "second"}},
        {"name": "a", "startTime": 10, "endTime": 15, "attributes": {"tool.name": "first", "args": {"q": 1}}},
    ]

    first, second = steps_of(acted(metadata={"trace": {"spans": spans}}))

    assert (str(first), str(second)) == ("tool:first", "tool:second")
    assert first.arguments == {"q": 1}


def test_without_a_trace_the_steps_are_the_calls_of_all_turns(acted, talked):
    talk = talked(acted(("look", {"q": 1})), acted(("look", {"q": 2}), ("write", {})))

    assert [str(step) for step in steps_of(talk)] == ["tool:look", "tool:look", "tool:write"]
