"""The grader ``is-xml``: XML as a whole."""

import pytest


@pytest.mark.parametrize(
    ("reply", "value", "passes", "reason"),
    [
        ("<a><b/></a>", None, True, "is XML"),
        ("<a><b/></a>", "a.b", True, "is XML with all that it should have"),
        ("<a><b/></a>", {"requiredElements": ["a.c"]}, False, "it lacks a.c"),
        ("x <a/>", None, False, "it is not well-formed: syntax error, line 1"),
    ],
)
async def test_the_whole_reply_must_be_xml(build, case, outcome, reply, value, passes, reason):
    verdict = await build("is-xml", value=value)(case(), outcome(reply))

    assert (verdict.score, verdict.passed, verdict.reason) == (float(passes), passes, reason)
