"""Each clause of a contract as a check by itself: which there are, and what they weigh."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.author.types import Citations, Contract, Limits, MarkdownRules
from assay.core.document import parse_document
from assay.core.errors import BadInput
from assay.core.location import Location
from assay.engine.contract import Checker, clauses
from assay.evaluate.clause import expand_clauses
from assay.evaluate.types import GraderSpec, Suite
from assay.models.types import Reply

HERE = Location("s.suite.yaml", 3)
JSON = Contract(format="json", schema={"type": "object", "required": ["a"]}, limits=Limits(max_chars=20))
PROSE = Contract(
    format="markdown",
    markdown=MarkdownRules(sections=("Answer",), max_heading_level=2, allow_links=False),
    citations=Citations(source="passages"),
    limits=Limits(max_words=5),
)
CHOICE = Contract(format="choice", choices=("a", "b"))


def suite_of(*graders: GraderSpec) -> Suite:
    return Suite(
        name="s",
        description="",
        datasets=(),
        variants=(),
        graders=graders,
        repeats=1,
        concurrency=None,
        gate=None,
        file="s.suite.yaml",
        document=parse_document("{}", file="s.suite.yaml"),
    )


def entry(name: str = "contract", grader: str = "contract", **settings: object) -> GraderSpec:
    return GraderSpec(grader=grader, name=name, settings=settings, weight=2.0, where=HERE)


def test_every_clause_of_every_prompt_is_a_grader_and_the_weight_is_shared():
    found = expand_clauses(suite_of(entry(each=True), entry("other", "equals")), [JSON, CHOICE, None]).graders

    assert [spec.name for spec in found] == [
        "contract.answered",
        "contract.json",
        "contract.schema",
        "contract.cut_off",
        "contract.filtered",
        "contract.max_chars",
        "contract.choice",
        "other",
    ]
    assert sum(spec.weight for spec in found[:-1]) == pytest.approx(2.0)
    assert found[1].settings == {"clause": "json"}


def test_a_suite_that_does_not_ask_for_it_stays_as_it_is():
    suite = suite_of(entry())

    assert expand_clauses(suite, [JSON]) is suite


def test_names_that_clash_and_settings_that_contradict_are_refused():
    with pytest.raises(BadInput, match=r"two graders are named 'contract\.json'"):
        expand_clauses(suite_of(entry(each=True), entry("contract.json", "equals")), [JSON])
    with pytest.raises(BadInput, match="both 'each' and 'clause'"):
        expand_clauses(suite_of(entry(each=True, clause="json")), [JSON])


@given(
    st.sampled_from([JSON, PROSE, CHOICE]),
    st.sampled_from(
        ["", "a", "{", '{"a": 1}', '{"b": "a long text indeed"}', "# Answer\n[1] <b>x</b> http://x", "#### x"]
    )
    | st.text(max_size=60),
    st.sampled_from(["stop", "length", "content_filter"]),
    st.sampled_from([None, "no"]),
)
def test_whatever_a_reply_breaks_is_among_the_clauses(contract, text, finish, refusal):
    reply = Reply(text=text, model="m", finish=finish, refusal=refusal)
    broken = {v.clause for v in Checker(contract).check(reply, {"passages": ["p"]}).violations}

    assert broken <= set(clauses(contract))
