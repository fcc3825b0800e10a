"""The grader ``citation-validity``: a citation counts when its passage exists, was retrieved and holds the claim."""

import pytest

from assay.core.errors import BadInput, GraderFailed

PASSAGES = ["The office opens at nine.", "Parking is free for 2 hours."]


@pytest.mark.parametrize(
    ("reply", "score", "reason"),
    [
        ("The office opens at nine [1].", 1.0, "1 of 1 citations are valid"),
        ("The office opens at nine [1]. Parking is free for 2 hours [2].", 1.0, "2 of 2 citations are valid"),
        ("The office opens at nine [3].", 0.0, "0 of 1 citations are valid; there is no passage [3]"),
        ("Parking is free for 3 hours [2].", 0.0, "'Parking is free for 3 hours .' (it has 0.00 of its words)"),
        ("The office opens at nine [1]. Dogs are welcome upstairs [2].", 0.5, "(it has 0.00 of its words)"),
        ("Open at nine, and parking is free for 2 hours [1][2].", 1.0, "2 of 2"),
        ("The office opens at nine.", 0.0, "cites no passage"),
    ],
)
async def test_the_score_is_the_share_of_valid_citations(build, case, outcome, reply, score, reason):
    verdict = await build("citation-validity")(case(inputs={"context": PASSAGES}), outcome(reply))

    assert (verdict.score, verdict.passed) == (score, score == 1.0)
    assert reason in verdict.reason


async def test_what_is_right_about_citations_is_counted_apart(build, case, outcome, write):
    write("suites/all.jsonl", '{"id": "a", "text": "Nine to five."}\n{"id": "b", "text": "Dogs are welcome."}\n')
    found = case(inputs={"context": [{"id": "a", "text": "Nine to five."}]})
    reply = "Nine to five [a]. Dogs are welcome [b]. Cats too [c9]."

    verdict = await build("citation-validity", corpus="all.jsonl")(found, outcome(reply))

    assert verdict.named == {
        "citation-exists": pytest.approx(2 / 3),
        "citation-retrieved": pytest.approx(1 / 3),
        "citation-supported": pytest.approx(2 / 3),
    }
    assert verdict.reason == "1 of 3 citations are valid; the passage [b] was not retrieved"
    assert [entry["name"] for entry in verdict.detail["citations"]] == ["a", "b", "c9"]


@pytest.mark.parametrize(
    "context", [{"a": "Nine to five."}, [{"id": "a", "content": "Nine to five."}], "[a] Nine to five. [b] Closed."]
)
async def test_passages_have_names_in_several_forms(build, case, outcome, context):
    verdict = await build("citation-validity")(case(inputs={"context": context}), outcome("Nine to five [a]."))

    assert verdict.passed


async def test_a_reply_may_do_without_citations_where_none_are_required(build, case, outcome):
    grade = build("citation-validity", required=False)

    assert (await grade(case(inputs={"context": PASSAGES}), outcome("Hello."))).passed


@pytest.mark.parametrize(("said", "passes"), [("true", True), ("false", False)])
async def test_a_judge_may_decide_where_the_words_do_not(court, case, outcome, said, passes):
    async with court(f'{{"citations": [{{"number": 1, "supported": {said}}}]}}') as sitting:
        grade = sitting.build("citation-validity", support="either")
        found = case(inputs={"context": PASSAGES})
        sure = await grade(found, outcome("The office opens at nine [1]."))
        asked = await grade(found, outcome("Doors are unlocked early in the morning [1]."))

    assert sure.passed
    assert asked.passed is passes
    assert len(sitting.fake.requests) == 1
    assert "Doors are unlocked early in the morning .\nPassage [1]: The office opens at nine." in sitting.prompts[0]


async def test_a_judge_may_decide_on_all(court, case, outcome):
    async with court('{"citations": [{"number": 1, "supported": false}]}') as sitting:
        grade = sitting.build("citation-validity", support="judge")
        verdict = await grade(case(inputs={"context": PASSAGES}), outcome("The office opens at nine [1]. Cats [7]."))

    assert verdict.score == 0


async def test_a_case_without_passages_is_an_error(build, case, outcome):
    with pytest.raises(GraderFailed) as caught:
        await build("citation-validity")(case(inputs={"context": "no marks here"}), outcome("Nine [1]."))

    assert caught.value.code == "grader.context"


@pytest.mark.parametrize(("name", "text"), [("all.jsonl", "{"), ("all.yaml", "just text"), ("all.json", "[]")])
def test_a_corpus_without_passages_is_refused(build, write, name, text):
    write(f"suites/{name}", text)
    with pytest.raises(BadInput) as caught:
        build("citation-validity", corpus=name)

    assert caught.value.code == "grader.corpus"
