"""A person calibrates a judge: first a gate that rests on it says nothing, then it decides by corrected figures."""

import csv
import io
import json
import re

import pytest

from assay.testing.fake_provider import FakeProvider

PROMPT = """\
---
prompt: desk.answer
version: {version}
inputs:
  ticket: string, the customer's message
---
system:
{system}

user:
{{{{ ticket }}}}
"""
SUITE = """\
suite: desk.answer
datasets: [../datasets/tickets.jsonl]
variants:
  - {name: old, prompt: ../prompts/old.prompt.md}
  - {name: new, prompt: ../prompts/new.prompt.md}
judge: {model: openai-compatible/judge, base_url: "BASE", parameters: {temperature: 0}}
graders:
  - {grader: llm-rubric, name: helps, value: It helps.}
gate:
  compare: {candidate: new, baseline: old, margin: 0.1}
MORE"""
CASES = 240


def answer(body: dict[str, object]) -> str:
    """Two prompts, the new one better; and a judge that is too kind, and fails a right reply now and then."""
    messages = body["messages"]
    text = messages[-1]["content"]
    number = int(re.search(r"no\. (\d+)", text)[1])
    if body["model"] == "judge":
        right = "Certainly helpful" in text
        passes = number % 10 != 3 if right else number % 4 == 1
        return json.dumps({"reason": "so it is", "score": float(passes), "pass": passes})
    bad = number % (8 if "well" in messages[0]["content"] else 3) == 0
    return f"{'Not at all' if bad else 'Certainly'} helpful, no. {number}"


@pytest.fixture
def office(desk):
    """A project with 240 tickets and two versions of a prompt."""
    desk.write("prompts/old.prompt.md", PROMPT.format(version="1.0.0", system="Answer."))
    desk.write("prompts/new.prompt.md", PROMPT.format(version="1.1.0", system="Answer well."))
    rows = ({"id": f"t-{n:03}", "inputs": {"ticket": f"Ticket no. {n}"}} for n in range(CASES))
    desk.write("datasets/tickets.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    return desk


def suite(office, fake, more: str = "") -> None:
    office.write("suites/answer.yaml", SUITE.replace("BASE", fake.base_url).replace("MORE", more))


def fill_in(file, *, rater: str = "label") -> None:
    """What a person does with the sheet."""
    text = file.read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    for row in rows:
        row[rater] = "pass" if "Certainly" in row["reply"] else "fail"
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    file.write_text(out.getvalue(), "utf-8")


def test_from_a_judge_that_nobody_measured_to_a_gate_that_counts(office, here, against):
    with FakeProvider(answer) as fake:
        suite(office, fake)
        before = here("eval", "suites/answer.yaml", *against(fake))
        drawn = here("judge", "sample", "last", "--grader", "helps", "-n", "80", "-o", "labels.csv")
        fill_in(office.root / "labels.csv")
        measured = here("judge", "calibrate", "last", "labels.csv", "--json").json()
        suite(office, fake, "  calibrations: [../calibrations/helps.json]\n")
        asked = len(fake.requests)
        after = here("eval", "suites/answer.yaml", "--json", *against(fake))
        replayed = here("gate", "last")

    assert (before.status, drawn.status) == (3, 0)
    assert "nobody has measured" in before.out
    true = {"old": 1 - len(range(0, CASES, 3)) / CASES, "new": 1 - len(range(0, CASES, 8)) / CASES}
    for name, one in measured["variants"].items():
        assert one["ppi"]["low"] < true[name] < one["ppi"]["high"]
        assert one["rogan_gladen"]["low"] < true[name] < one["rogan_gladen"]["high"]
    assert after.status == 0
    assert len(fake.requests) == asked  # calibrating costs no call
    part = next(part for part in after.json()["gate"] if part["rule"] == "compare")
    assert part["method"] == "ppi++"
    assert part["low"] < true["new"] - true["old"] < part["high"]
    assert "The same bytes" in replayed.out


def calibrated(office, here, against, fake) -> None:
    """A finished run of a suite whose judge has been calibrated."""
    suite(office, fake)
    here("eval", "suites/answer.yaml", *against(fake))
    here("judge", "sample", "last", "--grader", "helps", "-n", "40", "-o", "labels.csv")
    fill_in(office.root / "labels.csv")
    here("judge", "calibrate", "last", "labels.csv")
    suite(office, fake, "  calibrations: [../calibrations/helps.json]\n")


def change(office, file: str, **keys: object) -> None:
    path = office.root / file
    path.write_text(json.dumps(json.loads(path.read_text()) | keys))


def test_a_calibration_of_another_judge_is_refused_before_the_first_call_and_by_lint(office, here, against):
    with FakeProvider(answer) as fake:
        calibrated(office, here, against, fake)
        text = (office.root / "suites/answer.yaml").read_text().replace("temperature: 0", "temperature: 0.7")
        office.write("suites/answer.yaml", text)
        asked = len(fake.requests)
        done = here("eval", "suites/answer.yaml", "--fresh", *against(fake))
        linted = here("lint", "suites/answer.yaml", "--json")

    assert (done.status, len(fake.requests)) == (2, asked)
    assert "suites/answer.yaml:11:" in done.err
    assert "a setting of its grader has changed since" in done.err
    errors = [finding for finding in linted.json() if finding["level"] == "error"]
    assert [(finding["rule"], finding["line"]) for finding in errors] == [("calibration-not-valid", 11)]
    assert linted.status == 1


def test_a_calibration_that_has_expired_is_refused_before_the_first_call_and_by_lint(office, here, against):
    with FakeProvider(answer) as fake:
        calibrated(office, here, against, fake)
        change(office, "calibrations/helps.json", expires_utc="2026-01-01T00:00:00Z")
        asked = len(fake.requests)
        done = here("eval", "suites/answer.yaml", "--fresh", *against(fake))
        linted = here("lint", "suites/answer.yaml")

    assert (done.status, len(fake.requests)) == (2, asked)
    assert "suites/answer.yaml:11:" in done.err
    assert "the calibration helps expired on 2026-01-01" in done.err
    assert linted.status == 1
    assert "[calibration-not-valid]" in linted.out


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ({"expires_utc": "2027-13-01"}, "has the expires_utc '2027-13-01', which is no date"),
        ({"grader": "tone"}, "calibrates the judge of 'tone', and the suite has no such grader"),
        (None, "calibrations/helps.json"),
    ],
)
def test_a_calibration_that_cannot_be_used_is_told_with_its_place_in_the_suite(office, here, against, keys, what):
    with FakeProvider(answer) as fake:
        calibrated(office, here, against, fake)
        if keys is None:
            (office.root / "calibrations/helps.json").unlink()
        else:
            change(office, "calibrations/helps.json", **keys)
        asked = len(fake.requests)
        done = here("eval", "suites/answer.yaml", "--fresh", *against(fake))
        linted = here("lint", "suites/answer.yaml")

    assert (done.status, len(fake.requests), linted.status) == (2, asked, 1)
    assert "suites/answer.yaml:11:" in done.err
    assert what in done.err
    assert "suites/answer.yaml:11:" in linted.out


def test_a_run_that_began_when_its_calibration_had_expired_stays_invalid_when_it_is_decided_again(
    office, here, against
):
    with FakeProvider(answer) as fake:
        calibrated(office, here, against, fake)
        change(office, "calibrations/helps.json", expires_utc="2126-01-01T00:00:00Z")
        here("eval", "suites/answer.yaml", *against(fake))
    plan = office.runs()[-1] / "plan.json"
    plan.write_text(json.dumps(json.loads(plan.read_text()) | {"started_utc": "2126-01-01T00:00:00Z"}))
    replayed = here("gate", plan.parent.name, "--json").json()

    assert replayed["record"]["decision"] == "invalid"
    assert "expired on 2126-01-01" in replayed["record"]["sentence"]


def test_a_suite_may_say_that_an_uncalibrated_judge_counts(office, here, against):
    with FakeProvider(answer) as fake:
        suite(office, fake, "  uncalibrated: counts\n")
        done = here("eval", "suites/answer.yaml", "--json", *against(fake)).json()

    assert done["decision"] == "pass"
    assert not any(part["advisory"] for part in done["gate"])


def test_two_people_label_and_their_agreement_is_the_ceiling(office, here, against):
    with FakeProvider(answer) as fake:
        suite(office, fake)
        here("eval", "suites/answer.yaml", *against(fake))
    here("judge", "sample", "last", "--grader", "helps", "-n", "30", "-o", "labels.csv")
    fill_in(office.root / "labels.csv", rater="label:maria")
    fill_in(office.root / "labels.csv", rater="label:tom")
    told = here("judge", "calibrate", "last", "labels.csv", "--name", "kindness", "--expires-after", "90d")

    assert told.status == 0
    assert "labelled by 2 people" in told.out
    assert "the most that a judge can reach" in told.out
    assert (office.root / "calibrations/kindness.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("sample", "last", "--grader", "help", "-o", "x.csv"), "its judges are helps"),
        (("calibrate", "last", "nothing.csv"), "nothing.csv cannot be read"),
        (("calibrate", "last", "labels.csv"), "a calibration takes at least 10"),
        (("calibrate", "last", "labels.csv", "--expires-after", "soon"), "write a number of days"),
        (("sample", "last", "--grader", "helps", "-o", "labels.csv"), "--force writes over it"),
    ],
)
def test_mistakes_get_a_sentence(office, here, against, arguments, what):
    with FakeProvider(answer) as fake:
        suite(office, fake)
        here("eval", "suites/answer.yaml", *against(fake))
    here("judge", "sample", "last", "--grader", "helps", "-n", "20", "-o", "labels.csv")

    done = here("judge", *arguments)

    assert done.status == 2
    assert what in done.err


def test_labelling_without_a_terminal_gets_a_sentence_and_keeps_the_sheet(office, here, against):
    with FakeProvider(answer) as fake:
        suite(office, fake)
        here("eval", "suites/answer.yaml", *against(fake))
    here("judge", "sample", "last", "--grader", "helps", "-n", "10", "-o", "labels.csv")
    before = (office.root / "labels.csv").read_bytes()
    with office.start("judge", "label", "labels.csv", "--as", "maria", start_new_session=True) as process:
        _, err = process.communicate(timeout=60)

    assert process.returncode == 2
    assert "there is no terminal to read it from" in err
    assert "fill in the column 'label' of labels.csv" in err
    assert "Traceback" not in err
    assert (office.root / "labels.csv").read_bytes() == before


def label_all(file, word) -> None:
    """Label every reply with what the word is for its text."""
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(row | {"label": word(row["reply"])} for row in rows)
    file.write_text(out.getvalue(), "utf-8")


@pytest.fixture
def sampled(office, here, against):
    """A sheet of 40 cases to label, with nothing filled in."""
    with FakeProvider(answer) as fake:
        suite(office, fake)
        here("eval", "suites/answer.yaml", *against(fake))
    here("judge", "sample", "last", "--grader", "helps", "-n", "40", "-o", "labels.csv")
    return office


@pytest.mark.parametrize(("word", "share"), [("pass", "specificity"), ("fail", "sensitivity")])
def test_labels_of_one_kind_are_refused_and_leave_no_file(sampled, here, word, share):
    label_all(sampled.root / "labels.csv", lambda _: word)
    done = here("judge", "calibrate", "last", "labels.csv")

    assert done.status == 2
    assert f"so the judge's {share} is not known" in done.err
    assert "draw more cases with -n" in done.err
    assert not (sampled.root / "calibrations").exists()


def test_a_judge_that_tells_nothing_is_not_offered_to_a_gate(sampled, here):
    label_all(sampled.root / "labels.csv", lambda reply: "fail" if "Certainly" in reply else "pass")
    done = here("judge", "calibrate", "last", "labels.csv")

    assert "its verdicts tell nothing" in done.out
    assert "name it in a gate" not in done.err
    assert "a gate that names it is invalid" in done.err


def test_a_calibration_of_another_judge_is_not_written_over(sampled, here):
    fill_in(sampled.root / "labels.csv")
    file = sampled.root / "calibrations/helps.json"
    first = here("judge", "calibrate", "last", "labels.csv")
    again = here("judge", "calibrate", "last", "labels.csv")
    other = json.loads(file.read_text()) | {"judge": "sha256:another"}
    file.write_text(json.dumps(other))
    refused = here("judge", "calibrate", "last", "labels.csv")
    kept = file.read_text()
    forced = here("judge", "calibrate", "last", "labels.csv", "--force")
    sampled.write("calibrations/helps.json", "notes")
    no_calibration = here("judge", "calibrate", "last", "labels.csv")

    assert (first.status, again.status, refused.status, forced.status, no_calibration.status) == (0, 0, 2, 0, 2)
    assert "calibrations/helps.json measured another judge" in refused.err
    assert "--force writes over this one" in refused.err
    assert json.loads(kept) == other
    assert "calibrations/helps.json is not a calibration" in no_calibration.err


def test_equal_replies_are_labelled_once_and_it_is_said_for_how_many_they_stand(office, here, against):
    office.write("prompts/new.prompt.md", PROMPT.format(version="1.1.0", system="Answer, please."))  # the same replies
    with FakeProvider(answer) as fake:
        suite(office, fake)
        here("eval", "suites/answer.yaml", *against(fake))
    drawn = here("judge", "sample", "last", "--grader", "helps", "-n", "30", "-o", "labels.csv")
    fill_in(office.root / "labels.csv")
    measured = here("judge", "calibrate", "last", "labels.csv")

    assert "Replies to label: 30, to 30 cases of the run" in drawn.out
    assert "They stand for 60: equal replies of several variants to a case are labelled once." in drawn.out
    assert "helps: 30 replies labelled by one person, which count as 60" in " ".join(measured.out.split())
