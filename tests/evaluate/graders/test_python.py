"""The grader ``python``: any function of the project, and whatever it does stays in its process."""

import asyncio
import os
import signal
import time

import pytest

from assay.core.errors import BadInput, GraderFailed
from assay.models.types import Usage

FUNCTION = "../graders/own.py:grade"


@pytest.fixture
def grader(build, write):
    """The grader of a function whose body is given."""

    def make(body: str, top: str = "", **settings):
        lines = "".join(f"    {line}\n" for line in body.splitlines())
        write("graders/own.py", f"{top}\ndef grade(case, reply):\n{lines}")
        return build("python", function=FUNCTION, **settings)

    return make


async def failure(grade, case, outcome) -> GraderFailed:
    with pytest.raises(GraderFailed) as caught:
        await grade(case(), outcome("hello"))
    return caught.value


@pytest.mark.parametrize(
    ("returned", "score", "passed", "reason"),
    [
        ("True", 1.0, True, "the function's score is 1"),
        ("False", 0.0, False, "the function's score is 0"),
        ("0.5", 0.5, True, "the function's score is 0.5"),
        ("0.49", 0.49, False, "the function's score is 0.49"),
        ("1", 1.0, True, "the function's score is 1"),
        ("(0.2, 'too\\nshort')", 0.2, False, "too short"),
        ("[True, 'fine']", 1.0, True, "fine"),
        ("{'score': 0.9}", 0.9, True, "the function's score is 0.9"),
        ("{'score': 0.9, 'passed': False, 'reason': 'no greeting'}", 0.9, False, "no greeting"),
        ("{'passed': True, 'reason': None}", 1.0, True, "the function's score is 1"),
        ("Number(0.75)", 0.75, True, "the function's score is 0.75"),
    ],
)
async def test_a_function_returns_a_verdict_in_the_form_it_likes(
    grader, case, outcome, returned, score, passed, reason
):
    grade = grader(
        f"return {returned}", "class Number:\n    def __init__(self, n): self.n = n\n    def item(self): return self.n"
    )

    verdict = await grade(case(), outcome("hello"))

    assert (verdict.score, verdict.passed, verdict.reason) == (score, passed, reason)


@pytest.mark.parametrize(
    ("returned", "what"),
    [
        ("None", "returned nothing"),
        ("'yes'", "returned 'yes'"),
        ("1.5", "returned the score 1.5"),
        ("-1", "returned the score -1"),
        ("[]", "returned a list"),
        ("{}", "returned a mapping"),
        ("{'score': 1, 'pass': True}", "returned a mapping"),
        ("{'score': 1, 'passed': 'yes'}", "returned a mapping"),
        ("(1, 2)", "returned a list"),
        ("float('nan')", "grade returned nan, which has no JSON form"),
        ("{1, 2}", "grade returned {1, 2}, which has no JSON form"),
        ("'x' * 1_000_000", "grade returned more than 100,000 characters"),
        ("Odd()", "grade returned what cannot be shown, which has no JSON form"),
    ],
)
async def test_what_is_no_verdict_is_an_error_and_not_a_score(grader, case, outcome, returned, what):
    grade = grader(f"return {returned}", "class Odd:\n    def __str__(self): raise ValueError")

    error = await failure(grade, case, outcome)

    assert error.code == "grader.result"
    assert what in error.what


async def test_the_function_sees_the_case_and_the_reply_as_plain_data(grader, case, outcome):
    grade = grader(
        """assert case == {
    "id": "c-1", "inputs": {"n": 2}, "expected": ["a"], "cluster": "k", "tags": {"t": "v"}}, case
assert reply == {
    "text": "hello", "value": "hello", "valid": True, "violations": [], "exit": None, "fallback": False,
    "model": "fake-1", "finish": "stop", "latency_ms": 41.5, "messages": [{"role": "user", "content": "hello"}],
    "usage": {"input": 12, "output": 3, "cached": None, "cache_write": None, "reasoning": None}}, reply
return True"""
    )

    verdict = await grade(case(["a"], inputs={"n": 2}, cluster="k", tags={"t": "v"}), outcome("hello"))

    assert verdict.passed
    assert Usage.__struct_fields__ == ("input", "output", "cached", "cache_write", "reasoning")


async def test_a_case_without_expected_has_no_such_key(grader, case, outcome):
    assert (await grader("return 'expected' not in case")(case(), outcome("hello"))).passed


@pytest.mark.parametrize("reply", [{"text": ""}, {"text": " \n"}, {"refusal": "I cannot"}])
async def test_an_absent_reply_fails_without_asking_the_function(grader, case, outcome, reply):
    verdict = await grader("return True")(case(), outcome(**reply))

    assert (verdict.score, verdict.passed) == (0.0, False)


async def test_the_file_is_loaded_once_in_each_process_and_state_stays_there(grader, case, outcome):
    grade = grader("calls.append(1)\nreturn {'score': 1, 'reason': str(len(calls))}", "calls = []")

    reasons = [(await grade(case(), outcome("hello"))).reason for _ in range(5)]

    assert reasons == ["1", "2", "3", "4", "5"]


async def test_at_most_two_processes_serve_any_number_of_calls_at_once(grader, case, outcome):
    grade = grader("time.sleep(0.02)\nreturn {'score': 1, 'reason': str(os.getpid())}", "import os, time")

    verdicts = await asyncio.gather(*(grade(case(), outcome("hello")) for _ in range(20)))

    assert len({verdict.reason for verdict in verdicts}) == 2


async def test_two_graders_of_one_file_share_its_processes(build, write, case, outcome):
    bodies = [f"def {name}(case, reply): return 1, str(os.getpid())\n" for name in ("one", "two")]
    write("graders/own.py", "".join(["import os\n", *bodies]))
    one, two = (build("python", function=f"../graders/own.py:{name}") for name in ("one", "two"))

    assert (await one(case(), outcome("x"))).reason == (await two(case(), outcome("x"))).reason


@pytest.mark.parametrize(
    ("value", "score", "passed"),
    [
        ("'ell' in output", 1.0, True),
        ("output == 'no'", 0.0, False),
        ("0.25", 0.25, True),
        ("'TRUE'", 1.0, True),
        ("'0.5'", 0.5, True),
        ("json.dumps({'pass': False, 'score': 0.5, 'reason': 'r'})", 0.5, False),
        ("{'pass_': True, 'score': 1, 'named_scores': {'a': 0.5}}", 1.0, True),
        ("score = len(output) / 10\nreturn {'pass': True, 'score': score, 'reason': 'counted'}", 0.5, True),
        ("context['vars']['n'] == 2 and context['config'] == {'k': 1} and context['expected'] == 'e'", 1.0, True),
        ("context['prompt'] + context['providerResponse']['output'] == 'hellohello'", 1.0, True),
    ],
)
async def test_code_in_the_suite_answers_in_the_form_it_likes(build, case, outcome, value, score, passed):
    grade = build("python", value=value, config={"k": 1})

    verdict = await grade(case("e", inputs={"n": 2}), outcome("hello"))

    assert (verdict.score, verdict.passed) == (score, passed)


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("None", "the Python returned nothing"),
        ("'perhaps'", "the Python returned 'perhaps'"),
        ("[1]", "the Python returned a list"),
        ("2", "the Python returned the score 2"),
        ("{'reason': 'x'}", "the Python returned a mapping"),
        ("1 / 0", "the Python raised ZeroDivisionError"),
    ],
)
async def test_code_in_the_suite_without_a_verdict_is_an_error(build, case, outcome, value, what):
    assert what in (await failure(build("python", value=value), case, outcome)).what


async def test_a_file_in_that_spelling_is_called_by_its_usual_name(build, write, case, outcome):
    write("suites/own.py", "async def get_assert(output, context): return output == 'hello'\ndef b(o, c): return 0.3\n")

    assert (await build("python", value="file://own.py")(case(), outcome("hello"))).passed
    assert not (await build("python", value="file://own.py:b", threshold=0.5)(case(), outcome("hello"))).passed


async def test_what_the_function_prints_or_reads_does_not_disturb_its_answer(grader, case, outcome):
    grade = grader(
        """print('{"kind": "returned", "value": false}')
sys.stdout.write("x" * 300_000)
sys.stderr.write("x" * 300_000)
os.write(1, b"raw\\n" * 10_000)
subprocess.run([sys.executable, "-c", "print('from below')"], check=True)
return sys.stdin.read() == \"\"""",
        "import os, subprocess, sys",
    )

    assert (await grade(case(), outcome("hello"))).passed
    assert (await grade(case(), outcome("hello"))).passed


async def test_an_exception_is_an_error_that_names_the_line(grader, case, outcome):
    grade = grader("return inner()", "def inner():\n    return {}['score']")

    error = await failure(grade, case, outcome)

    assert error.code == "grader.raised"
    assert error.what == "own.py: grade raised KeyError: 'score'"
    assert (error.where.file.rsplit("/", 1)[-1], error.where.line) == ("own.py", 2)


async def test_an_exception_of_a_library_names_the_projects_own_line(grader, case, outcome):
    error = await failure(grader("import json\nreturn json.loads('{')"), case, outcome)

    assert "JSONDecodeError" in error.what
    assert error.where.line == 4


@pytest.mark.parametrize(
    ("body", "code", "what"),
    [
        ("sys.exit(3)", "raised", "grade called sys.exit(3)"),
        ("raise KeyboardInterrupt", "raised", "grade raised KeyboardInterrupt"),
        ("return grade(case, reply)", "raised", "grade raised RecursionError"),
        ("raise ValueError('x' * 5000)", "raised", "xxx…"),
        ("os._exit(3)", "crashed", "grade ended its process (status 3)"),
        ("os.kill(os.getpid(), 9)", "crashed", "grade killed its process (signal 9)"),
        ("ctypes.string_at(0)", "crashed", "grade killed its process (signal 11)"),
    ],
)
async def test_a_call_that_ends_badly_is_an_error_and_the_next_one_is_served(grader, case, outcome, body, code, what):
    grade = grader(f"if case['id'] == 'c-1':\n    {body}\nreturn True", "import ctypes, os, sys")
    good = case()

    error = await failure(grade, case, outcome)

    assert error.code == f"grader.{code}"
    assert what in error.what
    assert len(error.what) < 300
    object.__setattr__(good, "id", "c-2")
    assert (await grade(good, outcome("hello"))).passed


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("while True: pass", id="python"),
        pytest.param("re.match('(a+)+b', 'a' * 60)", id="code that lets no thread run"),
        pytest.param("signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)", id="deaf to signals"),
    ],
)
async def test_a_call_without_end_is_stopped_at_its_limit(grader, case, outcome, body):
    grade = grader(f"{body}\nreturn True", "import re, signal, time", timeout_s=0.3)
    started = time.monotonic()

    error = await failure(grade, case, outcome)

    assert error.code == "grader.timeout"
    assert error.what == "own.py: grade took longer than 0.3 s"
    assert time.monotonic() - started < 10


async def test_what_the_function_has_started_is_stopped_with_it(grader, case, outcome, tmp_path):
    body = "subprocess.Popen(['sleep', '60']); open('pid', 'w').write(str(os.getpid()))\nwhile True: pass"
    await failure(grader(body, "import os, subprocess", timeout_s=0.5), case, outcome)

    group = int((tmp_path / "pid").read_text())
    await eventually(lambda: not alive_group(group))


async def test_a_process_that_was_killed_from_outside_is_replaced(grader, case, outcome):
    grade = grader("return 1, str(os.getpid())", "import os")
    first = (await grade(case(), outcome("hello"))).reason

    os.kill(int(first), signal.SIGKILL)
    await eventually(lambda: not alive_group(int(first)))
    await asyncio.sleep(0.1)
    second = (await grade(case(), outcome("hello"))).reason

    assert second != first


async def test_a_cancelled_call_does_not_leave_its_answer_to_the_next(grader, case, outcome):
    grade = grader("time.sleep(0.5 if case['inputs'] else 0)\nreturn 1, str(case['inputs'])", "import time")
    await grade(case(), outcome("hello"))

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(grade(case(inputs={"slow": 1}), outcome("hello")), 0.1)
    reasons = [(await grade(case(), outcome("hello"))).reason for _ in range(3)]

    assert reasons == ["{}"] * 3


async def test_the_process_sees_no_secret_of_the_environment(grader, case, outcome, monkeypatch, tmp_path):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")

    grade = grader("return 1, ' '.join(sorted(os.environ)) + '|' + os.getcwd()", "import os")
    names, folder = (await grade(case(), outcome("hello"))).reason.split("|")

    assert set(names.split()) <= {"PATH", "HOME", "LANG", "PYTHONPATH", "LC_CTYPE"}
    assert folder == str(tmp_path)


async def test_the_function_can_import_what_lies_beside_it(grader, write, case, outcome):
    write("graders/beside.py", "def good(text): return text == 'hello'\n")

    assert (await grader("return good(reply['text'])", "from beside import good")(case(), outcome("hello"))).passed


@pytest.mark.parametrize(
    ("top", "line", "what"),
    [
        ("import not_there", 1, "own.py: it cannot be loaded: raised ModuleNotFoundError: No module named 'not_there'"),
        ("x = 1\nraise ValueError('no')", 2, "own.py: it cannot be loaded: raised ValueError: no"),
        ("import sys\nsys.exit()", 2, "own.py: it cannot be loaded: called sys.exit()"),
        ("import os\nos._exit(4)", None, "own.py: loading it ended its process (status 4)"),
    ],
)
async def test_a_file_that_cannot_be_loaded_says_so_for_every_sample(grader, case, outcome, top, line, what):
    grade = grader("return True", top)

    errors = [await failure(grade, case, outcome) for _ in range(3)]

    assert {error.what for error in errors} == {what}
    assert errors[0].where.line == line


async def test_text_of_every_kind_reaches_the_function_as_it_is(grader, case, outcome):
    text = "a\u2028b\x00\x1b[31m \U0001f600 </s> {{x}}\r\n"

    verdict = await grader("return reply['text'] == case['expected']")(case(text), outcome(text))

    assert verdict.passed


@pytest.mark.parametrize(
    ("settings", "what", "hint"),
    [
        ({"function": "own.py"}, "'own.py' names no function", "FILE.py:FUNCTION"),
        ({"function": "own.txt:grade"}, "'own.txt:grade' names no function", "FILE.py:FUNCTION"),
        ({"function": "gone.py:grade"}, "gone.py cannot be read", "check the path"),
        ({"function": "../../own.py:grade"}, "leads out of the project's folder", "inside the project"),
        ({"function": "own.py:grad"}, "is named 'grad'", "did you mean 'grade'?"),
        ({"function": "own.py:three"}, "'three' does not take two arguments", "def three(case, reply):"),
        ({"function": "broken.py:grade"}, "the file is not Python", "mend it"),
        ({"function": "own.py:grade", "timeout_s": 0}, "'timeout_s' of the grader 'python' is 0", "> 0.0"),
        ({"function": "own.py:grade", "threshold": 1.5}, "'threshold' of the grader 'python' is 1.5", "<= 1.0"),
        ({"function": "own.py:grade", "timeout": 3}, "has no setting 'timeout'", "did you mean 'timeout_s'?"),
        ({"function": "own.py:grade", "target": "expected"}, "has no setting 'target'", ""),
        ({}, "needs a function or a value", "write 'function: FILE.py:NAME'"),
        ({"function": "own.py:grade", "value": "True"}, "needs one of function and value", "write 'function"),
        ({"value": "file://own.py"}, "is named 'get_assert'", ""),
        ({"value": "file://own.py:three"}, "'three' does not take two arguments", "def three(output, context):"),
        ({"value": "file://own.py:"}, "names no function", "file://FILE:FUNCTION"),
        ({"value": "file://../../own.py"}, "leads out of the project's folder", ""),
    ],
)
def test_a_setting_that_cannot_work_is_refused_before_the_run(build, write, settings, what, hint):
    write("suites/own.py", "def grade(case, reply): return True\ndef three(a, b, c): return True\n")
    write("suites/broken.py", "def grade(case, reply)\n    return\n")

    with pytest.raises(BadInput) as caught:
        build("python", **settings)

    assert what in caught.value.what
    assert hint in caught.value.hint
    assert caught.value.where.line is not None


def test_a_function_that_is_imported_or_assigned_counts(build, write):
    write("suites/own.py", "from other import grade\ncheck = grade\n")

    build("python", function="own.py:grade")
    build("python", function="own.py:check")


async def eventually(holds, within_s: float = 5.0) -> None:
    until = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < until
        await asyncio.sleep(0.02)


def alive_group(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("output ==", "the Python cannot be read: invalid syntax"),
        ("n = len(output)\nreturn n >", "the Python cannot be read on its line 2: invalid syntax"),
    ],
)
def test_code_that_cannot_be_compiled_is_refused_when_the_suite_is_checked(build, value, what):
    with pytest.raises(BadInput) as caught:
        build("python", value=value)

    assert (caught.value.what, caught.value.code, caught.value.where.line) == (what, "grader.value", 8)
