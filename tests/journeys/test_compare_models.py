"""A person compares models: the figures come out as the servers were made, and a tried prompt wins cases back."""

import re

import pytest

from assay.testing.fake_provider import FakeProvider

WORDS = ("billing", "bug", "other")


def model(every: int):
    """A model that is wrong for one ticket in so many, unless it is told to take care."""

    def answer(body: dict[str, object]) -> str:
        messages = body["messages"]
        ticket = messages[-1]["content"]
        number = int(re.search(r"\d+", ticket)[0])
        wrong = number % every == 0 and "care" not in messages[0]["content"]
        word = ticket.rpartition(" ")[2].rstrip(".")
        return WORDS[(WORDS.index(word) + wrong) % 3]

    return answer


@pytest.fixture
def servers():
    with FakeProvider(model(25)) as good, FakeProvider(model(3), latency_s=0.02) as poor:
        yield good, poor


@pytest.fixture
def asked(servers):
    good, poor = servers
    models = "openai-compatible/good,openai-compatible/poor"
    places = ("--at", f"openai-compatible/good={good.base_url}", "--at", f"openai-compatible/poor={poor.base_url}")
    return ("compare-models", "suites/sort.yaml", "--models", models, *places, "--variant", "baseline")


def test_quality_and_what_moving_would_lose_come_out_as_they_are(sorting, here, asked):
    found = here(*asked, "--json").json()
    good, poor = found["models"]

    assert good["quality"]["value"] == pytest.approx(72 / 75)
    assert poor["quality"]["value"] == pytest.approx(50 / 75)
    assert poor["moved"]["difference"]["high"] < 0
    assert poor["moved"]["lost"] == {"wrong-answer": 24}
    assert poor["moved"]["gained"] == 2
    assert (good["on_front"], poor["on_front"]) == (True, True)  # nobody knows what these servers cost
    assert poor["dominated_by"] is None
    assert poor["latency_p50_ms"]["low"] > good["latency_p50_ms"]["high"]


def test_a_tried_prompt_wins_its_cases_back(sorting, here, asked):
    found = here(*asked, "--json", "--try", "../prompts/sort-2.prompt.md").json()
    tried = found["models"][2]

    assert tried["name"] == "openai-compatible/poor + sort-2.prompt.md"
    assert tried["won_back"] == [24, 24]
    assert tried["quality"]["value"] == 1.0


def test_people_are_told_and_get_a_picture(sorting, here, asked, servers):
    told = here(*asked, "--picture", "pareto.svg")
    made = [len(server.requests) for server in servers]
    here(*asked)
    svg = (sorting.root / "pareto.svg").read_text()

    assert told.status == 0
    assert "passes fewer of the same cases" in told.out
    assert "lost 24 (wrong-answer 24), gained 2" in told.out
    assert svg.count("<circle") == 2
    assert [len(server.requests) for server in servers] == made  # what was paid for is not paid for again


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--models", "openai/gpt-4o"), "nothing to compare it with"),
        (("--models", "openai/gpt-4o,openai/gpt-4o"), "the model openai/gpt-4o is named twice"),
        (
            ("--models", "embedded,embedded/smollm2-135m-instruct"),
            "the model embedded/smollm2-135m-instruct is named twice, as 'embedded' and as 'embedded/smollm2",
        ),
        (("--models", "openai/gpt-4o,openai/o3", "--variant", "bas"), "no variant is named 'bas'"),
        (("--models", "openai/gpt-4o,openai/o3", "--at", "openai/o3"), "write MODEL=URL"),
    ],
)
def test_mistakes_get_a_sentence(sorting, here, arguments, what):
    done = here("compare-models", "suites/sort.yaml", *arguments)

    assert done.status == 2
    assert what in done.err
