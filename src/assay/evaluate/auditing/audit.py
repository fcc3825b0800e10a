"""Asking a judge about replies as they were and as they were changed, and counting what that did to its verdicts."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import TypeVar

import msgspec

from assay.core.errors import GraderFailed
from assay.engine.types import Outcome
from assay.evaluate.auditing.probe import probes
from assay.evaluate.judging.transcript import question
from assay.evaluate.types import Case, Grade, Verdict
from assay.stats.proportion import wilson

AT_ONCE = 8
LEAST_OWN = 5
FLAGGED_FROM = 0.1
"""From this share on, a weakness is called one."""
EXAMPLES = 3
"""Cases that a finding names."""

T = TypeVar("T")

OpenGrade = Callable[[str], AbstractAsyncContextManager[Grade]]
"""Opens the grader; another text is another draw of the same judge's replies."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A reply that is judged: the case, what became of the call, and whose it is."""

    case: Case
    outcome: Outcome
    own: bool = False
    good: bool = True


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What one test came to.

    Attributes:
        test: Its name.
        n: How many verdicts it is made from.
        share: The share that went wrong, with its 95 % interval; None where it could not be measured.
        flagged: Whether that is a weakness.
        sentence: The same in words.
        examples: Cases on which it went wrong, at most ``EXAMPLES``, in the order of the run.
    """

    test: str
    n: int
    share: float | None
    low: float | None
    high: float | None
    flagged: bool
    sentence: str
    examples: list[str] = []


@dataclass(slots=True)
class _Count:
    wrong: int = 0
    n: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, wrong: bool, case: str) -> None:
        self.n += 1
        self.wrong += wrong
        if wrong and case not in self.examples and len(self.examples) < EXAMPLES:
            self.examples.append(case)


@dataclass(slots=True)
class _Seen:
    """Verdicts on one reply: as it was, again, and changed."""

    subject: Subject
    first: Verdict | None
    again: list[Verdict | None] = field(default_factory=list)
    changed: list[tuple[str, bool | None, Verdict | None]] = field(default_factory=list)

    @property
    def case(self) -> str:
        """The id of the reply's case."""
        return self.subject.case.id


async def audit(subjects: Sequence[Subject], open_grade: OpenGrade, *, repeats: int = 3) -> list[Finding]:
    """Every test on these replies.

    Args:
        subjects: The replies.
        open_grade: Opens the judge's grader.
        repeats: How often each verdict is asked for, for its stability.
    """
    async with open_grade("") as grade:
        seen = await _all(subjects, grade)
    for number in range(1, repeats):
        async with open_grade(f"audit-{number}") as grade:
            verdicts = await _gather(_verdict(grade, one.subject.case, one.subject.outcome) for one in seen)
            for one, verdict in zip(seen, verdicts, strict=True):
                one.again.append(verdict)
    return [
        _stability(seen),
        _swayed(seen, "padding", "sentences without content are added"),
        _swayed(seen, "orders", "the reply tells the judge to pass it"),
        _must(seen, "off-topic", "passes a reply that has nothing to do with the request"),
        _must(seen, "question-back", "passes the request given back as the reply"),
        _must(seen, "reference", "fails the very reply that is expected"),
        _positions(seen),
        _self_preference(seen),
    ]


async def _all(subjects: Sequence[Subject], grade: Grade) -> list[_Seen]:
    async def one(subject: Subject) -> _Seen:
        case, outcome = subject.case, subject.outcome
        seen = _Seen(subject, await _verdict(grade, case, outcome))
        reference = case.expected if isinstance(case.expected, str) else None
        for probe in probes(outcome.text, asked=question(outcome), reference=reference):
            verdict = await _verdict(grade, case, _saying(outcome, probe.text))
            seen.changed.append((probe.name, probe.must, verdict))
        return seen

    return await _gather(one(subject) for subject in subjects)


def _saying(outcome: Outcome, text: str) -> Outcome:
    return replace(outcome, checked=replace(outcome.checked, text=text, value=text))


async def _verdict(grade: Grade, case: Case, outcome: Outcome) -> Verdict | None:
    try:
        return await grade(case, outcome)
    except GraderFailed:
        return None


async def _gather(tasks: Iterable[Awaitable[T]]) -> list[T]:
    """What the tasks return, in order; so many at once as a judge can bear."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def run(task: Awaitable[T]) -> T:
        async with gate:
            return await task

    return list(await asyncio.gather(*(run(task) for task in tasks)))


def _stability(seen: Sequence[_Seen]) -> Finding:
    count = _Count()
    for one in seen:
        for verdict in one.again:
            if one.first is not None and verdict is not None:
                count.add(verdict.passed != one.first.passed, one.case)
    return _finding("stability", count, "gives another verdict when it is asked the same again")


def _swayed(seen: Sequence[_Seen], name: str, what: str) -> Finding:
    """Of replies that the judge failed, or gave less than full score: how often the change raises its verdict."""
    count = _Count()
    for one in seen:
        for probe, _, verdict in one.changed:
            if probe == name and one.first is not None and verdict is not None and one.first.score < 1:
                rises = verdict.passed and not one.first.passed
                count.add(rises or verdict.score > one.first.score + 0.1, one.case)
    return _finding(name, count, f"is swayed when {what}")


def _must(seen: Sequence[_Seen], name: str, what: str) -> Finding:
    count = _Count()
    for one in seen:
        for probe, must, verdict in one.changed:
            if probe == name and verdict is not None:
                count.add(verdict.passed is not must, one.case)
    return _finding(name, count, what)


def _positions(seen: Sequence[_Seen]) -> Finding:
    count, first = _Count(), 0
    for one in seen:
        detail = (one.first.detail if one.first is not None else None) or {}
        shown = detail.get("shown_first_wins")
        if isinstance(shown, list):
            count.add(bool(detail.get("flipped")), one.case)
            first += all(shown)
    found = _finding("position", count, "says otherwise when the two replies change places")
    if not count.n:
        return msgspec.structs.replace(found, sentence="Not measured: the judge does not compare pairs.")
    return msgspec.structs.replace(
        found, sentence=f"{found.sentence} {first} of {count.n} times it took what it saw first."
    )


def _self_preference(seen: Sequence[_Seen]) -> Finding:
    """Of replies that the other graders pass: by how much more often the judge passes those of its own model."""
    own, others = _Count(), _Count()
    for one in seen:
        if one.first is not None and one.subject.good:
            (own if one.subject.own else others).add(one.first.passed, one.case)
    n = own.n + others.n
    if min(own.n, others.n) < LEAST_OWN:
        return _unmeasured(
            "self-preference", n, "that takes replies of the judge's own model and of others, in one run"
        )
    mine, theirs = wilson(own.wrong, own.n), wilson(others.wrong, others.n)
    apart = mine.value - theirs.value
    return Finding(
        test="self-preference",
        n=n,
        share=max(0.0, apart),
        low=None,
        high=None,
        flagged=apart > FLAGGED_FROM and mine.low > theirs.high,
        sentence=(
            f"It passes {100 * mine.value:.0f} % of its own model's replies and {100 * theirs.value:.0f} % of others', "
            "of those that the other graders pass."
        ),
    )


def _unmeasured(test: str, n: int, why: str) -> Finding:
    return Finding(test=test, n=n, share=None, low=None, high=None, flagged=False, sentence=f"Not measured: {why}.")


def _finding(test: str, count: _Count, what: str) -> Finding:
    if not count.n:
        return _unmeasured(test, 0, "there was no verdict to try it on")
    found = wilson(count.wrong, count.n)
    return Finding(
        test=test,
        n=count.n,
        share=found.value,
        low=found.low,
        high=found.high,
        flagged=found.value >= FLAGGED_FROM,
        sentence=f"{count.wrong} of {count.n} times it {what}.",
        examples=count.examples,
    )
