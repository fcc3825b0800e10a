"""Two runs compared: what the second passes that the first did not, and how sure that is.

The samples are paired by case, variant and repeat, and counted as those of one run with two variants are, so every
figure means what it means there. Adds the paired difference of each grader and each slice. Decides nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from assay.core.errors import BadInput, unknown_name
from assay.evaluate.exporter import FinishedRun
from assay.evaluate.gate_spec import CompareRule, GateSpec
from assay.evaluate.run_pairs import Overlap, paired_cases, require_same_datasets
from assay.evaluate.summary import Comparison, Rate, Summary, VariantSummary
from assay.evaluate.tally import MAX_SLICES_PER_TAG, Tally
from assay.evaluate.types import SampleRow, VariantLabel
from assay.stats.paired import Pairs
from assay.stats.passes import Passes

LEVEL = 0.95
_ALPHA = (1 - LEVEL) / 2

Names = tuple[str, str]


class RunReference(msgspec.Struct, frozen=True, kw_only=True):
    """Which run, and what was run."""

    run: str
    suite: str
    started_utc: str
    folder: str
    cases: int
    repeats: int
    assay: str


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A grader's or a slice's pass rates on the cases that both runs judged, and the paired difference.

    Attributes:
        name: The grader; or the tag and its value, as ``tag: value``.
        n: Cases.
        diff: After less before, a share; ``low`` and ``high`` bound it at 95 %.
        gained: Cases that pass more often after; ``lost``, less often.
    """

    name: str
    before: Rate
    after: Rate
    n: int
    diff: float
    low: float
    high: float
    gained: int
    lost: int


class VariantComparison(msgspec.Struct, frozen=True, kw_only=True):
    """One variant in both runs. Its figures are those of the cases that are compared."""

    before: VariantSummary
    after: VariantSummary
    comparison: Comparison
    graders: list[Difference]
    slices: list[Difference]


class RunComparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two runs, the earlier of which is called before."""

    format: int
    before: RunReference
    after: RunReference
    cases: Overlap
    repeats: int
    variants: list[VariantComparison]


def comparison_json(found: RunComparison) -> dict[str, object]:
    """What ``assay compare --json`` prints; ``cost_usd`` is a number, or null when unknown."""
    told: dict[str, object] = msgspec.to_builtins(found)
    variants = told["variants"]
    assert isinstance(variants, list)
    for variant in variants:
        for side in ("before", "after"):
            cost = variant[side]["cost_usd"]
            variant[side]["cost_usd"] = None if cost is None else float(cost)
    return told


@dataclass(slots=True)
class _Part:
    """A grader, or a slice."""

    pairs: Pairs = field(default_factory=Pairs)
    before: Passes = field(default_factory=Passes)
    after: Passes = field(default_factory=Passes)

    def add(self, passes: Sequence[tuple[bool, bool]], *, case: str, cluster: str | None) -> None:
        """Take in one case: whether each of its repeats passed, before and after."""
        before, after = (sum(pair[side] for pair in passes) / len(passes) for side in (0, 1))
        self.pairs.add(before, after, cluster=cluster)
        origin = cluster if cluster is not None or len(passes) == 1 else f"case {case}"
        for pair in passes:
            self.before.add(pair[0], cluster=origin)
            self.after.add(pair[1], cluster=origin)

    def difference(self, name: str) -> Difference:
        """What it comes to."""
        interval = self.pairs.interval(level=LEVEL)
        return Difference(
            name=name,
            before=_rate(self.before),
            after=_rate(self.after),
            n=self.pairs.n,
            diff=interval.value,
            low=interval.low,
            high=interval.high,
            gained=self.pairs.gained,
            lost=self.pairs.lost,
        )


def _rate(passes: Passes) -> Rate:
    interval = passes.interval(level=LEVEL)
    return Rate(value=interval.value, low=interval.low, high=interval.high, of=passes.n)


class _VariantTally:
    """The counts of one variant in both runs."""

    def __init__(self, names: Names, labels: tuple[VariantLabel, VariantLabel], repeats: int) -> None:
        self.names = names
        self.labels = (labels[0].name, labels[1].name)
        rule = CompareRule(candidate=self.labels[1], baseline=self.labels[0], margin=0.0)
        self.tally = Tally(labels, repeats=repeats, gate=GateSpec(compare=rule, alpha=_ALPHA))
        self._repeats = repeats
        self._graders: dict[str, _Part] = {}
        self._slices: dict[str, dict[str, _Part]] = {}

    def pick(self, case: tuple[list[SampleRow], list[SampleRow]]) -> list[tuple[SampleRow, SampleRow]] | None:
        """The case's samples of this variant, repeat by repeat, under the labels; None when one lacks."""
        sides = [
            {row.repeat: row for row in rows if row.variant == name and row.repeat < self._repeats}
            for rows, name in zip(case, self.names, strict=True)
        ]
        if any(len(side) < self._repeats for side in sides):
            return None
        first, second = self.labels
        return [
            (
                msgspec.structs.replace(sides[0][repeat], variant=first),
                msgspec.structs.replace(sides[1][repeat], variant=second),
            )
            for repeat in range(self._repeats)
        ]

    def add(self, pairs: Sequence[tuple[SampleRow, SampleRow]]) -> None:
        """Take in one case."""
        for pair in pairs:
            for row in pair:
                self.tally.add(row)
        about = pairs[0][1]
        passes = [(before.status == "passed", after.status == "passed") for before, after in pairs]
        for tag, value in about.tags.items():
            values = self._slices.setdefault(tag, {})
            if value in values or len(values) < MAX_SLICES_PER_TAG:
                values.setdefault(value, _Part()).add(passes, case=about.case, cluster=about.cluster)
        judged: dict[str, list[tuple[bool, bool]]] = {}
        for pair in pairs:
            before, after = ({v.grader: bool(v.passed) for v in row.verdicts} for row in pair)
            for grader in (name for name in after if name in before):
                judged.setdefault(grader, []).append((before[grader], after[grader]))
        for grader, verdicts in judged.items():
            self._graders.setdefault(grader, _Part()).add(verdicts, case=about.case, cluster=about.cluster)

    def comparison(self) -> VariantComparison:
        """The variant's figures."""
        before, after = (self.tally.variants[label].summary() for label in self.labels)
        assert self.tally.compare is not None
        slices = [(f"{tag}: {value}", part) for tag, values in self._slices.items() for value, part in values.items()]
        return VariantComparison(
            before=before,
            after=after,
            comparison=self.tally.compare.comparison(),
            graders=_worst_first(self._graders.items()),
            slices=_worst_first(slices),
        )


def _worst_first(parts: Iterable[tuple[str, _Part]]) -> list[Difference]:
    """The differences, the largest losses first."""
    return sorted((part.difference(name) for name, part in parts), key=lambda found: (found.diff, found.name))


class RunPair:
    """Two finished runs, ready to be compared.

    Args:
        before: The run that is compared with.
        after: The run that is looked at.
        common: Compare the cases that both have with equal inputs, although their datasets differ.
        wanted: Which variant before with which after; all that are called alike, when there is none.

    Raises:
        BadInput: The datasets differ, or the runs have no variant in common.
    """

    def __init__(
        self, before: FinishedRun, after: FinishedRun, *, common: bool = False, wanted: Sequence[Names] = ()
    ) -> None:
        if not common:
            require_same_datasets(before, after)
        self.before, self.after = before, after
        self.repeats = min(before.summary.repeats, after.summary.repeats)
        self._names = _pair_variants(before.summary, after.summary, wanted)
        self._overlap = Overlap()

    def compare(self) -> RunComparison:
        """Read both runs and count."""
        tallies = self._tallies()
        for _ in self._rows(tallies, self._overlap, count=True):
            pass
        return RunComparison(
            format=1,
            before=_reference(self.before),
            after=_reference(self.after),
            cases=self._overlap,
            repeats=self.repeats,
            variants=[tally.comparison() for tally in tallies],
        )

    def lines(self) -> Iterator[bytes]:
        """The rows of both runs as those of one, whose variants are before and after; read anew."""
        return (msgspec.json.encode(row) + b"\n" for row in self._rows(self._tallies(), Overlap(), count=False))

    def summary(self, found: RunComparison) -> Summary:
        """Both runs as one, whose variants are before and after: what the HTML report shows of a comparison."""
        about = found.variants[-1]
        before, after = self.before.summary, self.after.summary
        return Summary(
            format=1,
            run=f"{before.run}, {after.run}",
            suite=after.suite,
            description=after.description,
            started_utc=before.started_utc,
            finished_utc=after.finished_utc,
            duration_s=after.duration_s,
            decision="pass",
            sentence="",
            gate=[],
            variants=[side for one in found.variants for side in (one.before, one.after)],
            comparison=about.comparison,
            datasets=after.datasets,
            cases=found.cases.common,
            repeats=found.repeats,
            calls_made=before.calls_made + after.calls_made,
            calls_reused=before.calls_reused + after.calls_reused,
            assay=after.assay,
        )

    def _tallies(self) -> list[_VariantTally]:
        single = len(self._names) == 1
        return [_VariantTally(names, self._labels(names, single=single), self.repeats) for names in self._names]

    def _rows(self, tallies: Sequence[_VariantTally], overlap: Overlap, *, count: bool) -> Iterator[SampleRow]:
        for case in paired_cases(self.before, self.after, overlap):
            picked = [tally.pick(case) for tally in tallies]
            if any(pairs is None for pairs in picked):
                overlap.incomplete += 1
                continue
            overlap.common += 1
            found = [pairs for pairs in picked if pairs is not None]
            if count:
                for tally, pairs in zip(tallies, found, strict=True):
                    tally.add(pairs)
            for repeat in range(self.repeats):
                for pairs in found:
                    yield from pairs[repeat]

    def _labels(self, names: Names, *, single: bool) -> tuple[VariantLabel, VariantLabel]:
        about = names[0] if names[0] == names[1] else " → ".join(names)
        before, after = (
            _label(run.summary, name, word if single else f"{word}: {about}")
            for run, name, word in zip((self.before, self.after), names, ("before", "after"), strict=True)
        )
        return before, after


def _label(summary: Summary, name: str, label: str) -> VariantLabel:
    found = next(variant for variant in summary.variants if variant.name == name)
    return VariantLabel(name=label, prompt=found.prompt, version=found.version, digest=found.digest, model=found.model)


def _pair_variants(before: Summary, after: Summary, wanted: Sequence[Names]) -> list[Names]:
    """Variants of the same name; two runs of one variant each are paired whatever their names."""
    first, second = ([variant.name for variant in run.variants] for run in (before, after))
    for pair in wanted:
        for name, names in zip(pair, (first, second), strict=True):
            if name not in names:
                raise unknown_name("variant", name, names, code="compare.variant")
    if wanted:
        return list(dict.fromkeys(wanted))
    if len(first) == len(second) == 1:
        return [(first[0], second[0])]
    if common := [(name, name) for name in second if name in first]:
        return common
    raise BadInput(
        f"the runs have no variant in common: {', '.join(first)} in the first, {', '.join(second)} in the second",
        hint="compare runs of suites that name a variant alike, or of one variant each",
        code="compare.variants",
    )


def _reference(run: FinishedRun) -> RunReference:
    found = run.summary
    return RunReference(
        run=found.run,
        suite=found.suite,
        started_utc=found.started_utc,
        folder=str(run.folder),
        cases=found.cases,
        repeats=found.repeats,
        assay=found.assay,
    )
