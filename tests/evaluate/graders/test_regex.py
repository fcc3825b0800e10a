"""The grader ``regex``: Python's expressions, and none of them can hang the run."""

import time

import pytest

from assay.core.errors import BadInput, GraderFailed


@pytest.mark.parametrize(
    ("pattern", "reply", "settings", "passes"),
    [
        (r"\d{3}", "order 123 is", {}, True),
        (r"^\d{3}$", "order 123 is", {}, False),
        (r"(?m)^\d{3}$", "order\n123\nis", {}, True),
        (r"\d{3}", " 123\n", {"full": True}, True),
        (r"\d{3}", "123 ", {"full": False}, True),
        (r"\d{3}", "1234", {"full": True}, False),
        ("REFUND", "a refund", {}, False),
        ("REFUND", "a refund", {"ignore_case": True}, True),
        (r"a.b", "a\nb", {}, False),
        (r"(?s)a.b", "a\nb", {}, True),
        (r"naïve 😀", "so naïve 😀!", {}, True),
        (r"[[a]", "[", {}, True),
    ],
)
async def test_the_reply_is_searched_for_the_pattern(build, case, outcome, pattern, reply, settings, passes):
    verdict = await build("regex", value=pattern, **settings)(case(), outcome(reply))

    assert (verdict.score, verdict.passed) == (float(passes), passes)


async def test_the_pattern_may_come_from_the_case(build, case, outcome):
    grade = build("regex", target="expected.pattern")

    assert (await grade(case({"pattern": "^b"}), outcome("billing"))).passed
    assert not (await grade(case({"pattern": "^t"}), outcome("billing"))).passed


@pytest.mark.parametrize(("pattern", "reply"), [("(a+)+b", "a" * 60), ("(.|y)*x", "y" * 60)])
async def test_a_pattern_that_would_run_for_years_is_stopped(build, case, outcome, pattern, reply):
    grade = build("regex", value=pattern, timeout_s=0.8)
    started = time.monotonic()

    with pytest.raises(GraderFailed) as caught:
        await grade(case(), outcome(reply))

    assert caught.value.code == "grader.timeout"
    assert caught.value.what == f"the pattern {pattern!r} took longer than 0.8 s on this reply"
    assert time.monotonic() - started < 10
    assert (await grade(case(), outcome("aab x"))).passed


async def test_the_reason_names_the_pattern_and_little_of_the_reply(build, case, outcome):
    verdict = await build("regex", value=r"^\d+$")(case(), outcome("word " * 100))

    assert verdict.reason.endswith(r"does not match the pattern '^\\d+$'")
    assert len(verdict.reason) < 140


@pytest.mark.parametrize("reply", [{"text": ""}, {"refusal": "no"}])
async def test_an_absent_reply_fails_even_where_the_pattern_matches_nothing(build, case, outcome, reply):
    assert not (await build("regex", value=".*")(case(), outcome(**reply))).passed


@pytest.mark.parametrize(
    ("expected", "code"), [("(", "grader.pattern"), ([1], "grader.target_type"), ("x" * 3 + "(?P<", "grader.pattern")]
)
async def test_a_target_that_is_no_pattern_is_an_error(build, case, outcome, expected, code):
    with pytest.raises(GraderFailed) as caught:
        await build("regex")(case(expected), outcome("hello"))

    assert caught.value.code == code


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"value": "("}, "'(' is not a regular expression: missing ), unterminated subpattern at position 0"),
        ({"value": "a" * 3000}, "it is longer than 2,000 characters"),
        ({"value": "a", "timeout_s": 0}, "'timeout_s' of the grader 'regex' is 0"),
        ({"pattern": "a"}, "has no setting 'pattern'"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_before_the_run(build, settings, what):
    with pytest.raises(BadInput) as caught:
        build("regex", **settings)

    assert what in caught.value.what
    assert caught.value.where.line >= 8


async def test_a_quick_search_needs_no_process(build, case, outcome, bench, monkeypatch):
    monkeypatch.setattr("sys.executable", "/nowhere")

    assert (await build("regex", value=r"^\w+ \d+")(case(), outcome("order 123"))).passed
    assert not (await build("regex", value=r"\d{4}")(case(), outcome("x" * 100_000))).passed


@pytest.mark.parametrize("pattern", [r"(\w+\s?)*$", r"a.*b.*c.*d"])
async def test_a_search_that_may_be_slow_comes_to_the_same_in_a_process(build, case, outcome, pattern):
    grade = build("regex", value=pattern)

    assert (await grade(case(), outcome("a b c d " * 40))).passed
    assert not (await build("regex", value=pattern + "!")(case(), outcome("a b c d"))).passed


@pytest.mark.parametrize(
    ("pattern", "reply", "settings", "passes"),
    [
        (r"(?<first>\w+) (?=CASE)", "Mixed CASE", {}, True),
        (r"^[^]+$", "a\nb", {}, True),
        ("REFUND", "a refund", {"ignore_case": True}, True),
        (r"\d{3}", " 123\n", {"full": True}, True),
        (r"\d|x", "12", {"full": True}, False),
        (r"\d$", "1\n", {}, False),
    ],
)
async def test_a_pattern_may_be_javascripts(build, case, outcome, pattern, reply, settings, passes):
    verdict = await build("regex", value=pattern, dialect="javascript", **settings)(case(), outcome(reply))

    assert verdict.passed is passes


async def test_what_is_no_pattern_to_javascript_is_an_error(build, case, outcome):
    with pytest.raises(GraderFailed) as caught:
        await build("regex", value="(?P<a>b)", dialect="javascript")(case(), outcome("b"))

    assert caught.value.code == "grader.pattern"
    assert caught.value.hint == "write one in JavaScript's syntax"
