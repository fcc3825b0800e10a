"""Long texts are carried in part, and each part says how much is missing."""

import json

import msgspec

from assay.evaluate.report_cut import LAST_LIMIT, STEPS, Budget
from assay.testing.example_run import example_rows

ROW = example_rows(1)[0]
LIMIT = STEPS[0][1]


def fitted(budget: Budget, **changes: object) -> dict[str, object]:
    line = msgspec.json.encode(msgspec.structs.replace(ROW, **changes))
    found: dict[str, object] = json.loads(budget.fit(line))
    return found


def test_a_short_line_is_left_as_it_is():
    line = b'{"output":  "as it stands"}'

    assert Budget().fit(line) == line


def test_a_long_line_of_short_texts_loses_nothing():
    inputs = {f"part{i}": "x" * 1_000 for i in range(40)}
    found = fitted(Budget(), inputs=inputs)

    assert found["inputs"] == inputs
    assert "cut" not in found


def test_each_long_text_says_what_is_missing():
    long = "y" * (LIMIT + 1_000)
    found = fitted(Budget(), output=long, inputs={"ticket": long, "id": 7}, expected={"text": long}, violations=[long])

    assert found["cut"]["output"] == found["cut"]["inputs.ticket"] == 1_000
    assert found["cut"]["expected"] > 1_000
    assert (len(found["output"]), found["inputs"]["id"]) == (LIMIT, 7)
    assert found["violations"] == ["y" * LIMIT + "…"]


def test_what_would_leave_out_less_than_a_line_stays_whole():
    assert "cut" not in fitted(Budget(), output="z" * (LIMIT + 40))


def test_the_more_a_report_carries_the_less_it_takes_of_each_text():
    budget, lengths = Budget(), []
    for _ in range(100):
        budget.fit(msgspec.json.encode({"output": "", "inputs": {f"n{i}": "x" * 900 for i in range(3_000)}}))
        lengths.append(len(fitted(budget, output="w" * 30_000)["output"]))

    assert lengths == sorted(lengths, reverse=True)
    assert set(lengths) == {*(limit for _, limit in STEPS), LAST_LIMIT}


def test_a_conversation_keeps_its_form_and_each_of_its_messages_is_cut():
    messages = [{"role": "user", "content": "m" * (LIMIT + 100)}, {"role": "assistant", "content": "short"}]
    found = fitted(Budget(), detail={"conversation": {"turns": 1, "messages": messages}})

    said = found["detail"]["conversation"]["messages"]
    assert [len(message["content"]) for message in said] == [LIMIT + 1, 5]
