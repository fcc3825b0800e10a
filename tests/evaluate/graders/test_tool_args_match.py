"""The grader ``tool-args-match``: the best call's share of right arguments, each compared in its own way."""

import pytest

from assay.core.errors import BadInput, GraderFailed


@pytest.mark.parametrize(
    ("settings", "given", "score"),
    [
        ({"value": {"q": "cats"}}, {"q": "cats", "page": 2}, 1.0),
        ({"value": {"q": "cats"}, "mode": "exact"}, {"q": "cats", "page": 2}, 0.5),
        ({"value": {"q": "cats", "page": 1}}, {"q": "cats"}, 0.5),
        ({"value": {"q": "Cats"}, "compare": {"q": "text"}}, {"q": " cats"}, 1.0),
        ({"value": {"n": 3}, "compare": {"n": "number"}}, {"n": "3.0"}, 1.0),
        ({"value": {"n": 3}}, {"n": "3"}, 0.0),
        ({"value": {"id": 0}, "compare": {"id": "present"}}, {"id": "x7"}, 1.0),
        ({"value": {"id": 0}, "compare": {"id": "present"}}, {}, 0.0),
        ({"value": {"q": "a"}, "mode": "exact", "compare": {"id": "ignore"}}, {"q": "a", "id": 7}, 1.0),
        ({"value": {}}, {"q": "a"}, 1.0),
        ({"value": {"properties": {"q": {"minLength": 3}}}, "mode": "schema"}, {"q": "cats"}, 1.0),
        ({"value": {"properties": {"q": {"minLength": 9}}}, "mode": "schema"}, {"q": "cats"}, 0.0),
        ({"value": {"q": "cats"}}, '{"q": ', 0.0),
    ],
)
async def test_the_score_is_the_share_of_right_arguments(build, case, acted, settings, given, score):
    verdict = await build("tool-args-match", **settings)(case(), acted(("look", given)))

    assert (verdict.score, verdict.passed) == (score, score == 1)


async def test_the_call_that_is_most_like_it_counts(build, case, acted):
    calls = acted(("look", {"q": "dogs"}), ("look", {"q": "cats"}), ("write", {"q": "mice"}))
    grade = build("tool-args-match", tool="lo*", target="expected.args")

    assert (await grade(case({"args": {"q": "cats"}}), calls)).passed
    missed = await grade(case({"args": {"q": "mice"}}), calls)
    assert missed.reason == "look({\"q\": \"dogs\"}): 'q' is not 'mice'"


async def test_a_tool_that_is_not_called_fails(build, case, acted):
    verdict = await build("tool-args-match", tool="look", value={})(case(), acted(("write", {})))

    assert verdict.reason == "no tool 'look' is called"


@pytest.mark.parametrize(
    "settings",
    [
        {"value": {"type": "odd"}, "mode": "schema"},
        {"value": {}, "mode": "schema", "compare": {"q": "text"}},
        {"value": {}, "compare": {"q": "about"}},
    ],
)
def test_a_setting_that_cannot_work_is_refused(build, settings):
    with pytest.raises(BadInput):
        build("tool-args-match", **settings)


async def test_a_target_that_is_no_mapping_is_an_error(build, case, acted):
    with pytest.raises(GraderFailed):
        await build("tool-args-match")(case("cats"), acted(("look", {})))
