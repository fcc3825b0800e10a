"""The grader ``json-schema``: the reply parses, and a schema allows it."""

import json

import pytest

from assay.author.types import Contract
from assay.core.errors import BadInput

SCHEMA = {
    "type": "object",
    "properties": {"intent": {"enum": ["billing", "technical"]}, "n": {"type": "integer"}},
    "required": ["intent"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("reply", "passes", "reason"),
    [
        ('{"intent": "billing", "n": 1}', True, "fits the schema"),
        ('{"intent": "sales"}', False, "intent: "),
        ('{"n": 1}', False, '"intent" is a required property'),
        ('{"intent": "billing", "n": "one"}', False, "n: "),
        ("[]", False, '[] is not of type "object"'),
        ("null", False, 'null is not of type "object"'),
        ("billing", False, "'billing' is not JSON"),
        ('```json\n{"intent": "billing"}\n```', False, '\'```json {"intent": "billing"} ```\' is not JSON'),
        ("", False, "the reply is empty"),
    ],
)
@pytest.mark.parametrize("contract", [None, Contract(format="json")])
async def test_the_reply_is_held_to_the_schema(build, case, outcome, contract, reply, passes, reason):
    verdict = await build("json-schema", schema=SCHEMA)(case(), outcome(reply, contract=contract))

    assert (verdict.score, verdict.passed) == (float(passes), passes)
    assert verdict.reason.startswith(reason)


@pytest.mark.parametrize("path", ["../schemas/ticket.json", "ticket.yaml"])
async def test_the_schema_may_stand_in_a_file(build, write, case, outcome, path):
    write(f"suites/{path}", json.dumps(SCHEMA))
    grade = build("json-schema", schema=path)

    assert (await grade(case(), outcome('{"intent": "billing"}'))).passed
    assert not (await grade(case(), outcome("{}"))).passed


async def test_the_schema_may_be_written_in_shorthand(build, case, outcome):
    grade = build("json-schema", schema={"intent": "string", "n?": "integer"})

    assert (await grade(case(), outcome('{"intent": "billing"}'))).passed
    assert not (await grade(case(), outcome('{"n": 1}'))).passed


async def test_a_refusal_fails(build, case, outcome):
    verdict = await build("json-schema", schema=SCHEMA)(case(), outcome(refusal="no"))

    assert verdict.reason == "the model refused to answer"


async def test_the_reason_counts_what_it_does_not_list_and_repeats_little(build, case, outcome):
    reply = json.dumps({"intent": "x" * 1000, **{f"k{i}": "y" * 200 for i in range(9)}, "n": "z" * 1000})

    verdict = await build("json-schema", schema=SCHEMA)(case(), outcome(reply))

    assert len(verdict.reason) < 420


@pytest.mark.parametrize(
    ("schema", "what", "place"),
    [
        ({"type": "objekt"}, "", "suite.yaml:8"),
        ("gone.json", "gone.json cannot be read", "suite.yaml:7"),
        ("../../gone.json", "leads out of the project's folder", "suite.yaml:7"),
        ("list.json", "list.json does not hold a schema", "list.json:1"),
        ("bad.json", "not valid YAML", "bad.json:2"),
        ("odd.json", "not a JSON Schema", "odd.json:1"),
        (3, "is 3", "suite.yaml:8"),
    ],
)
def test_a_schema_that_is_none_is_refused_before_the_run(build, write, schema, what, place):
    write("suites/list.json", "[1]")
    write("suites/bad.json", '{"type":\n]')
    write("suites/odd.json", '{"type": "object", "required": 3}')

    with pytest.raises(BadInput) as caught:
        build("json-schema", schema=schema)

    assert what in caught.value.what
    assert place in str(caught.value.where)
