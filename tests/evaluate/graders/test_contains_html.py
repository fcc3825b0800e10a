"""The grader ``contains-html``: HTML within the reply."""

import pytest


@pytest.mark.parametrize(("reply", "passes"), [("Hi <b>there</b>", True), ("3 < 4", False)])
async def test_signs_of_html_are_looked_for(build, case, outcome, reply, passes):
    verdict = await build("contains-html")(case(), outcome(reply))

    assert (verdict.score, verdict.passed) == (float(passes), passes)
