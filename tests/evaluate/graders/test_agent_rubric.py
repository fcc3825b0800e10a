"""The grader ``agent-rubric``: as ``llm-rubric``, with a prompt for whoever can look for itself."""


async def test_the_verdict_is_the_agents(court, case, outcome):
    async with court('{"reason": "the file is there", "score": 1, "pass": true}') as sitting:
        verdict = await sitting.build("agent-rubric", value="the file is written")(case(), outcome("Done."))

    assert (verdict.score, verdict.passed, verdict.reason) == (1.0, True, "the file is there")
    assert "do not rely on what the OUTPUT says" in sitting.prompts[0]


async def test_a_lenient_reading_takes_a_missing_pass_as_true(court, case, outcome):
    async with court('{"reason": "fine"}') as sitting:
        assert (await sitting.build("agent-rubric", value="x", lenient=True)(case(), outcome("y"))).passed
