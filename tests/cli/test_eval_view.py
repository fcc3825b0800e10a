"""What is printed after a run: every figure, in any width and encoding, and nothing that a terminal would obey."""

import io
import re
from pathlib import Path

import msgspec
import pytest
from rich.cells import cell_len
from rich.console import Console

from assay.cli.eval_view import first_flips, print_summary
from assay.evaluate.summary import GatePart, Summary
from assay.testing.example_run import ESCAPES, example_rows, example_view, summarise

REPORT = Path(".assay/runs/20260301-140509-7f3a9c-with-a-name-that-is-longer-than-a-terminal-is-wide/report.html")
NEXT = ["assay diff prompts/triage.prompt.md", "assay show prompts/triage.prompt.md", "assay lint"]


@pytest.fixture(scope="module")
def summary() -> Summary:
    return example_view().summary


def printed(summary: Summary, *, width: int = 80, encoding: str = "utf-8", terminal: bool = False) -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
    console = Console(
        file=stream, width=width, force_terminal=terminal, highlight=False, markup=False, emoji=False,
        color_system="standard" if terminal else None,
    )  # fmt: skip
    print_summary(console, summary, report=REPORT, next_commands=NEXT)
    stream.flush()
    return stream.buffer.getvalue().decode(encoding)


def changed(summary: Summary, **changes: object) -> Summary:
    return msgspec.structs.replace(summary, **changes)


@pytest.mark.parametrize("width", [80, 120, 200])
def test_says_everything_in_any_width(summary, width):
    text = printed(summary, width=width)

    for figure in (
        "95 % intervals",
        "50.8 % (42.3 to 59.1)",
        "81.1 % (73.5 to 86.8)",
        "132, 2 errors",
        "90.1 % (83.8 to 94.1)",
        "31,783 / 1,057",
        "283 ms / 380 ms",
        "Difference: +30.3 points, 90 % interval +20.6 to +39.4",
        "✓ PASS",
        "Flips: 14 lost, 54 gained; 10 of them",
        "Weakest slices of candidate, with 95 % intervals",
        "severity: critical  77.3 % (56.6 to 89.9)  n = 22",
        ": grader.crashed × 1\n",
        ": model.rate_limited × 1\n",
        "Calls: 204 made, 60 reused",
        f"Report: {REPORT}\n",
        *NEXT,
    ):
        assert figure in text


@pytest.mark.parametrize("width", [80, 120, 200])
def test_no_line_is_wider_than_the_terminal(summary, width):
    lines = [line for line in printed(summary, width=width).splitlines() if "Report:" not in line]

    assert max(cell_len(line) for line in lines) <= width


def test_the_decision_has_its_sign_its_word_and_its_colour(summary):
    text = printed(summary, terminal=True)

    assert re.search(r"\x1b\[[\d;]*36m✓ PASS\x1b\[0m", text)


def test_there_is_no_colour_where_there_is_no_terminal(summary):
    assert "\x1b" not in printed(summary)


def test_what_a_model_says_never_reaches_the_terminal_raw(summary):
    flip = msgspec.structs.replace(
        summary.comparison.flips[0], baseline=ESCAPES, candidate=ESCAPES, expected=ESCAPES, case=ESCAPES
    )
    hostile = changed(
        summary,
        sentence=ESCAPES,
        comparison=msgspec.structs.replace(summary.comparison, flips=[flip] * 3, candidate=ESCAPES),
        variants=[msgspec.structs.replace(summary.variants[0], name=ESCAPES, error_codes={ESCAPES: 1})],
        gate=[GatePart(rule="compare", decision="fail", sentence=ESCAPES)],
    )
    text = printed(hostile, width=200)

    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)
    assert "\\x1b[2J" in text


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "cp437", "koi8-r"])
def test_any_encoding_will_do(summary, encoding):
    text = printed(summary, encoding=encoding)

    assert "PASS" in text
    assert "81.1 % (73.5 to 86.8)" in text


def test_signs_become_letters_where_the_stream_has_only_ascii(summary):
    text = printed(summary, encoding="ascii")

    assert "+ PASS" in text
    assert "candidate - baseline" in text
    assert "x lost" in text
    assert "model.timeout x 1" in text


def test_many_variants_are_printed_below_each_other(summary):
    variants = [msgspec.structs.replace(summary.variants[0], name=f"variant-{i}") for i in range(7)]
    text = printed(changed(summary, variants=variants, comparison=None))

    assert all(f"variant-{i}" in text for i in range(7))
    assert text.count("\npass rate") == 4
    assert text.count("50.8 % (42.3 to 59.1)") == 7


def test_lost_cases_come_first_and_leave_room_for_gained_ones(summary):
    shown = [flip.change for flip in first_flips(summary.comparison.flips)]

    assert shown == ["lost"] * 7 + ["gained"] * 3


@pytest.mark.parametrize("width", [80, 120])
def test_a_flip_shows_its_input_and_why_it_was_lost(summary, width):
    flip = msgspec.structs.replace(
        summary.comparison.flips[0], change="lost", input="I was charged " * 30, why="day: no"
    )
    text = printed(changed(summary, comparison=msgspec.structs.replace(summary.comparison, flips=[flip])), width=width)

    assert re.search(r"\n {10}I was charged .*…\n {10}day: no\n", text)
    assert max(cell_len(line) for line in text.splitlines() if "Report:" not in line) <= width


def test_no_reply_and_an_empty_reply_are_told_apart(summary):
    flip = msgspec.structs.replace(summary.comparison.flips[0], baseline=None, candidate="")
    text = printed(changed(summary, comparison=msgspec.structs.replace(summary.comparison, flips=[flip])))

    assert "(no reply)" in text
    assert "(empty)" in text


def test_tiny_slices_are_called_not_powered(summary):
    tiny = [slice_ for slice_ in summary.variants[1].slices if slice_.rate.of < 10]
    variants = [summary.variants[0], msgspec.structs.replace(summary.variants[1], slices=tiny)]

    assert re.search(r"hostile: yes .* n = 6  not powered", printed(changed(summary, variants=variants)))


def test_how_many_more_cases_it_takes_is_said_once(summary):
    said = "132 cases cannot tell; about 1,418 more cases would settle it."
    part = GatePart(rule="compare", decision="inconclusive", sentence=said, cases_needed=1418)
    text = printed(changed(summary, decision="inconclusive", sentence=part.sentence, gate=[part]))

    assert f"? INCONCLUSIVE {said}" in " ".join(text.split())
    assert text.count("would settle it") == 1


def test_every_rule_that_did_not_pass_is_named(summary):
    parts = [
        GatePart(rule="compare", decision="fail", sentence="candidate is worse."),
        GatePart(rule="at_least candidate", decision="inconclusive", sentence="Too few to say."),
    ]
    text = printed(changed(summary, decision="fail", sentence="candidate is worse.", gate=parts))

    assert text.count("candidate is worse.") == 1
    assert "? Least pass rate of candidate: Too few to say." in text


def test_slices_that_are_too_small_are_one_line(summary):
    slices = [
        GatePart(rule="slices", decision="inconclusive", sentence=f"{name} is small.", slice=f"topic={name}",
                 metric="pass", remark="not-powered", cases_needed=40)
        for name in ("bills", "cards", "loans")
    ]  # fmt: skip
    text = " ".join(printed(changed(summary, decision="inconclusive", sentence="Open.", gate=slices)).split())

    assert "? 3 of 3 slices are too small to be judged (topic=bills, topic=cards, topic=loans)" in text
    assert "each takes up to 40 more cases." in text
    assert "is small" not in text


def test_a_run_without_a_gate_says_so(summary):
    validity = GatePart(rule="validity", decision="pass", sentence="Every sample has a verdict.")

    text = printed(changed(summary, gate=[validity], sentence="Every sample has a verdict; no gate.", gated=False))

    assert "– NO GATE  Every sample has a verdict; no gate." in text
    assert text.count("Every sample has a verdict") == 1
    assert "PASS" not in text


def test_one_variant_has_no_difference_and_no_flips(summary):
    text = printed(changed(summary, variants=summary.variants[:1], comparison=None))

    assert "Difference" not in text
    assert "Flips" not in text
    assert "Weakest slices of baseline" in text


def test_no_flips_is_said(summary):
    same = msgspec.structs.replace(summary.comparison, flips=[], gained=0, lost=0)

    assert "Flips: none" in printed(changed(summary, comparison=same))


def test_a_run_without_samples_prints():
    text = printed(summarise([]))

    assert "cannot be compared" in " ".join(text.split())
    assert not re.search(r"\bnan\b", text)


def test_a_run_of_errors_alone_prints():
    rows = [
        msgspec.structs.replace(row, status="error", output=None, error={"code": "model.down", "what": "no answer"})
        for row in example_rows(20)
    ]

    assert "baseline: model.down × 20" in printed(summarise(rows))


def test_an_invalid_run_has_no_weakest_slices(summary):
    assert "Weakest slices" not in printed(changed(summary, decision="invalid"))
