"""What holds for every grader, whichever it is: negation, what an absent reply comes to, and what its page tells."""

import inspect
import re
from dataclasses import replace
from pathlib import Path

import pytest

from assay.evaluate.grader import graders, make_grader
from assay.evaluate.types import GraderSpec


@pytest.fixture
def build_negated(bench, build):
    def make(grader: str, **settings: object):
        spec = GraderSpec(grader=grader, name=grader, settings=settings, where=None)
        return make_grader(replace(spec, negate=True), bench)

    return make


async def test_a_negated_grader_passes_what_it_would_fail(build_negated, case, outcome):
    grade = build_negated("contains", value=["yes", "no"])

    whole, half, none = [await grade(case(), outcome(text)) for text in ("yes and no", "yes", "maybe")]

    assert [(v.passed, v.score) for v in (whole, half, none)] == [(False, 0.0), (True, 0.5), (True, 1.0)]
    assert none.reason.startswith("negated: does not contain")


@pytest.mark.parametrize("reply", [{"text": " "}, {"refusal": "I will not"}])
async def test_an_absent_reply_fails_a_negated_grader_too(build_negated, case, outcome, reply):
    verdict = await build_negated("contains", value="yes")(case(), outcome(**reply))

    assert not verdict.passed


PAGES = Path(__file__).parents[3] / "docs" / "reference" / "graders"


@pytest.mark.parametrize("name", graders.names())
def test_a_page_has_an_example_every_setting_and_what_it_costs(name):
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    parameters = inspect.signature(graders.get(name)).parameters
    settings = {n for n, p in parameters.items() if n != "bench" and p.kind is not p.VAR_KEYWORD}

    assert {setting for setting in settings if not re.search(rf"`{setting}[`.]", page)} == set()
    assert "```yaml" in page
    assert re.search(r"\bcosts?\b", page, re.IGNORECASE)


def test_the_index_leads_to_every_grader():
    index = (PAGES / "index.md").read_text(encoding="utf-8")

    assert [name for name in graders.names() if f"]({name}.md)" not in index] == []
