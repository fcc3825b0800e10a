"""The grader ``tool-sequence``: the share of wanted calls that come in their order."""

import pytest


@pytest.mark.parametrize(
    ("wanted", "order", "called", "score"),
    [
        (["a", "b"], "in-order", "axb", 1.0),
        (["a", "b"], "in-order", "ba", 0.5),
        (["a", "b"], "exact", "ab", 1.0),
        (["a", "b"], "exact", "axb", 2 / 3),
        (["a", "b"], "any-order", "ba", 1.0),
        (["a", "a"], "any-order", "ab", 0.5),
        (["*", "a"], "any-order", "ab", 1.0),
        (["a"], "in-order", "", 0.0),
    ],
)
async def test_the_score_is_the_share_that_is_met(build, case, acted, wanted, order, called, score):
    verdict = await build("tool-sequence", value=wanted, order=order)(case(), acted(*((name, {}) for name in called)))

    assert verdict.score == pytest.approx(score)
    assert verdict.passed is (score == 1)


async def test_a_conversation_counts_as_a_whole(build, case, acted, talked):
    talk = talked(acted(("a", {})), acted(("b", {})))

    assert (await build("tool-sequence", order="exact")(case(["a", "b"]), talk)).passed
