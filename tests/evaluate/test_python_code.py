"""A configuration's Python runs in processes that stay, and is stopped and named when it must be."""

import asyncio
import contextlib
import os
import signal
from pathlib import Path

import pytest

from assay.author.source import WorkingTree
from assay.core.errors import BadInput, GraderFailed
from assay.evaluate.python_code import PythonCode


@contextlib.asynccontextmanager
async def python_in(project: Path, **settings):
    code = PythonCode(WorkingTree(project), **settings)
    try:
        yield code
    finally:
        await code.close()


async def test_a_function_is_called_in_a_process_that_stays(tmp_path):
    (tmp_path / "own.py").write_text("import os\nn = []\ndef f(x): n.append(x); return [len(n), os.getpid()]\n")
    async with python_in(tmp_path) as code:
        first, second = [await code.call_file("own.py", "f", [1]) for _ in range(2)]

    assert first[0] == 1
    assert second == [2, first[1]]


async def test_an_async_function_is_awaited_in_one_loop(tmp_path):
    (tmp_path / "own.py").write_text(
        "import asyncio\nasync def f(x):\n    await asyncio.sleep(0)\n    return [x, id(asyncio.get_running_loop())]\n"
    )
    async with python_in(tmp_path) as code:
        assert await code.call_file("own.py", "f", ["a"]) == await code.call_file("own.py", "f", ["a"])


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("len(output) > context['least']", True),
        ("  output.upper()", "HELLO"),
        ("import re\nreturn re.sub('l+', 'L', output)", "heLo"),
        ("if output:\n    return json.loads('[1]')\nreturn None", [1]),
        ("(lambda: None)()", None),
    ],
)
async def test_code_in_a_configuration_is_an_expression_or_a_body(tmp_path, body, value):
    async with python_in(tmp_path) as code:
        assert await code.run_body(body, {"output": "hello", "context": {"least": 3}}) == value


async def test_a_program_prints_its_answer(tmp_path):
    (tmp_path / "p.py").write_text(
        "import json, sys\nif __name__ == '__main__':\n    print(json.loads(sys.argv[1])['k'])\n"
    )
    async with python_in(tmp_path) as code:
        assert await code.run_program("p.py", ['{"k": "v"}']) == "v\n"
        assert await code.run_program("p.py", ['{"k": "w"}']) == "w\n"


async def test_paths_are_those_of_the_configuration_and_stay_in_the_project(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/own.py").write_text("import os\ndef f(): return os.path.basename(os.getcwd())\n")
    async with python_in(tmp_path, folder="deep") as code:
        assert await code.call_file("own.py", "f", []) == "deep"
        assert await code.call_file(str(tmp_path.resolve() / "deep/own.py"), "f", []) == "deep"
        for outside in ("../../own.py", "/etc/own.py"):
            with pytest.raises(BadInput, match="leads out of the project"):
                await code.call_file(outside, "f", [])


async def test_only_what_it_is_given_of_the_environment_is_seen(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "hidden")
    async with python_in(tmp_path, environment={"GIVEN": "yes"}) as code:
        seen = await code.run_body("import os\nreturn [os.environ.get('SECRET_KEY'), os.environ['GIVEN']]", {})

    assert seen == [None, "yes"]


@pytest.mark.parametrize(
    ("body", "code_name", "said"),
    [
        ("while True:\n    pass", "grader.timeout", "the code took longer than 0.5 s"),
        ("x = 1\n\nreturn x / 0", "grader.raised", r"the code raised ZeroDivisionError: .* \(on its line 3\)"),
        ("1 +", "grader.raised", "the code raised SyntaxError"),
        ("'x' * 10**10", "grader.raised", "the code needed more memory than it may use"),
        ("'x' * 900_000_000", "grader.result", "the code returned more than 20,000,000 characters"),
        ("import os\nos.kill(os.getpid(), 9)", "grader.crashed", r"the code killed its process \(signal 9\)"),
        ("{1}", "grader.result", r"the code returned \{1\}, which has no JSON form"),
    ],
)
async def test_code_that_ends_badly_is_named_and_the_next_is_served(tmp_path, body, code_name, said):
    async with python_in(tmp_path, workers=1) as code:
        with pytest.raises(GraderFailed, match=said) as failed:
            await code.run_body(body, {}, timeout_s=0.5 if "while" in body else 20)

        assert failed.value.code == code_name
        assert await code.run_body("1 + 1", {}) == 2


async def test_a_process_killed_in_the_middle_is_an_error_of_that_call_alone(tmp_path):
    (tmp_path / "own.py").write_text("import os, time\ndef pid(): return os.getpid()\ndef wait(): time.sleep(60)\n")
    async with python_in(tmp_path, workers=1) as code:
        pid = await code.call_file("own.py", "pid", [])
        os.kill(int(str(pid)), 0)
        call = asyncio.create_task(code.call_file("own.py", "wait", []))
        await asyncio.sleep(0.1)
        os.kill(int(str(pid)), signal.SIGKILL)

        with pytest.raises(GraderFailed, match=r"own.py: wait killed its process \(signal 9\)"):
            await call
        assert await code.call_file("own.py", "pid", []) != pid
