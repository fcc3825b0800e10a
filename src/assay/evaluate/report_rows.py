"""The parts of the report that show text of models: samples and flips.

These stand in the page itself and are read without scripts: the first samples that did not pass, the first flips.
The list of all samples is in ``report_data.py``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assay.evaluate import wording
from assay.evaluate.report_text import Clip, clip, one_line
from assay.evaluate.summary import Comparison, Flip
from assay.evaluate.types import GraderVerdict, SampleRow, Status
from assay.evaluate.word_diff import Piece, word_diff

MAX_FLIPS_SHOWN = 25
"""Of each kind."""

_FLIP_CHARS = 1_500
_TEXT_CHARS = 4_000
_GLANCE_CHARS = 90
_REASON_CHARS = 300

STATUS_MARKS: dict[Status, str] = {"passed": "✓", "failed": "✗", "error": "!"}


@dataclass(frozen=True, slots=True)
class Field:
    """A named text."""

    name: str
    clip: Clip


@dataclass(frozen=True, slots=True)
class VerdictView:
    """One grader's word on one sample."""

    mark: str
    word: str
    grader: str
    score: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleView:
    """One sample as the page shows it."""

    anchor: str
    mark: str
    status: Status
    case: str
    variant: str
    repeat: str
    glance: str
    latency: str
    inputs: list[Field]
    expected: Clip | None
    output: Clip | None
    verdicts: list[VerdictView]
    violations: list[str]
    error: str | None
    tags: str
    facts: str
    sample: str


@dataclass(frozen=True, slots=True)
class Side:
    """One variant's output in a flip; ``pieces`` is None when there was no reply."""

    variant: str
    word: str
    mark: str
    pieces: list[Piece] | None
    left_out: int
    anchor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlipView:
    """A case on which the variants differ."""

    case: str
    repeat: str
    tags: str
    input: str
    expected: Clip | None
    sides: tuple[Side, Side]


def sample_views(rows: Sequence[tuple[int, SampleRow]]) -> list[SampleView]:
    """The rows with their numbers, long texts clipped."""
    repeated = any(row.repeat for _, row in rows)
    return [_sample(row, number, limit_chars=_TEXT_CHARS, repeated=repeated) for number, row in rows]


def _sample(row: SampleRow, number: int, *, limit_chars: int, repeated: bool) -> SampleView:
    error = None if row.error is None else f"{row.error.get('code', '')}: {row.error.get('what', '')}"
    return SampleView(
        anchor=f"sample-{number}",
        mark=STATUS_MARKS[row.status],
        status=row.status,
        case=one_line(row.case, 200),
        variant=row.variant,
        repeat=f"repeat {row.repeat + 1}" if repeated else "",
        glance=one_line(row.output if row.output is not None else error or "", _GLANCE_CHARS),
        latency="" if row.latency_ms is None else wording.latency(row.latency_ms),
        inputs=[Field(one_line(k, 80), clip(wording.shown(v), limit_chars)) for k, v in row.inputs.items()],
        expected=_expected(row.expected, limit_chars),
        output=None if row.output is None else clip(row.output, limit_chars),
        verdicts=[_verdict(verdict) for verdict in row.verdicts],
        violations=[one_line(text, _REASON_CHARS) for text in row.violations],
        error=None if error is None else one_line(error, _REASON_CHARS),
        tags=_tags(row.tags),
        facts=" · ".join(_facts(row)),
        sample=row.sample[:12],
    )


def _expected(value: object, limit_chars: int) -> Clip | None:
    return None if value is None else clip(wording.shown(value), limit_chars)


def _verdict(verdict: GraderVerdict) -> VerdictView:
    if verdict.error is not None:
        return VerdictView("!", "error", verdict.grader, "", one_line(verdict.error, _REASON_CHARS))
    mark, word = ("✓", "passed") if verdict.passed else ("✗", "failed")
    score = "" if verdict.score is None else f"{verdict.score:.3g}"
    return VerdictView(mark, word, verdict.grader, score, one_line(verdict.reason, _REASON_CHARS))


def _facts(row: SampleRow) -> Iterable[str]:
    """What else is known of a sample, in short phrases; what is not known is left out."""
    if row.input_tokens is not None:
        yield f"{row.input_tokens:,} tokens in"
    if row.output_tokens is not None:
        yield f"{row.output_tokens:,} tokens out"
    if row.first_token_ms is not None:
        yield f"first token after {wording.latency(row.first_token_ms)}"
    if row.cost_usd is not None:
        yield wording.cost(row.cost_usd)
    if row.finish is not None:
        yield f"finish: {one_line(row.finish, 40)}"
    if row.exit is not None:
        yield f"exit: {one_line(row.exit, 40)}"
    if row.fallback:
        yield "fallback reply"
    if row.valid is not None:
        yield _contract(row)
    if row.attempts != 1:
        yield wording.plural(row.attempts, "attempt")


def _contract(row: SampleRow) -> str:
    if row.valid_first:
        return "contract kept at first try"
    return "contract kept after repair" if row.valid else "contract broken"


def _tags(tags: dict[str, str]) -> str:
    return " · ".join(f"{one_line(name, 60)}: {one_line(value, 60)}" for name, value in tags.items())


def shown_flips(found: Comparison | None) -> Iterator[tuple[Flip, str]]:
    """The flips that the page shows, each with either variant."""
    if found is None:
        return
    for change in ("lost", "gained"):
        for flip in _first(found, change):
            yield from ((flip, found.baseline), (flip, found.candidate))


def _first(found: Comparison, change: str) -> list[Flip]:
    return [flip for flip in found.flips if flip.change == change][:MAX_FLIPS_SHOWN]


def flip_views(found: Comparison, numbers: Mapping[tuple[str, str, int], int], change: str) -> list[FlipView]:
    """The first cases lost, or gained, with both outputs and the words that differ.

    Args:
        found: The comparison.
        numbers: (case, variant, repeat) -> the number of the sample in the report's list.
        change: Which kind.
    """
    anchors = {key: f"sample-{number}" for key, number in numbers.items()}
    repeated = any(flip.repeat for flip in found.flips)
    return [_flip(flip, found, anchors, repeated=repeated) for flip in _first(found, change)]


def _flip(flip: Flip, found: Comparison, anchors: dict[tuple[str, str, int], str], *, repeated: bool) -> FlipView:
    texts = [None if text is None else clip(text, _FLIP_CHARS) for text in (flip.baseline, flip.candidate)]
    diffs = word_diff(*("" if text is None else text.text for text in texts))
    gained = flip.change == "gained"
    sides = [
        Side(
            variant=name,
            word="passed" if passed else "failed" if text is not None else "no reply",
            mark="✓" if passed else "✗" if text is not None else "!",
            pieces=None if text is None else pieces,
            left_out=0 if text is None else text.left_out,
            anchor=anchors.get((flip.case, name, flip.repeat)),
        )
        for name, passed, text, pieces in zip(
            (found.baseline, found.candidate), (not gained, gained), texts, diffs, strict=True
        )
    ]
    return FlipView(
        case=one_line(flip.case, 200),
        repeat=f"repeat {flip.repeat + 1}" if repeated else "",
        tags=_tags(flip.tags),
        input=one_line(flip.input, _REASON_CHARS),
        expected=_expected(flip.expected, _FLIP_CHARS),
        sides=(sides[0], sides[1]),
    )
