"""The example project: its files are sound, its cases are varied and balanced, and no example gives a case away."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from assay.author.lint.check import check_project
from assay.author.parse import load_prompt
from assay.author.project import find_project
from assay.author.types import Prompt
from assay.evaluate.dataset import read_cases
from assay.evaluate.native import SuiteOptions, open_suite
from assay.evaluate.types import Case

ROOT = Path(__file__).parents[2] / "examples" / "support"
PROJECT = find_project(ROOT)
PROMPTS = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("prompts/*.prompt.md"))
SUITES = sorted(ROOT.glob("suites/*.yaml"))
DATASETS = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("datasets/*"))

TAGS = {
    "register": {"formal", "plain", "slang", "broken"},
    "length": {"short", "medium", "long"},
    "ambiguity": {"clear", "mixed"},
    "hostile": {"no", "yes"},
    "severity": {"low", "high", "critical"},
}
SHORT_CHARS, MEDIUM_CHARS = 80, 320
SAME_WORDS = 0.5
SAME_RUN_WORDS = 5


def cases(name: str) -> list[Case]:
    return list(read_cases(PROJECT.source, f"datasets/{name}.jsonl"))


def prompt(name: str) -> Prompt:
    return load_prompt(PROJECT.source, f"prompts/{name}.prompt.md")


def message(case: Case) -> str:
    """The customer's words: the one input that is text."""
    (text,) = (value for value in case.inputs.values() if isinstance(value, str))
    return text


def shots(name: str) -> list[str]:
    """The users' messages that a prompt shows as examples."""
    return [m.source for m in prompt(name).messages if m.role == "user" and "{{" not in m.source]


def words(text: str) -> list[str]:
    return re.findall(r"[\w']+", text.casefold())


def runs(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[i : i + SAME_RUN_WORDS]) for i in range(len(found) - SAME_RUN_WORDS + 1)}


def alike(one: str, other: str) -> bool:
    """Whether two messages have half of their words, or five in a row, in common."""
    here, there = set(words(one)), set(words(other))
    return len(here & there) >= SAME_WORDS * len(here | there) or bool(runs(one) & runs(other))


def test_there_is_something_of_everything():
    assert len(PROMPTS) == 5
    assert len(SUITES) == 5
    assert len(DATASETS) == 4


@pytest.mark.parametrize("suite_file", SUITES, ids=lambda path: path.stem)
def test_each_suite_can_be_run(suite_file):
    prepared, _ = open_suite(PROJECT, suite_file, SuiteOptions())

    assert prepared.facts.cases >= 20


def test_the_linter_finds_nothing():
    today = date(2026, 11, 1)

    assert check_project(PROJECT.source, today=today) == []


@pytest.mark.parametrize("path", PROMPTS)
def test_every_prompt_says_who_owns_it_and_what_tests_it(path):
    found = load_prompt(PROJECT.source, path)

    assert found.ownership.owner
    assert found.suites
    assert found.contract is not None


def test_the_triage_versions_differ_in_their_messages_alone():
    old, new = prompt("triage.v1"), prompt("triage")

    assert (old.version, new.version) == ("1.0.0", "1.0.1")
    assert old.messages != new.messages
    assert (old.name, old.inputs, old.model, old.contract) == (new.name, new.inputs, new.model, new.contract)


def test_there_are_many_triage_cases_and_the_topics_are_balanced():
    counts = Counter(case.expected for case in cases("triage"))

    assert sum(counts.values()) >= 120
    assert max(counts.values()) <= 1.2 * min(counts.values())


@pytest.mark.parametrize("name", ["triage", "triage-dev"])
def test_every_target_is_a_choice_of_both_versions(name):
    targets = {case.expected for case in cases(name)}

    for version in ("triage", "triage.v1"):
        contract = prompt(version).contract
        assert contract is not None
        assert targets == set(contract.choices)


@pytest.mark.parametrize("tag", TAGS)
def test_every_slice_has_at_least_eight_cases(tag):
    counts = Counter(case.tags[tag] for case in cases("triage"))

    assert set(counts) == TAGS[tag]
    assert min(counts.values()) >= 8


@pytest.mark.parametrize("name", ["triage", "triage-dev"])
def test_the_tag_length_is_the_length(name):
    for case in cases(name):
        chars = len(message(case))
        kind = "short" if chars <= SHORT_CHARS else "medium" if chars <= MEDIUM_CHARS else "long"
        assert (case.id, case.tags["length"]) == (case.id, kind)


def test_clusters_are_small_and_have_one_topic():
    sizes: Counter[str | None] = Counter()
    topics: dict[str | None, object] = {}
    for case in cases("triage"):
        sizes[case.cluster] += 1
        assert topics.setdefault(case.cluster, case.expected) == case.expected

    assert None not in sizes
    assert set(sizes.values()) <= {1, 2, 3, 4}


def test_the_hostile_cases_try_every_kind_of_trick():
    hostile = "\n".join(message(case) for case in cases("triage") if case.tags["hostile"] == "yes").casefold()

    for trick in (
        "<|im_start|>",
        "<|im_end|>",
        "</s>",
        "\nsystem:\n",
        "{{ ",
        "{% ",
        "<<<dotprompt:role:system>>>",
        "ignore",
    ):
        assert trick in hostile


@pytest.mark.parametrize(
    ("prompt_name", "dataset"),
    [("triage", "triage"), ("triage", "triage-dev"), ("extract", "extract"), ("reply", "reply")],
)
def test_no_example_in_a_prompt_gives_a_case_away(prompt_name, dataset):
    shown = shots(prompt_name)

    assert len(shown) >= 4
    assert [(shot, case.id) for shot in shown for case in cases(dataset) if alike(shot, message(case))] == []


def test_the_development_list_and_the_triage_cases_share_nothing():
    judged = cases("triage")

    assert [(a.id, b.id) for a in cases("triage-dev") for b in judged if alike(message(a), message(b))] == []


def test_no_message_stands_twice():
    for path in DATASETS:
        texts = [message(case) for case in read_cases(PROJECT.source, path)]
        assert len(set(texts)) == len(texts)


def test_there_is_no_personal_data():
    text = "\n".join((ROOT / path).read_text() for path in DATASETS + PROMPTS)

    assert set(re.findall(r"[\w.+-]+@([\w-]+\.\w+)", text)) <= {"example.com"}
    assert not re.search(r"\+\d{6,}|\d{3}[ -]\d{3}[ -]\d{3}", text)
