"""A suite of conversations: a simulated user, turns that are paid for once, bounds that end it, a row that tells it."""

import json

import pytest

from assay.testing.fake_provider import FakeProvider

PROMPT = """\
---
prompt: desk.talk
version: 1.0.0
inputs:
  topic: string
  message: {type: string, maxLength: 200}
  history: {type: array, default: []}
contract:
  escalate: {when: a person is asked for, reply: "I hand you over…"}
---
system:
You know all about {{ topic }}.

insert: history

user:
{{ message }}
"""

SUITE = """\
suite: desk.talk
datasets: [../datasets/talk.jsonl]
variants: [../prompts/talk.prompt.md]
judge: azure-openai/judge
conversation:
  user: You have a question about {{ topic }}.
  model: azure-openai/person
  MORE
graders:
  - contract
  - grader: conversation-relevance
  - grader: llm-rubric
    value: The question is answered.
    turn: all
"""


def system_of(body: dict[str, object]) -> str:
    return body["messages"][0]["content"]


class Desk:
    """A provider that plays the prompt under test, the user and the judge."""

    def __init__(self) -> None:
        self.person = [{"message": f"question {n}", "done": n > 3} for n in range(1, 9)]
        self.answers = [f"answer {n}" for n in range(1, 9)]

    def __call__(self, body: dict[str, object]) -> str:
        spoken = sum(message["role"] == "assistant" for message in body["messages"])
        if body["model"] == "person":
            line = self.person[spoken]
            return line if isinstance(line, str) else json.dumps(line)
        if body["model"] == "judge":
            yes = {"reason": "fine", "score": 1, "pass": True, "verdict": "yes"}
            return json.dumps(yes)
        return self.answers[spoken]


@pytest.fixture
def plays():
    return Desk()


@pytest.fixture
def faults():
    """What goes wrong with each of the first requests; a test may fill it in."""
    return []


@pytest.fixture
def talk(desk, here, against, monkeypatch, plays, faults):
    """Run the suite with these further lines in its ``conversation``."""
    desk.write("prompts/talk.prompt.md", PROMPT)

    def run(more: str = "max_turns: 3", *, inputs: dict[str, object] | None = None, suite: str = SUITE):
        row = {"id": "t-1", "inputs": inputs or {"topic": "lamps"}}
        desk.write("datasets/talk.jsonl", json.dumps(row) + "\n")
        desk.write("suites/talk.yaml", suite.replace("MORE", more))
        came = len(fake.requests)
        done = here("eval", "suites/talk.yaml", "--json", *against(fake))
        return done, fake.requests[came:]

    with FakeProvider(plays, script=faults) as fake:
        monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", fake.base_url)
        monkeypatch.setenv("AZURE_OPENAI_API_KEY", "k")
        yield run


def told(desk) -> dict[str, object]:
    return desk.rows()[0]["detail"]["conversation"]


def test_the_row_holds_the_last_reply_and_the_whole_conversation(talk, desk):
    done, _ = talk()

    row = desk.rows()[0]
    assert done.status == 0, done.err
    assert row["output"] == "answer 3"
    assert told(desk)["ended"] == "it reached the limit of its turns"
    assert [m["content"] for m in told(desk)["messages"]] == [
        f"{who} {n}" for n in (1, 2, 3) for who in ("question", "answer")
    ]
    assert row["status"] == "passed"
    assert row["grading"]["calls"] == 3 + 3 + 1  # the user's lines, a window for each turn, the rubric
    assert told(desk)["user"]["calls"] == 3


def test_the_prompt_sees_the_turns_before_and_the_user_sees_them_from_the_other_side(talk):
    _, requests = talk()

    prompt = [r.body["messages"] for r in requests if r.body["model"] == "m"][-1]
    person = [r.body["messages"] for r in requests if r.body["model"] == "person"][-1]
    assert [m["role"] for m in prompt] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert prompt[-1]["content"] == "question 3"
    assert [m["content"] for m in person[1:]][1:] == ["question 1", "answer 1", "question 2", "answer 2"]
    assert [m["role"] for m in person[-2:]] == ["assistant", "user"]
    assert "You have a question about [[TOPIC" in person[0]["content"]


def test_the_judges_see_the_conversation(talk):
    _, requests = talk()

    asked = [r.body["messages"][-1]["content"] for r in requests if r.body["model"] == "judge"]
    assert '[{"input":"question 1","output":"answer 1"},{"input":"question 2","output":"answer 2"}]' in asked[1]
    assert '{"role":"assistant","content":"answer 3"}' in asked[-1]


def test_a_second_run_pays_for_no_turn(talk, desk):
    _, first = talk()
    before = desk.rows()
    done, second = talk()

    assert len(first) == 10
    assert second == []
    assert done.json()["calls_reused"] == 3
    assert desk.rows() == before


@pytest.mark.parametrize("faults", [[None] * 5 + ["400"]])
def test_a_conversation_that_broke_off_goes_on_where_it_stopped(talk, desk):
    talk()
    broken = desk.rows()[0]
    _, requests = talk()

    assert broken["status"] == "error"
    assert broken["output"] is None
    assert desk.rows()[0]["status"] == "passed"
    assert [r.body["model"] for r in requests if r.body["model"] != "judge"] == ["m"]


def test_a_user_that_says_nothing_is_an_error_of_the_sample(talk, desk, plays):
    plays.person[2:] = ["mumble"] * 6
    talk()

    error = desk.rows()[0]["error"]
    assert error["code"] == "judge.unreadable"
    assert error["what"].startswith("the model that plays the user gave no reply that can be read, twice")


@pytest.mark.parametrize(
    ("more", "ended", "turns"),
    [
        ("max_turns: 1", "it reached the limit of its turns", 1),
        ("max_tokens: 1", "tokens", 1),
        ("stop: {says: [answer 2]}", "the reply said 'answer 2'", 2),
        ("max_turns: 8", "the user was done", 3),
    ],
)
def test_a_conversation_ends_by_its_bounds(talk, desk, more, ended, turns):
    talk(more)

    assert ended in told(desk)["ended"]
    assert told(desk)["turns"] == turns


def test_the_last_word_of_a_user_who_is_done_is_told(talk, desk):
    talk("max_turns: 8")

    assert told(desk)["messages"][-1] == {"role": "user", "content": "question 4"}


def test_a_way_out_of_the_contract_ends_it_too(talk, desk, plays):
    plays.answers[1] = "I hand you over to Ann."
    talk()

    assert told(desk)["ended"] == "the reply took the way out 'escalate'"
    assert desk.rows()[0]["exit"] == "escalate"


def test_an_empty_reply_ends_it_and_fails(talk, desk, plays):
    plays.answers[1] = " "
    talk()

    assert told(desk)["ended"] == "the reply was empty"
    assert desk.rows()[0]["status"] == "failed"


@pytest.mark.parametrize(
    ("more", "inputs"),
    [
        ('first: "I ask about {{ topic }}."', {"topic": "lamps"}),
        ("max_turns: 3", {"topic": "lamps", "message": "I ask about lamps."}),
    ],
)
def test_the_first_line_may_be_given(talk, desk, more, inputs):
    talk(more, inputs=inputs)

    assert told(desk)["messages"][0]["content"] == "I ask about lamps."


def test_a_line_that_the_prompt_does_not_take_is_an_error_of_the_sample(talk, desk, plays):
    plays.person[1] = {"message": "x" * 300, "done": False}
    done, _ = talk()

    assert desk.rows()[0]["error"]["what"].startswith("turn 2 cannot be sent")
    assert done.status != 2 or "error" in done.err


def test_what_a_turn_breaks_counts_against_the_whole(talk, desk, plays):
    limited = PROMPT.replace("contract:\n", "contract:\n  limits: {max_words: 3}\n")
    desk.write("prompts/talk.prompt.md", limited)
    plays.answers[0] = "one two three four"
    talk()

    assert desk.rows()[0]["violations"] == ["max_words: turn 1: 4 words; the limit is 3"]


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ("message: text", "has no input 'text' that takes what the user says"),
        ("history: earlier", "no message of it inserts 'earlier'"),
        ("max_turns: 0", "max_turns"),
        ("stop: {exits: [leave]}", "exits"),
        ("stop: {sais: [x]}", "'sais'"),
        ('first: "{{ topic | upper }}"', "topic | upper"),
        ("turns: 3", "the key 'turns' is not known here"),
    ],
)
def test_a_block_that_cannot_be_is_one_sentence_with_its_place(talk, more, what):
    done, requests = talk(more)

    assert done.status == 2
    assert what in done.err
    assert "suites/talk.yaml:" in done.err
    assert requests == []


def test_inputs_may_be_the_users_alone_and_none_may_be_nobodys(talk):
    suite = SUITE.replace("You have a question about {{ topic }}.", "You ask about {{ topic }} {{ manner }}.")
    good, _ = talk(suite=suite, inputs={"topic": "lamps", "manner": "rudely"})
    odd = {"topic": "lamps", "manner": "rudely", "maner": "x"}
    bad, requests = talk(suite=suite, inputs=odd)

    assert good.status == 0
    assert bad.status == 2
    assert "no input is named 'maner'" in bad.err
    assert "did you mean 'manner'?" in bad.err
    assert requests == []
    lacking, _ = talk(suite=suite, inputs={"topic": "lamps"})
    assert "the conversation's user has a place for 'manner'" in lacking.err


def test_the_part_may_stand_in_a_file(talk, desk):
    desk.write("suites/person.md", "You are impatient, and ask about {{ topic }}.\n")
    _, requests = talk(suite=SUITE.replace("You have a question about {{ topic }}.", "person.md"))

    assert any("You are impatient" in system_of(r.body) for r in requests)


PERSON = """\
---
prompt: desk.person
inputs:
  topic: string
  mood: string
  talk: {type: array, default: []}
model:
  candidates: [azure-openai/person]
  parameters: {temperature: 0.7}
---
system:
You are {{ mood }} and want to know about {{ topic }}. Write [[END]] when you have heard enough.

insert: talk
"""


@pytest.fixture
def played(desk):
    """The suite, with a user that a prompt file plays."""
    desk.write("prompts/person.prompt.md", PERSON)
    suite = SUITE.replace("You have a question about {{ topic }}.", "../prompts/person.prompt.md")
    return suite.replace("  model: azure-openai/person\n", "")


def test_the_user_may_be_played_by_a_prompt_file(talk, desk, plays, played):
    plays.person = ["Well, hello?", "And then?", "Fine. [[END]]"]
    _, requests = talk("max_turns: 5", suite=played, inputs={"topic": "lamps", "mood": "curious"})

    person = [r.body for r in requests if r.body["model"] == "person"]
    assert [m["content"] for m in told(desk)["messages"]][::2] == ["Well, hello?", "And then?", "Fine."]
    assert told(desk)["ended"] == "the user was done"
    assert person[0]["temperature"] == 0.7
    assert person[-1]["messages"][0]["content"].startswith("You are curious and want to know about lamps.")
    assert [m["role"] for m in person[-1]["messages"]] == ["system", "user", "assistant", "user", "assistant", "user"]


def test_a_case_has_to_fit_the_prompt_that_plays_the_user_too(talk, played):
    done, requests = talk(suite=played, inputs={"topic": "lamps"})

    assert done.status == 2
    assert "the input 'mood' of desk.person has no value" in done.err
    assert requests == []


def test_another_wording_of_the_users_prompt_is_another_run(talk, desk, plays, played):
    plays.person = ["Hello?"] * 8
    inputs = {"topic": "lamps", "mood": "curious"}
    talk("max_turns: 1", suite=played, inputs=inputs)
    desk.write("prompts/person.prompt.md", PERSON.replace("You are", "You feel"))
    done, requests = talk("max_turns: 1", suite=played, inputs=inputs)

    assert [r.body["model"] for r in requests if r.body["model"] != "judge"] == ["person"]
    assert done.json()["calls_reused"] == 1  # the same line was said, and that reply is there


def test_a_prompt_that_is_not_there_is_named(talk):
    done, _ = talk(suite=SUITE.replace("You have a question about {{ topic }}.", "../prompts/gone.prompt.md"))

    assert done.status == 2
    assert "gone.prompt.md" in done.err
