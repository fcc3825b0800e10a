"""The grader ``javascript``: code of the project says what a reply is worth, and is stopped when it does not end."""

import pytest

from assay.core.errors import BadInput, GraderFailed
from assay.evaluate.code_answer import function_body


async def failure(grade, case, outcome) -> GraderFailed:
    with pytest.raises(GraderFailed) as caught:
        await grade(case(), outcome("hello"))
    return caught.value


@pytest.mark.parametrize(
    ("value", "score", "passed", "reason"),
    [
        ("output.includes('ell')", 1.0, True, "the JavaScript says yes"),
        ("output === 'no';", 0.0, False, "the JavaScript says no"),
        ("output.length / 10", 0.5, True, "the JavaScript gives the score 0.5"),
        ("0", 0.0, False, "the JavaScript gives the score 0"),
        ("({pass: false, score: 0.9, reason: 'too\\nshort'})", 0.9, False, "too short"),
        ("({pass: true, score: 1, reason: ''})", 1.0, True, "the JavaScript gives the score 1"),
        ("const n = output.length; n > 3 && 'a;b' !== ';'", 1.0, True, "the JavaScript says yes"),
        ("let n = 2\nif (n > 1) {\n  return false\n}\nreturn true\n", 0.0, False, "the JavaScript says no"),
        ("Promise.resolve(output === 'hello')", 1.0, True, "the JavaScript says yes"),
        ("context.vars.n === 2 && context.config.k === 1 && context.expected === 'e'", 1.0, True, None),
        ("context.prompt + context.providerResponse.output === 'hellohello'", 1.0, True, None),
    ],
)
async def test_code_answers_in_the_form_it_likes(build, case, outcome, value, score, passed, reason):
    grade = build("javascript", value=value, config={"k": 1})

    verdict = await grade(case("e", inputs={"n": 2}), outcome("hello"))

    assert (verdict.score, verdict.passed) == (score, passed)
    assert reason is None or verdict.reason == reason


@pytest.mark.parametrize(
    ("value", "threshold", "passed"),
    [
        ("0.5", 0.5, True),
        ("0.5", 0.6, False),
        ("({pass: true, score: 0.5, reason: ''})", 0.6, False),
        ("true", 1, True),
    ],
)
async def test_a_threshold_is_the_least_score_that_passes(build, case, outcome, value, threshold, passed):
    assert (await build("javascript", value=value, threshold=threshold)(case(), outcome("x"))).passed is passed


async def test_named_scores_and_what_else_is_said_are_kept(build, case, outcome):
    value = "({pass: true, score: 1, reason: 'r', namedScores: {tone: 0.5}, tokensUsed: {total: 1}})"
    verdict = await build("javascript", value=value)(case(), outcome("x"))

    assert verdict.named == {"tone": 0.5}
    assert verdict.detail == {"tokensUsed": {"total": 1}}


@pytest.mark.parametrize(
    ("value", "code", "what"),
    [
        ("undefined", "grader.result", "the JavaScript returned nothing"),
        ("'perhaps'", "grader.result", "the JavaScript returned 'perhaps'"),
        ("NaN", "grader.result", "the JavaScript returned nan"),
        ("[1]", "grader.result", "the JavaScript returned a list"),
        ("-1", "grader.result", "the JavaScript returned the score -1"),
        ("({reason: 'x'})", "grader.result", "the JavaScript returned a mapping"),
        ("missing.field", "script.thrown", "the JavaScript failed: ReferenceError: missing is not defined"),
        ("require('/etc/passwd')", "script.outside", "lies outside the project's folder"),
        ("'x'.repeat(2 ** 29)", "script.memory", "the JavaScript needed more than 256 MB of memory"),
    ],
)
async def test_what_is_no_verdict_is_an_error_and_not_a_score(build, case, outcome, value, code, what):
    error = await failure(build("javascript", value=value), case, outcome)

    assert error.code == code
    assert what in error.what


@pytest.mark.parametrize("value", ["output ===", "const x = 1\nreturn x +"])
def test_code_that_cannot_be_compiled_is_refused_when_the_suite_is_checked(build, value):
    with pytest.raises(BadInput, match="the JavaScript cannot be read") as caught:
        build("javascript", value=value)

    assert (caught.value.code, caught.value.where.line) == ("grader.value", 8)


async def test_a_file_is_called_by_its_default_export_or_by_name(build, write, case, outcome):
    write("suites/own.js", "const { least } = require('../limits.json');\nmodule.exports = (o) => o.length > least;\n")
    write("suites/named.mjs", "export const score = async (output, { vars }) => vars.n;\n")
    write("limits.json", '{"least": 3}')

    assert (await build("javascript", value="file://own.js")(case(), outcome("hello"))).passed
    assert (
        await build("javascript", value="file://named.mjs:score")(case(inputs={"n": 0.4}), outcome("x"))
    ).score == 0.4
    error = await failure(build("javascript", value="file://named.mjs:other"), case, outcome)
    assert "exports no other" in error.what


async def test_an_absent_reply_fails_without_running_the_code(build, case, outcome):
    assert not (await build("javascript", value="true")(case(), outcome(""))).passed


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({}, "needs the setting 'value'"),
        ({"value": "file://own.ts"}, "own.ts is TypeScript, which is not run"),
        ({"value": "file://own.txt"}, "own.txt is no JavaScript file"),
        ({"value": "file://own.js:"}, "names no function"),
        ({"value": "file://gone.js"}, "gone.js cannot be read"),
        ({"value": "file://../../own.js"}, "leads out of the project's folder"),
        ({"value": "true", "threshold": 2}, "'threshold' of the grader 'javascript' is 2"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_before_the_run(build, settings, what):
    with pytest.raises(BadInput) as caught:
        build("javascript", **settings)

    assert what in caught.value.what


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("a > 1;", "return a > 1"),
        ("const a = ';'; a", "const a = ';'; return a"),
        ("let f = () => { return 1; }; f()", "let f = () => { return 1; }; return f()"),
        (r"var a = 'it\';s'; a", r"var a = 'it\';s'; return a"),
        ("const a = 1", "const a = 1"),
        ("a\nb", "a\nb"),
    ],
)
def test_a_line_becomes_the_body_of_a_function(code, body):
    assert function_body(code) == body
