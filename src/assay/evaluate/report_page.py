"""What the HTML report says, as data in reading order: every text is ready, every position is worked out.

The template only places it. Samples and flips are in ``report_rows.py``, axes in ``report_plot.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from assay.evaluate import wording
from assay.evaluate.gate_told import is_corrected, name_of, sentence_of, told, without_unpowered
from assay.evaluate.report_data import Packed
from assay.evaluate.report_gate import GateView, gate_view
from assay.evaluate.report_plot import RATE_TICKS, Bar, DifferenceAxis, Tick, difference_axis, rate_bar
from assay.evaluate.report_rows import FlipView, SampleView, flip_views, sample_views
from assay.evaluate.report_text import one_line
from assay.evaluate.summary import Comparison, GatePart, Slice, Summary, VariantSummary
from assay.evaluate.types import Standing
from assay.evaluate.wording import NBSP

SLICES_AT_ONCE = 30


@dataclass(frozen=True, slots=True)
class Mark:
    """What a run is called, or a part of its gate: the sign, the word, and the name of the colour."""

    sign: str
    word: str
    colour: str


@dataclass(frozen=True, slots=True)
class GateLine:
    """One rule of the gate."""

    mark: Mark
    rule: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantView:
    """A variant's identity and its place in the plot."""

    name: str
    role: str
    is_candidate: bool
    prompt: str
    version: str
    digest: str
    short_digest: str
    model: str
    bar: Bar | None
    pass_rate: str
    passed: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A row of the table of variants."""

    label: str
    note: str
    cells: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceView:
    """The candidate against the baseline; not ``compared`` when no case was answered by both."""

    compared: bool
    axis: DifferenceAxis
    points: str
    interval: str
    level: str
    margin: str | None
    caption: str
    method: str
    pairs: str
    p_value: str | None


@dataclass(frozen=True, slots=True)
class SliceCell:
    """One variant in one slice."""

    bar: Bar | None
    text: str
    n: str
    powered: bool


@dataclass(frozen=True, slots=True)
class SliceView:
    """One value of one tag."""

    tag: str
    value: str
    cells: list[SliceCell]


@dataclass(frozen=True, slots=True)
class Table:
    """Plain cells under a header."""

    head: list[str]
    rows: list[list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flips:
    """The cases lost and gained: how many, and those that are shown."""

    lost: int
    gained: int
    lost_views: list[FlipView]
    gained_views: list[FlipView]
    baseline: str
    candidate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What stands at the top and at the end of a page that is not about one run's decision.

    Attributes:
        kind: What the page is.
        headline: The main thing that it says.
        sentence: The same in a sentence.
        notes: What else there is to know before the figures.
        provenance: Name -> value, at the end.
    """

    kind: str
    headline: str
    sentence: str
    notes: list[str]
    provenance: list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The report. The template's context is exactly this."""

    title: str
    kind: str
    suite: str
    description: str
    mark: Mark | None
    headline: str
    sentence: str
    notes: list[str]
    has_gate: bool
    figures: GateView
    gate: list[GateLine]
    scope: str
    variants: list[VariantView]
    level: str
    ticks: tuple[Tick, ...]
    plot_label: str
    difference: DifferenceView | None
    measures: list[Measure]
    flips: Flips | None
    slices: list[SliceView]
    more_slices: list[SliceView]
    no_slices: str
    graders: Table
    errors: Table
    rows: int
    samples_total: int
    first: list[SampleView]
    provenance: list[tuple[str, str]]
    datasets: list[tuple[str, str]]


def page(run: Summary, packed: Packed, heading: Heading | None = None) -> Page:
    """The whole report of a run, with its rows packed.

    Args:
        run: The figures.
        packed: The rows.
        heading: What stands in the place of the run's decision.
    """
    slices = _slices(run)
    return Page(
        title=f"{run.suite}: {(heading.headline if heading else wording.STANDING_WORDS[run.standing][1]).lower()}",
        kind="Run of a suite" if heading is None else heading.kind,
        suite=run.suite,
        description=run.description,
        mark=_mark(run.standing) if heading is None else None,
        headline=wording.STANDING_WORDS[run.standing][1] if heading is None else heading.headline,
        sentence=_sentence(run.sentence if heading is None else heading.sentence),
        notes=_stopped(run) if heading is None else heading.notes,
        has_gate=run.gated,
        figures=gate_view(run),
        gate=_gate_lines(run),
        scope=_scope(run),
        variants=[_variant(variant, run.comparison) for variant in run.variants],
        level=wording.level(run.variants[0].level) if run.variants else "",
        ticks=RATE_TICKS,
        plot_label="; ".join(f"{v.name} {wording.pass_rate(v)}" for v in run.variants),
        difference=None if run.comparison is None else _difference(run.comparison, gate=told(run)),
        measures=_measures(run.variants),
        flips=None if run.comparison is None else _flips(run.comparison, packed),
        slices=slices[:SLICES_AT_ONCE],
        more_slices=slices[SLICES_AT_ONCE:],
        no_slices=_no_slices(run),
        graders=_graders(run.variants),
        errors=_errors(run.variants),
        rows=packed.rows,
        samples_total=max(packed.rows, sum(variant.n for variant in run.variants)),
        first=sample_views(packed.first),
        provenance=_provenance(run) if heading is None else heading.provenance,
        datasets=list(run.datasets.items()),
    )


_AS_JUDGED = " This is as the judge sees it; the gate makes up for the errors that it was measured to make."


def _gate_lines(run: Summary) -> list[GateLine]:
    """The rules but for slices that pass, which have a table; those that are too small are one line."""
    parts, small = without_unpowered(run.gate)
    shown = [part for part in parts if part.slice is None or part.decision != "pass"]
    lines = [GateLine(_mark(part.decision), name_of(part), _sentence(sentence_of(part))) for part in shown]
    return [*lines, GateLine(_mark("inconclusive"), "Slices", _sentence(small))] if small else lines


def _mark(standing: Standing) -> Mark:
    sign, word = wording.STANDING_WORDS[standing]
    return Mark(sign, word, "neutral" if standing == "no gate" else standing)


def _sentence(text: str) -> str:
    """A sentence of the gate, its figures joined to their units."""
    return one_line(text, 2_000).replace(" %", f"{NBSP}%").replace(" points", f"{NBSP}points")


def _scope(run: Summary) -> str:
    parts = [wording.plural(run.cases, "case"), wording.plural(len(run.variants), "variant")]
    if run.repeats > 1:
        parts.append(f"{run.repeats}{NBSP}repeats")
    total = sum(variant.n for variant in run.variants)
    return f"{' × '.join(parts)} = {wording.plural(total, 'sample')}"


def _stopped(run: Summary) -> list[str]:
    """What there is to know of a run that a budget stopped, or that ended as its gate was decided."""
    if run.early is not None:
        saved = wording.plural(run.early.samples_saved, "sample")
        return [f"The gate was decided after {run.early.cases:,} of {run.early.of:,} cases; {saved} were not run."]
    if run.stopped is None or run.stopped in run.sentence:
        return []
    return [f"The run was stopped: {one_line(run.stopped, 500)}; {wording.plural(run.missing, 'sample')} were not run."]


def _variant(found: VariantSummary, compared: Comparison | None) -> VariantView:
    roles = {} if compared is None else {compared.baseline: "baseline", compared.candidate: "candidate"}
    role = roles.get(found.name, "")
    return VariantView(
        name=found.name,
        role=role if role != found.name else "",
        is_candidate=compared is None or found.name == compared.candidate,
        prompt=found.prompt,
        version=found.version or "no version number",
        digest=found.digest,
        short_digest=wording.short_digest(found.digest),
        model=found.model,
        bar=rate_bar(found.pass_rate, found.low, found.high) if found.n else None,
        pass_rate=wording.pass_rate(found),
        passed=f"{found.passed:,} of {found.n:,}",
    )


def _difference(found: Comparison, *, gate: Sequence[GatePart]) -> DifferenceView:
    judged = any(map(is_corrected, gate))
    has_margin = not judged and any(part.rule == "compare" for part in gate)
    level = wording.level(found.level)
    interval = f"{wording.signed(found.low)}{NBSP}to{NBSP}{wording.signed(found.high)}"
    margin = f"{100 * found.margin:.3g}{NBSP}points" if has_margin else None
    return DifferenceView(
        compared=found.n > 0,
        axis=difference_axis(found, margin=found.margin if has_margin else None),
        points=wording.points(found.diff),
        interval=interval,
        level=level,
        margin=margin,
        caption=difference_sentence(found, margin=margin) + (_AS_JUDGED if judged else ""),
        method=found.method,
        pairs=_pairs(found),
        p_value=None if found.p_value is None else _p_value(found.p_value),
    )


def difference_sentence(found: Comparison, *, margin: str | None = None) -> str:
    """What the plot of the difference shows, in words that need no plot."""
    level = wording.level(found.level)
    if found.n == 0:
        return "No case was answered by both variants, so there is nothing to compare."
    if found.low > 0:
        seen = f"The whole {level} interval lies above zero: {found.candidate} passes more cases."
    elif found.high < 0:
        seen = f"The whole {level} interval lies below zero: {found.candidate} passes fewer cases."
    else:
        seen = f"The {level} interval holds zero: it does not show which of the two passes more cases."
    if margin is None:
        return seen
    inside = "stays above" if found.low > -found.margin else "reaches beyond"
    return f"{seen} It {inside} the margin, the loss of {margin} from which on the gate would object."


def _pairs(found: Comparison) -> str:
    cases = wording.plural(found.n, "case")
    return cases if found.clusters == found.n else f"{cases} in {wording.plural(found.clusters, 'cluster')}"


def _p_value(p: float) -> str:
    return "below 0.001" if p < 0.001 else f"{p:.3f}"


def _measures(variants: list[VariantSummary]) -> list[Measure]:
    level = wording.level(variants[0].level) if variants else ""
    graded = any(v.grading is not None for v in variants)
    grading = [
        Measure("Judge and user", "calls, tokens in / out, cost", [wording.grading(v.grading) for v in variants])
    ]
    return [
        Measure("Pass rate", f"with its {level} interval", [wording.pass_rate(v) for v in variants]),
        Measure("Samples", "passed, failed, errors", [_counts(v) for v in variants]),
        Measure("Contract kept, first try", "of the replies", [wording.rate(v.valid_first) for v in variants]),
        Measure("Contract kept in the end", "after repair", [wording.rate(v.valid) for v in variants]),
        Measure(
            "Mean score", "", [wording.NOTHING if v.mean_score is None else f"{v.mean_score:.3f}" for v in variants]
        ),
        Measure("Tokens in", "", [_tokens_in(v) for v in variants]),
        Measure("Tokens out", "", [wording.count(v.output_tokens) for v in variants]),
        Measure("Latency, median", "", [wording.latency(v.latency_p50_ms) for v in variants]),
        Measure("Latency, p95", "", [wording.latency(v.latency_p95_ms) for v in variants]),
        Measure("Cost", "", [wording.cost(v.cost_usd) for v in variants]),
        *(grading if graded else []),
    ]


def _counts(found: VariantSummary) -> str:
    return f"{found.n:,}: {found.passed:,}{NBSP}✓ {found.failed:,}{NBSP}✗ {found.errors:,}{NBSP}!"


def _tokens_in(found: VariantSummary) -> str:
    cached = f" ({found.cached_tokens:,}{NBSP}cached)" if found.cached_tokens else ""
    return wording.count(found.input_tokens) + cached


def _flips(found: Comparison, packed: Packed) -> Flips:
    return Flips(
        lost=found.lost,
        gained=found.gained,
        lost_views=flip_views(found, packed.numbers, "lost"),
        gained_views=flip_views(found, packed.numbers, "gained"),
        baseline=found.baseline,
        candidate=found.candidate,
    )


def focus(run: Summary) -> VariantSummary | None:
    """The variant that the run is about: the candidate, or the last."""
    named = [v for v in run.variants if run.comparison is not None and v.name == run.comparison.candidate]
    candidates = named or run.variants
    return candidates[-1] if candidates else None


def worst_first(found: VariantSummary, repeats: int = 1) -> list[Slice]:
    """A variant's slices by pass rate, those too small to rank at the end."""
    return sorted(found.slices, key=lambda s: (not wording.powered(s.rate.of, repeats), s.rate.value, s.rate.high))


def _slices(run: Summary) -> list[SliceView]:
    about = focus(run)
    if about is None or not about.valid_first.of:
        return []
    found = {v.name: {(s.tag, s.value): s for s in v.slices} for v in run.variants}
    return [
        SliceView(
            one_line(worst.tag, 60),
            one_line(worst.value, 60),
            [_slice_cell(found[v.name].get((worst.tag, worst.value)), run.repeats) for v in run.variants],
        )
        for worst in worst_first(about, run.repeats)
    ]


def _no_slices(run: Summary) -> str:
    """Why there are none, where there are none."""
    about = focus(run)
    if about is not None and about.slices and not about.valid_first.of:
        return f"No sample of {about.name} was answered, so there is nothing to say of its slices."
    return "No case has a tag, so there are no slices."


def _slice_cell(found: Slice | None, repeats: int) -> SliceCell:
    if found is None or found.rate.of == 0:
        return SliceCell(None, wording.NOTHING, "0", powered=False)
    bar = rate_bar(found.rate.value, found.rate.low, found.rate.high)
    return SliceCell(bar, wording.rate(found.rate), f"{found.rate.of:,}", wording.powered(found.rate.of, repeats))


def _graders(variants: list[VariantSummary]) -> Table:
    rows = [
        [
            grader.grader,
            variant.name,
            wording.rate(grader.rate),
            wording.NOTHING if grader.mean_score is None else f"{grader.mean_score:.3f}",
            wording.count(grader.errors),
        ]
        for name in dict.fromkeys(g.grader for v in variants for g in v.graders)
        for variant in variants
        for grader in variant.graders
        if grader.grader == name
    ]
    return Table(["Grader", "Variant", "Passed", "Mean score", "Errors"], rows)


def _errors(variants: list[VariantSummary]) -> Table:
    codes = sorted({code for variant in variants for code in variant.error_codes})
    rows = [[code, *(wording.count(v.error_codes.get(code, 0)) for v in variants)] for code in codes]
    return Table(["Error", *(v.name for v in variants)], rows)


def _provenance(run: Summary) -> list[tuple[str, str]]:
    return [
        ("Run", run.run),
        ("Suite", run.suite),
        ("Started", wording.moment(run.started_utc)),
        ("Finished", f"{wording.moment(run.finished_utc)}, after {wording.duration(run.duration_s)}"),
        ("Calls made", wording.count(run.calls_made)),
        ("Calls reused", wording.count(run.calls_reused)),
        *((f"{part[:1].upper()}{part[1:]}", model) for part, model in run.asked.items()),
        ("Assay", run.assay),
    ]
