"""The grader ``is-html``: HTML as a whole."""

import pytest


@pytest.mark.parametrize(
    ("reply", "passes", "reason"),
    [
        ("<p>Hi</p>", True, "is HTML"),
        ("Hi <b>there</b>", False, "is no HTML: there is text outside of any element"),
    ],
)
async def test_the_whole_reply_must_be_html(build, case, outcome, reply, passes, reason):
    verdict = await build("is-html")(case(), outcome(reply))

    assert (verdict.score, verdict.passed, verdict.reason) == (float(passes), passes, reason)
