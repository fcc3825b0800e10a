"""The grader ``contains-xml``: XML within the reply."""

import pytest


@pytest.mark.parametrize(
    ("reply", "value", "passes"),
    [
        ("Before <note><to>you</to></note> after", "note.to", True),
        ("Before <note><to>you</to></note> after", ["note.from"], False),
        ("no markup, 3 < 4", None, False),
    ],
)
async def test_elements_are_looked_for(build, case, outcome, reply, value, passes):
    verdict = await build("contains-xml", value=value)(case(), outcome(reply))

    assert (verdict.score, verdict.passed) == (float(passes), passes)
