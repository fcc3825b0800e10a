"""A judge's digest: the same for the same instrument, another for another one."""

import pytest

from assay.evaluate.judging.identity import judge_identity, told_prompt
from assay.evaluate.judging.prompt import own
from assay.models.target import parse_target
from assay.models.types import Parameters

PROMPT = own("You judge.", "{{ output }}")


def identity(prompt=PROMPT, model="openai/gpt-4.1", temperature=0.0, key=None, base_url=None):
    target = parse_target(model, key=key, base_url=base_url)
    return judge_identity(told_prompt(prompt), target, Parameters(temperature=temperature))


@pytest.mark.parametrize(
    "other",
    [
        {"prompt": own("You judge well.", "{{ output }}")},
        {"model": "openai/gpt-4.1-mini"},
        {"temperature": 0.5},
        {"base_url": "http://127.0.0.1:1/v1"},
    ],
    ids=["prompt", "model", "temperature", "address"],
)
def test_whatever_may_change_its_verdicts_changes_it(other):
    assert identity(**other) != identity()


def test_the_key_is_no_part_of_it():
    assert identity(key="env:SOME_KEY") == identity()
    assert identity().startswith("sha256:")
