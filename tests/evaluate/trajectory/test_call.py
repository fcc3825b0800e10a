"""Tool calls: as a provider tells them, and in all the forms in which a reply's text may hold them."""

import json
import time

import pytest

from assay.evaluate.trajectory.call import calls_in

FORMS = [
    {"tool_calls": [{"id": "1", "type": "function", "function": {"name": "look", "arguments": '{"q": 1}'}}]},
    {"tool_calls": [{"name": "look", "arguments": {"q": 1}}]},
    [{"type": "function", "function": {"name": "look", "arguments": '{"q": 1}'}}],
    [{"name": "look", "arguments": {"q": 1}}],
    {"name": "look", "arguments": '{"q": 1}'},
    {"function_call": {"name": "look", "arguments": '{"q": 1}'}},
    {"type": "function_call", "name": "look", "arguments": '{"q": 1}'},
    {"type": "tool_use", "name": "look", "input": {"q": 1}},
    [{"type": "text", "text": "Let me see"}, {"type": "tool_use", "name": "look", "input": {"q": 1}}],
    {"functionCall": {"name": "look", "args": {"q": 1}}},
    [{"functionCall": {"name": "look", "args": {"q": 1}}}],
    {"toolCall": {"functionCalls": [{"name": "look", "args": {"q": 1}}]}},
]


@pytest.mark.parametrize("value", FORMS)
def test_every_form_of_a_call_is_read(value):
    assert [(call.name, call.arguments) for call in calls_in(json.dumps(value))] == [("look", {"q": 1})]


@pytest.mark.parametrize("value", FORMS)
def test_a_call_is_found_on_lines_of_their_own_between_prose(value):
    text = f"Let me see.\n{json.dumps(value, indent=1)}\nand then\n{json.dumps(value)}"

    assert [call.name for call in calls_in(text)] == ["look", "look"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no call",
        "{",
        '{"a": 1}',
        '{"type": "text", "name": "x"}',
        '{"name": 3}',
        '{"name": "Ann", "age": 7}',
        'say {"name": "x"} inline',
        "[1, 2]",
    ],
)
def test_what_is_no_call_is_none(text):
    assert calls_in(text) == []


def test_arguments_that_are_no_json_are_kept_with_the_problem():
    (call,) = calls_in('{"name": "look", "arguments": "{\\"q\\": "}')

    assert call.arguments == '{"q": '
    assert call.problem.startswith("not JSON")


def test_a_text_of_brackets_alone_is_soon_given_up():
    started = time.process_time()

    assert calls_in("[\n" * 100_000 + "{") == []
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "value", [{"functionCall": {"name": "look"}}, [{"name": "look"}], {"tool_calls": [{"name": "look"}]}]
)
def test_a_call_may_have_no_arguments_where_it_cannot_be_anything_else(value):
    assert [(call.name, call.arguments) for call in calls_in(json.dumps(value))] == [("look", {})]
