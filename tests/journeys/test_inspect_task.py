"""A task of Inspect runs as a suite: its solvers, tools and scorers, on our calls, kept and counted like any other.

The package is there in the environment of ``make adapters`` alone; elsewhere these tests see how its absence is said.
"""

from importlib.util import find_spec

import pytest

from assay.models.types import ToolCall
from assay.testing.fake_provider import FakeProvider
from assay.testing.fake_reply import FakeReply

THERE = find_spec("inspect_ai") is not None
needs_it = pytest.mark.skipif(not THERE, reason="runs in the environment of 'make adapters'")

TASK = """\
from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.scorer import includes, pattern
from inspect_ai.solver import generate, system_message, use_tools
from inspect_ai.tool import tool

@tool
def add():
    async def execute(x: int, y: int):
        \"\"\"Add two numbers.

        Args:
            x: One.
            y: The other.
        \"\"\"
        return x + y
    return execute

@task
def sums(n: int = 4):
    rows = [Sample(id=f"s{i}", input=f"What is {i} and {i}?", target=str(2 * i), metadata={"size": "small"})
            for i in range(n)]
    return Task(dataset=rows, solver=[system_message("Add."), use_tools(add()), generate()],
                scorer=[includes(), pattern(r"is ([0-9]+)")])
"""


def adder(body: dict[str, object]) -> FakeReply:
    """Calls the tool, then says what it gave; wrong for 3."""
    messages = body["messages"]
    if messages[-1]["role"] == "tool":
        return FakeReply(text=f"It is {messages[-1]['content']}.")
    number = messages[-1]["content"].split()[2]
    if number == "3":
        return FakeReply(text="It is 5.")
    call = ToolCall(id="call_1", name="add", arguments=f'{{"x": {number}, "y": {number}}}')
    return FakeReply(text="", tool_calls=(call,))


@pytest.mark.skipif(THERE, reason="the package is there")
def test_without_the_package_the_extra_is_named(desk, here):
    desk.write("sums.py", TASK)
    done = here("eval", "sums.py")

    assert done.status == 2
    assert "pip install 'assay[inspect]'" in done.err


def test_a_task_that_is_not_there_is_said(desk, here):
    done = here("eval", "gone.py@sums")

    assert (done.status, done.err.splitlines()[0]) == (2, "error: there is no task gone.py")


@needs_it
class TestWithInspect:
    @pytest.fixture
    def provider(self):
        with FakeProvider(adder) as fake:
            yield fake

    def test_a_task_comes_to_rows_and_counts_and_a_second_run_asks_nothing(self, desk, provider, against):
        desk.write("sums.py", TASK)
        first = desk.assay("eval", "sums.py", "--json", *against(provider), status=0).json()
        rows = desk.rows()
        asked = len(provider.requests)
        second = desk.assay("eval", "sums.py@sums", "--json", *against(provider), status=0).json()

        assert [(row["case"], row["status"], row["output"]) for row in rows] == [
            ("s0", "passed", "It is 0."),
            ("s1", "passed", "It is 2."),
            ("s2", "passed", "It is 4."),
            ("s3", "failed", "It is 5."),
        ]
        assert [verdict["grader"] for verdict in rows[0]["verdicts"]] == ["includes", "pattern"]
        assert rows[1]["tool_calls"] == [{"name": "add", "arguments": '{"x":1,"y":1}'}]
        assert rows[0]["tags"] == {"size": "small"}
        assert (first["variants"][0]["passed"], first["cases"]) == (3, 4)
        assert asked == len(provider.requests) == 7
        assert second["calls_made"] == 0

    def test_epochs_are_independent_calls_and_arguments_reach_the_task(self, desk, provider, against):
        desk.write("sums.py", TASK)
        desk.assay("eval", "sums.py", "-T", "n=1", "--epochs", "3", "--json", *against(provider), status=0)

        assert [(row["case"], row["repeat"]) for row in desk.rows()] == [("s0", 0), ("s0", 1), ("s0", 2)]
        assert len({r.headers["idempotency-key"] for r in provider.requests}) == len(provider.requests) == 6

    def test_a_call_that_fails_is_an_error_of_its_sample(self, desk, against):
        desk.write("sums.py", TASK)
        with FakeProvider(adder, script=["401"]) as fake:
            done = desk.assay("eval", "sums.py", "-T", "n=4", "--json", *against(fake))

        assert done.status == 3
        assert sorted(row["status"] for row in desk.rows()) == ["error", "failed", "passed", "passed"]

    def test_a_file_that_holds_no_task_is_said_in_a_sentence(self, desk):
        desk.write("broken.py", "def (:")
        done = desk.assay("eval", "broken.py", status=2)

        assert done.err == "error: broken.py holds 0 tasks\nhint: decorate a function with @task\n"
