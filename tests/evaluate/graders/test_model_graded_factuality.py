"""The grader ``model-graded-factuality``: ``factuality`` under its older name."""


async def test_it_grades_as_factuality_does(court, case, outcome):
    async with court("(D) no") as sitting:
        old = await sitting.build("model-graded-factuality", value="Paris")(case(), outcome("Lyon"))
        new = await sitting.build("factuality", value="Paris")(case(), outcome("Lyon"))

    assert old == new
    assert len(sitting.fake.requests) == 1  # the very same question
