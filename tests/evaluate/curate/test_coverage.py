"""Cases are counted by tag, pair of tags and flow, and what is thin or missing is named first."""

import io

import pytest

from assay.core.errors import BadInput
from assay.evaluate.curate.coverage import MAX_VALUES, Coverage, read_flows
from assay.evaluate.dataset_format import Feed
from assay.evaluate.types import Case

ROWS = [("refund", "de")] * 6 + [("refund", "en")] * 3 + [("bug", "de")] * 1


def counted(rows=ROWS, names=(), flows=()) -> Coverage:
    found = Coverage(names, flows)
    for i, (intent, lang) in enumerate(rows):
        found.add(Case(id=str(i), inputs={}, tags={"intent": intent, "lang": lang}, where=None))
    return found


def flows(text: str, ending: str = ".csv", tag: str = "intent"):
    return read_flows(Feed(io.BytesIO(text.encode()), f"flows{ending}", ending), tag=tag)


def test_pairs_that_no_case_has_are_cells_too():
    found = counted()

    assert {cell.values: cell.cases for cell in found.cells()} == {
        ("bug", "de"): 1,
        ("bug", "en"): 0,
        ("refund", "de"): 6,
        ("refund", "en"): 3,
    }
    assert [cell.values for cell in found.thin(4)] == [("refund", "en"), ("bug", "de"), ("bug", "en")]
    assert found.thin_tags(2) == [("intent", "bug", 1)]


def test_only_the_tags_that_are_asked_for_count_and_unknown_ones_are_refused():
    assert list(counted(names=["lang"]).tags) == ["lang"]
    with pytest.raises(BadInput) as caught:
        counted(names=["langs"]).check_names()
    assert caught.value.what == "no tag is named 'langs'"


def test_a_tag_with_a_value_for_each_case_is_no_slice():
    found = counted([(f"id-{i}", "de") for i in range(MAX_VALUES + 5)])

    assert found.cut == {"intent"}
    assert list(found.cells()) == []


def test_traffic_without_a_case_is_weighted_by_its_share():
    text = "flow,share,tags.intent,tags.lang\nrefunds,600,refund,\nbugs in English,250,bug,en\nlost,150,lost,\n"

    found = counted(flows=flows(text))

    assert [(flow.name, flow.cases) for flow in found.flows] == [("refunds", 9), ("bugs in English", 0), ("lost", 0)]
    assert found.covered() == pytest.approx(0.6)
    assert found.covered(10) == 0
    assert found.outside == 1
    assert found.as_dict(10)["flows"][1] == {
        "flow": "bugs in English",
        "share": 0.25,
        "tags": {"intent": "bug", "lang": "en"},
        "cases": 0,
    }


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("flow,share\nrefund,0.9\nbug,0.1\n", ".csv"),
        ('{"flow": "refund", "share": 0.9}\n{"flow": "x", "share": 0.1, "tags": {"intent": "bug"}}\n', ".jsonl"),
        ('[{"flow": "refund", "share": 90}, {"flow": "bug", "share": 10}]', ".json"),
    ],
)
def test_a_flow_without_tags_is_a_value_of_one(text, ending):
    found = counted(flows=flows(text, ending))

    assert [flow.cases for flow in found.flows] == [9, 1]
    assert [round(found.share(flow), 3) for flow in found.flows] == [0.9, 0.1]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("flow,share\nrefund,x\n", 2, "the flow 'refund' has no share"),
        ("flow,share\nrefund,-1\n", 2, "has no share"),
        ("flow,share\n,1\n", 2, "has no name"),
        ("flow,share\nrefund,0\n", 1, "no flow with a share above 0"),
        ("name,share\nrefund,0\n", 2, "has no name"),
        ("flow,share\n", 1, "no flow"),
    ],
)
def test_a_row_that_is_no_flow_is_named_with_its_line(text, line, what):
    with pytest.raises(BadInput) as caught:
        flows(text)

    assert what in caught.value.what
    assert caught.value.where.line == line
