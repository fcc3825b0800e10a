"""A made-up run with everything that a view of a run has to cope with, for tests and for pictures of the views.

Two variants on 132 cases, with flips both ways, slices large and tiny, errors, and texts that are long, hostile,
right to left, or empty. The figures are computed from the rows. Always the same; no model is called.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from assay.evaluate.summary import (
    Comparison,
    Flip,
    GatePart,
    GraderSummary,
    Rate,
    Slice,
    Summary,
    VariantSummary,
)
from assay.evaluate.types import GraderVerdict, SampleRow
from assay.stats.paired import Pairs
from assay.stats.proportion import wilson

BASELINE, CANDIDATE = "baseline", "candidate"
CASES = 132
TEAMS = ("billing", "delivery", "device", "account", "other")

HOSTILE = (
    "<script>window.hacked = true; document.title = 'hacked'</script><img src=x onerror=\"window.hacked=true\">"
    '</pre></details></main><style>*{display:none}</style><a href="javascript:alert(1)">billing</a> {{ 7*7 }} {% raw %}'
)
ESCAPES = "billing\x1b[2J\x1b[31mred\x1b]0;owned\x07\x1b]8;;http://evil.invalid\x07click\x1b]8;;\x07\r\x9b1mend\x00"
RIGHT_TO_LEFT = "הלקוח חויב פעמיים; الفوترة \u202egnillib\u202c billing"
EMOJI = "📦 delivery, certainly 👩‍👩‍👧‍👦 – 配送チーム"
LONG_WORD = "billing" + "-" + "x" * 400
PROSE = (
    "The customer writes that two payments of 4.90 were taken on the same day for a single subscription, and asks for "
    "one of them back. That is a matter of payments, so the team that should answer is billing.\n\n"
)

_TICKETS = (
    "I was charged twice for my Plus subscription this month. Please refund one of the payments.",
    "where is my parcel?? tracking says delivered but theres nothing here",
    "Dear Sir or Madam,\n\nThe lamp that came last week does not switch on any more, although I changed the bulb.",
    "I cannot sign in since I changed my phone number, and the code never arrives.",
    "Do you have a shop in Lyon?",
)
_SPECIAL = {3: HOSTILE, 9: RIGHT_TO_LEFT, 14: EMOJI, 21: LONG_WORD, 27: ESCAPES, 33: "", 38: 12 * PROSE}
_ERRORS = {(BASELINE, 77): "model.timeout", (CANDIDATE, 101): "model.rate_limited", (CANDIDATE, 118): "grader.crashed"}


@dataclass(frozen=True, slots=True)
class ExampleRun:
    """A run: what it came to, and its rows."""

    summary: Summary
    rows: Sequence[SampleRow]

    @property
    def lines(self) -> list[bytes]:
        """The lines of its ``samples.jsonl``."""
        return [msgspec.json.encode(row) + b"\n" for row in self.rows]


def example_rows(cases: int = CASES) -> list[SampleRow]:
    """The rows, in plan order: each case under the baseline, then under the candidate."""
    return [_row(i, variant) for i in range(cases) for variant in (BASELINE, CANDIDATE)]


def example_view(cases: int = CASES) -> ExampleRun:
    """The run with its rows."""
    rows = example_rows(cases)
    return ExampleRun(summarise(rows), rows)


def summarise(rows: Sequence[SampleRow]) -> Summary:
    """A summary of rows of the two variants."""
    variants = [_variant(name, [r for r in rows if r.variant == name]) for name in (BASELINE, CANDIDATE)]
    comparison = _comparison(rows)
    sentence = (
        f"candidate is better than baseline: candidate − baseline = {100 * comparison.diff:+.1f} points "
        f"[{100 * comparison.low:+.1f} points, {100 * comparison.high:+.1f} points], 95 % sure."
    )
    return Summary(
        format=1,
        run="20260301-140509-7f3a9c",
        suite="support.triage",
        description="Does the new wording name the right team more often?",
        started_utc="2026-03-01T14:05:09Z",
        finished_utc="2026-03-01T14:07:21Z",
        duration_s=132.4,
        decision="pass",
        sentence=sentence,
        gate=[
            GatePart(rule="validity", decision="pass", sentence="Few enough samples ended in an error."),
            GatePart(rule="compare", decision="pass", sentence=sentence),
            GatePart(
                rule="at_least candidate",
                decision="pass",
                sentence="candidate passes at least 50 % of cases: 81.1 % [74.8 %, 86 %].",
            ),
        ],
        variants=variants,
        comparison=comparison,
        datasets={"datasets/triage.jsonl": _digest("triage"), "datasets/triage-hard.jsonl": _digest("hard")},
        cases=len(rows) // 2,
        repeats=1,
        calls_made=204,
        calls_reused=len(rows) - 204 if len(rows) > 204 else 0,
        assay="0.1.0",
    )


def _row(i: int, variant: str) -> SampleRow:
    team = TEAMS[i % len(TEAMS)]
    output = _output(i, variant, team)
    code = _ERRORS.get((variant, i))
    passed = code is None and output.strip().startswith(team)
    answered = code is None or code.startswith("grader")
    milliseconds = 180 + (37 * i + len(variant)) % 210
    return SampleRow(
        sample=_digest(f"{variant}{i}").removeprefix("sha256:"),
        case=f"{team}-{i:03}" if i != 5 else "delivery-<b>bold</b>-&amp;-005",
        variant=variant,
        repeat=0,
        status="error" if code else "passed" if passed else "failed",
        score=None if code else float(passed),
        output=output if answered else None,
        inputs={"ticket": _TICKETS[i % 5] if i != 12 else HOSTILE, "customer": {"plan": "plus", "since": 2019 + i % 6}},
        expected=team,
        cluster=f"cluster-{i // 2}" if i < 80 else None,
        tags=_tags(i),
        verdicts=_verdicts(output, team, code, passed=passed),
        valid_first=output in TEAMS if answered else None,
        valid=output in TEAMS or variant == CANDIDATE if answered else None,
        violations=[] if output in TEAMS else [f"the output is not one of {', '.join(TEAMS)}"],
        exit=None,
        fallback=False,
        error={"code": code, "what": "the model did not answer within 30 s"} if code else None,
        model="smollm2-135m-instruct" if answered else None,
        finish="stop" if answered else None,
        input_tokens=188 + 3 * (i % 40) if answered else None,
        output_tokens=max(1, len(output) // 4) if answered else None,
        cached_tokens=0 if answered else None,
        cost_usd="0" if answered else None,
        latency_ms=float(milliseconds) if answered else None,
        first_token_ms=None,
        attempts=1 if answered else 4,
        at_utc="2026-03-01T14:05:11Z" if answered else None,
    )


def _output(i: int, variant: str, team: str) -> str:
    """What the model is said to have answered: the candidate is right more often, and not always."""
    if variant == CANDIDATE and i in _SPECIAL:
        return _SPECIAL[i]
    wrong = TEAMS[(i + 2) % len(TEAMS)]
    if variant == CANDIDATE and i % 21 == 1 and i % 5 != 4:
        return f"{team}, I think, is the team that should answer this ticket."
    if variant == CANDIDATE:
        return wrong if i % 5 == 4 and i % 3 else team
    if i % 7 in (1, 4, 6):
        return f"{wrong}, I think, is the team that should answer this ticket."
    return wrong if i % 11 == 5 else team


def _tags(i: int) -> dict[str, str]:
    return {
        "register": ("plain", "plain", "formal", "slang", "broken")[(i // 5) % 5],
        "length": ("short", "medium", "medium", "long")[i % 4],
        "hostile": "yes" if i in {3, 12, 27, 40, 71, 99} else "no",
        "severity": ("low", "high", "low", "critical", "low", "low")[i % 6],
    }


def _verdicts(output: str, team: str, code: str | None, *, passed: bool) -> list[GraderVerdict]:
    if code is not None and code.startswith("model"):
        return []
    kept = output in TEAMS
    if code is not None:
        choice = GraderVerdict(grader="choice", error="the grader's process ended with status 1")
    else:
        reason = f"it is {team!r}" if passed else f"{output[:80]!r} is not {team!r}"
        choice = GraderVerdict(grader="choice", score=float(passed), passed=passed, reason=reason)
    reason = "kept" if kept else "the output is not one of the five teams"
    return [GraderVerdict(grader="contract", score=float(kept), passed=kept, reason=reason), choice]


def _variant(name: str, rows: Sequence[SampleRow]) -> VariantSummary:
    statuses = Counter(row.status for row in rows)
    answered = [row for row in rows if row.output is not None]
    share = rate(statuses["passed"], len(rows))
    times = sorted(row.latency_ms or 0.0 for row in answered)
    return VariantSummary(
        name=name,
        prompt="support.triage",
        version="1.0.0" if name == BASELINE else "1.1.0",
        digest=_digest(name),
        model="embedded/smollm2-135m-instruct",
        n=len(rows),
        passed=statuses["passed"],
        failed=statuses["failed"],
        errors=statuses["error"],
        pass_rate=share.value,
        low=share.low,
        high=share.high,
        level=0.95,
        method="wilson",
        mean_score=share.value if rows else None,
        valid_first=rate(sum(bool(r.valid_first) for r in answered), len(answered)),
        valid=rate(sum(bool(r.valid) for r in answered), len(answered)),
        input_tokens=sum(r.input_tokens or 0 for r in answered),
        output_tokens=sum(r.output_tokens or 0 for r in answered),
        cached_tokens=0,
        cost_usd="0",
        latency_p50_ms=times[len(times) // 2] if times else None,
        latency_p95_ms=times[int(0.95 * len(times))] if times else None,
        graders=_graders(rows),
        slices=_slices(rows),
        error_codes=dict(sorted(Counter(r.error["code"] for r in rows if r.error).items())),
    )


def rate(passed: int, n: int) -> Rate:
    """A proportion with its interval."""
    found = wilson(passed, n, level=0.95)
    return Rate(value=found.value, low=found.low, high=found.high, of=n)


def _graders(rows: Sequence[SampleRow]) -> list[GraderSummary]:
    verdicts = [verdict for row in rows for verdict in row.verdicts]
    found = []
    for name in dict.fromkeys(v.grader for v in verdicts):
        mine = [v for v in verdicts if v.grader == name]
        passed, errors = sum(bool(v.passed) for v in mine), sum(v.error is not None for v in mine)
        share = rate(passed, len(mine))
        found.append(GraderSummary(grader=name, passed=passed, errors=errors, rate=share, mean_score=share.value))
    return found


def _slices(rows: Sequence[SampleRow]) -> list[Slice]:
    keys = sorted({item for row in rows for item in row.tags.items()})
    found = []
    for tag, value in keys:
        mine = [row for row in rows if row.tags.get(tag) == value]
        passed = sum(row.status == "passed" for row in mine)
        found.append(Slice(tag=tag, value=value, passed=passed, rate=rate(passed, len(mine))))
    return found


def _comparison(rows: Sequence[SampleRow]) -> Comparison:
    pairs, flips = Pairs(), []
    for baseline, candidate in zip(rows[::2], rows[1::2], strict=True):
        passed = (baseline.status == "passed", candidate.status == "passed")
        pairs.add(float(passed[0]), float(passed[1]), cluster=candidate.cluster)
        if passed[0] != passed[1]:
            flips.append(_flip(baseline, candidate))
    found = pairs.interval(level=0.9)
    return Comparison(
        candidate=CANDIDATE,
        baseline=BASELINE,
        n=pairs.n,
        clusters=pairs.clusters,
        diff=found.value,
        low=found.low,
        high=found.high,
        level=0.9,
        method=found.method,
        p_value=0.0004,
        gained=sum(flip.change == "gained" for flip in flips),
        lost=sum(flip.change == "lost" for flip in flips),
        flips=flips,
        smallest_visible=0.12,
        margin=0.02,
    )


def _flip(baseline: SampleRow, candidate: SampleRow) -> Flip:
    return Flip(
        case=candidate.case,
        change="gained" if candidate.status == "passed" else "lost",
        repeat=0,
        tags=candidate.tags,
        baseline=baseline.output,
        candidate=candidate.output,
        expected=candidate.expected,
    )


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
