"""Workflow commands for GitHub: annotations with their places, and nothing else whatever the texts hold.

``commands`` reads a step's output as the runner does: a line that begins with ``::``, or the older ``##[`` anywhere.
"""

import re
import urllib.parse

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.evaluate.report_text import one_line

NAMES = {"notice", "warning", "error"}


def commands(output: str) -> list[tuple[str, dict[str, str], str]]:
    """Name, properties and message of each command in the output of a step."""
    found = []
    for line in re.split(r"\r\n|\r|\n", output):
        if line.lstrip().startswith("::") and "::" in line.lstrip()[2:]:
            head, _, message = line.lstrip()[2:].partition("::")
            name, _, rest = head.partition(" ")
            pairs = [pair.partition("=") for pair in rest.split(",") if pair]
            found.append((name, {key: plain(value) for key, _, value in pairs}, plain(message)))
        elif old := re.search(r"##\[(\w+)", line):
            found.append((f"old {old[1]}", {}, ""))
    return found


def plain(text: str) -> str:
    """What the runner undoes: %3A, %2C, %0D, %0A and %25."""
    return re.sub("%(3A|2C|0D|0A|25)", lambda code: urllib.parse.unquote(code[0]), text)


def test_the_decision_stands_at_the_suite_and_each_problem_at_its_cases_line(run, write):
    decision, *rest = commands(write("github", run).decode())

    assert decision[1] == {"title": f"sort: {run.summary.decision}", "file": "suites/sort.yaml"}
    assert decision[2] == f"{run.summary.sentence} 3 did not pass."
    rule, *rest = rest
    (compare,) = (part for part in run.summary.gate if part.rule == "compare")
    assert rule == (rest[0][0], {"title": "gate:compare", "file": "suites/sort.yaml"}, compare.sentence)
    assert rest[2] == (
        rest[0][0],
        {"title": "grader:choice", "file": "datasets/first.jsonl", "line": "4"},
        "a-3 under candidate: chose 'bug' instead of 'bill'",
    )
    assert len(rest) == 4


@pytest.mark.parametrize(
    ("decision", "name", "level"),
    [
        ("pass", "notice", "warning"),
        ("fail", "error", "error"),
        ("inconclusive", "warning", "error"),
        ("invalid", "warning", "error"),
    ],
)
def test_the_kind_of_annotation_is_the_decisions(made, write, decision, name, level):
    first, *rest = commands(write("github", made("a", decision=decision)).decode())

    assert (first[0], {found[0] for found in rest}) == (name, {level})


def test_there_are_never_more_than_github_shows(made, write):
    assert len(commands(write("github", made("a", rows=500)).decode())) == 10


@pytest.mark.parametrize(
    "text",
    [
        "::stop-commands::x",
        "a\n::set-output name=a::b",
        "a\r::add-mask::b\r\n::error::c",
        "%0A::error::x",
        "a %0A b, c: d",
        "##[add-path]/evil",
        "x\u2028::error::y\x0b::error::z\x85::error::",
    ],
)
def test_what_a_model_says_never_becomes_a_command(made, write, text):
    found = commands(write("github", made(text)).decode())

    assert {name for name, _, _ in found} <= NAMES
    assert len(found) == 4
    if "##[" not in text:
        assert one_line(text, 1_000) in found[1][2]


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.one_of(st.sampled_from(":#[]%\r\n,= a0A"), st.characters(codec="utf-8")), min_size=1, max_size=40))
def test_whatever_the_texts_hold_there_are_as_many_commands_as_lines_and_each_is_an_annotation(made, write, text):
    output = write("github", made(text)).decode()
    found = commands(output)

    assert len(output.splitlines()) == len(found) == 4
    assert {name for name, _, _ in found} <= NAMES
    assert all(set(properties) <= {"title", "file", "line"} for _, properties, _ in found)


def test_the_steps_summary_gets_the_comment_beside_what_is_there(run, write, tmp_path, monkeypatch):
    file = tmp_path / "summary"
    file.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    write("github", run)
    text = file.read_text("utf-8")

    assert text.startswith("before\n### ")
    assert write("markdown", run).decode().partition("\n")[2] in text
    assert "<!--" not in text


def test_a_suite_without_a_gate_is_said_to_have_none(made, write):
    first, *rest = commands(write("github", made("a", decision="pass", gated=False)).decode())

    assert (first[0], first[1]["title"]) == ("notice", "a: no gate")
    assert {name for name, *_ in rest} == {"warning"}
