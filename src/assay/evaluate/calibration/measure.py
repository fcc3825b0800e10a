"""From a filled-in sheet and the run that it was drawn from to a calibration. Pure, but for the run that it is given.

What people say is taken as right where most of them agree. How the judge errs is weighted by the chances with which
cases were drawn, so that it speaks of the whole run and not of the sheet.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from assay.core.errors import BadInput
from assay.evaluate.calibration.draw import Drawn, draw_cases
from assay.evaluate.calibration.sheet import FAIL, PASS, Sheet, SheetRow, reply_key
from assay.evaluate.calibration.types import (
    FORMAT,
    Agreement,
    Calibration,
    Figure,
    JudgedCase,
    LabelledReply,
    VariantCalibration,
)
from assay.stats.agreement import cohen_kappa, gwet_ac1, krippendorff_alpha, raw_agreement
from assay.stats.clusters import Floats
from assay.stats.correction import JudgeCounts, Uninformative, calibrated_mean, rogan_gladen
from assay.stats.interval import Interval
from assay.stats.passes import Passes

LEAST_LABELS = 10
_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a calibration says beside its figures."""

    name: str
    suite: str
    datasets: Mapping[str, str]
    made_utc: str
    expires_utc: str | None


def calibrate(cases: Sequence[JudgedCase], sheet: Sheet, about: About) -> Calibration:
    """The calibration of the judge whose verdicts the cases hold.

    Raises:
        BadInput: The sheet is not of these cases, has too few labels or only one kind of them, or the judge changed
            during the run.
    """
    identity = one_judge(cases)
    drawn = draw_cases(cases, sheet.draw.cases, seed=sheet.draw.seed)
    labels = _labelled(drawn, sheet)
    known = [label for label in labels if label.right is not None]
    different = len({(label.case, label.reply) for label in known})
    if different < LEAST_LABELS:
        raise BadInput(
            f"{different} replies have a label that counts, and a calibration takes at least {LEAST_LABELS}",
            hint="label more of the sheet; where raters are split evenly, or unsure, no label counts",
            code="calibration.labels",
        )
    _check_kinds(known)
    clusters = {case.case: case.cluster or f"case {case.case}" for case in cases}
    names = list(dict.fromkeys(label.variant for label in labels))
    raters = sorted({rater for label in labels for rater in label.labels})
    return Calibration(
        format=FORMAT,
        name=about.name,
        grader=sheet.draw.grader,
        judge=identity,
        suite=about.suite,
        made_utc=about.made_utc,
        expires_utc=about.expires_utc,
        draw=sheet.draw,
        datasets=dict(about.datasets),
        raters=raters,
        with_people=_agreement(
            [k.judged for k in known], [bool(k.right) for k in known], [clusters[k.case] for k in known]
        ),
        among_people=_among(labels, raters, clusters),
        variants={name: _variant(cases, [k for k in known if k.variant == name], name) for name in names},
        pooled=_variant(cases, known, None),
        labels=labels,
    )


def _check_kinds(known: Sequence[LabelledReply]) -> None:
    kinds = {label.right for label in known}
    if len(kinds) == 2:
        return
    is_right = True in kinds
    said, other, share = (PASS, FAIL, "specificity") if is_right else (FAIL, PASS, "sensitivity")
    raise BadInput(
        f"all {len(known)} labelled replies are labelled {said!r}, so the judge's {share} is not known: how often it "
        f"{'fails what is wrong' if is_right else 'passes what is right'}",
        hint=f"label replies that {other} too: draw more cases with -n, or others with --seed",
        code="calibration.one_kind",
    )


def one_judge(cases: Sequence[JudgedCase]) -> str:
    """The digest of the judge of these cases.

    Raises:
        BadInput: There were several.
    """
    found = {judged.identity for case in cases for judged in case.replies.values()}
    if len(found) > 1:
        raise BadInput(
            f"the run was judged by {len(found)} different judges",
            hint="run the suite again, so that one judge gives all verdicts",
            code="calibration.judges",
        )
    return found.pop()


def counts_of(labels: Sequence[LabelledReply]) -> JudgeCounts:
    """How the judge did on labelled replies: weighted by one over their chances, and scaled to what they are worth.

    The worth comes from how much the shares vary over the drawn cases, stratum by stratum, as the judge's verdict is
    what cases were drawn by; it is never more than the number of different replies.

    Source:
        C.-E. Särndal, B. Swensson and J. Wretman, "Model assisted survey sampling" (1992), section 5.6: the variance of
        a ratio under stratified drawing.
    """
    known = [label for label in labels if label.right is not None]
    right, wrong = _side(known, right=True), _side(known, right=False)
    return JudgeCounts(right[0], right[1] * right[0], wrong[0], wrong[1] * wrong[0])


def _side(known: Sequence[LabelledReply], *, right: bool) -> tuple[float, float]:
    """Of the replies that people passed, or failed: what they are worth, and the share on which the judge agrees."""
    of_side = [label for label in known if label.right is right]
    total = sum(1 / label.chance for label in of_side)
    if not of_side:
        return 0.0, 0.0
    share = min(1.0, sum(1 / label.chance for label in of_side if label.judged is right) / total)
    by_case: dict[str, list[LabelledReply]] = {}
    for label in known:
        by_case.setdefault(label.case, []).append(label)
    strata: dict[tuple[tuple[str, bool], ...], list[float]] = {}
    unseen: dict[tuple[tuple[str, bool], ...], float] = {}
    for group in by_case.values():
        stratum = tuple((label.variant, label.judged) for label in group)
        pulls = [((label.judged is right) - share) / label.chance / total for label in group]
        strata.setdefault(stratum, []).append(
            sum(pull for pull, label in zip(pulls, group, strict=True) if label.right is right)
        )
        unseen[stratum] = sum(pulls)
    variance = sum(_spread(np.array(pulls), unseen[stratum]) for stratum, pulls in strata.items())
    different = len({(label.case, label.reply) for label in of_side})
    smooth = (share * different + 1) / (different + 2)
    return min(float(different), smooth * (1 - smooth) / variance if variance > 0 else math.inf), share


def _spread(pulls: Floats, unseen: float) -> float:
    """What a stratum adds to the variance, with half of a further case that is all of this side, which was not seen."""
    n = len(pulls) + 1
    mean = (pulls.sum() + unseen / 2) / n
    square = ((pulls**2).sum() + unseen**2 / 2) / n
    return float(max(0.0, square - mean**2) * n * n / (n - 1))


def figure(found: Interval) -> Figure:
    """An interval as a figure of the file."""
    return Figure(
        value=_round(found.value), low=_round(found.low), high=_round(found.high), n=found.n, method=found.method
    )


def _labelled(drawn: Sequence[Drawn], sheet: Sheet) -> list[LabelledReply]:
    rows = {row.key: row for row in sheet.rows}
    keys = {reply_key(one.case.case, j.reply) for one in drawn for j in one.case.replies.values()}
    if odd := [key for key in rows if key not in keys]:
        raise BadInput(
            f"{len(odd)} of {len(rows)} rows of the sheet are not of the cases that were drawn from this run, "
            f"such as {odd[0]!r}",
            hint=f"name the run that the sheet was made from, {sheet.draw.run}; a run made anew has other replies",
            code="calibration.rows",
        )
    said = {
        (one.case.case, variant): _said(rows.get(reply_key(one.case.case, judged.reply)))
        for one in drawn
        for variant, judged in one.case.replies.items()
    }
    answered = _answered(drawn, said)
    found = []
    for one in drawn:
        for variant, judged in one.case.replies.items():
            labels = said[one.case.case, variant]
            chance = one.chance * answered[one.case.pattern, variant]
            if labels:
                found.append(
                    LabelledReply(
                        case=one.case.case,
                        variant=variant,
                        reply=judged.reply,
                        chance=_round(chance) or chance,
                        judged=judged.passed,
                        labels=labels,
                        right=_most(labels),
                    )
                )
    return found


def _said(row: SheetRow | None) -> dict[str, bool]:
    if row is None:
        return {}
    return {rater: word == PASS for rater, word in sorted(row.labels.items()) if word in (PASS, FAIL)}


def _answered(
    drawn: Sequence[Drawn], said: Mapping[tuple[str, str], Mapping[str, bool]]
) -> dict[tuple[str, str], float]:
    """The share of a stratum's drawn replies that have a label that counts: it lowers the chance of having one."""
    all_of, with_label = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for one in drawn:
        for variant in one.case.replies:
            stratum = one.case.pattern, variant
            all_of[stratum] += 1
            with_label[stratum] += _most(said[one.case.case, variant]) is not None
    return {stratum: max(with_label[stratum], 1) / n for stratum, n in all_of.items()}


def _most(said: Mapping[str, bool]) -> bool | None:
    """What most raters say; None where they are split evenly, or nobody said anything."""
    passes = sum(said.values())
    return None if 2 * passes == len(said) else 2 * passes > len(said)


def _agreement(first: Sequence[bool], second: Sequence[bool], clusters: Sequence[str]) -> Agreement:
    a, b = [int(value) for value in first], [int(value) for value in second]
    return Agreement(
        raw=figure(raw_agreement(a, b, clusters)),
        kappa=figure(cohen_kappa(a, b, clusters)),
        ac1=figure(gwet_ac1(a, b, clusters)),
        alpha=figure(krippendorff_alpha([a, b], clusters)),
    )


def _among(labels: Sequence[LabelledReply], raters: Sequence[str], clusters: Mapping[str, str]) -> Agreement | None:
    """People against each other: each pair of raters of a reply is one comparison."""
    pairs = [
        (label, one, other)
        for label in labels
        for one, other in combinations(raters, 2)
        if one in label.labels and other in label.labels
    ]
    if not pairs:
        return None
    return _agreement(
        [label.labels[one] for label, one, _ in pairs],
        [label.labels[other] for label, _, other in pairs],
        [clusters[label.case] for label, _, _ in pairs],
    )


def _variant(cases: Sequence[JudgedCase], labels: Sequence[LabelledReply], variant: str | None) -> VariantCalibration:
    counts = counts_of(labels)
    passes = Passes()
    said, truth, chances, clusters = list[float](), list[float](), list[float](), list[str]()
    right = {(label.case, label.variant): label for label in labels}
    for case in cases:
        for name, judged in case.replies.items():
            if variant not in (None, name):
                continue
            cluster = case.cluster or f"case {case.case}"
            passes.add(judged.passed, cluster=cluster if case.cluster or variant is None else None)
            label = right.get((case.case, name))
            said.append(float(judged.passed))
            truth.append(math.nan if label is None else float(bool(label.right)))
            chances.append(1.0 if label is None else label.chance)
            clusters.append(cluster)
    judged_rate = passes.interval()
    worth = passes.moments.summary().effective_n() or len(said)
    return VariantCalibration(
        right=_round(counts.right) or 0.0,
        right_passed=_round(counts.right_passed) or 0.0,
        wrong=_round(counts.wrong) or 0.0,
        wrong_failed=_round(counts.wrong_failed) or 0.0,
        sensitivity=figure(counts.sensitivity()),
        specificity=figure(counts.specificity()),
        judged=figure(judged_rate),
        rogan_gladen=_rogan_gladen(judged_rate.value, worth, len(said), counts),
        ppi=_predicted(said, truth, chances, clusters, weight=None),
        labels_alone=_predicted(said, truth, chances, clusters, weight=0.0),
    )


def _rogan_gladen(rate: float, worth: float, n: int, counts: JudgeCounts) -> Figure:
    try:
        found = rogan_gladen(rate * worth, worth, counts)
    except Uninformative:
        return Figure(value=None, low=None, high=None, n=n, method="rogan-gladen")
    return Figure(value=_round(found.value), low=_round(found.low), high=_round(found.high), n=n, method=found.method)


def _predicted(
    said: Sequence[float],
    truth: Sequence[float],
    chances: Sequence[float],
    clusters: Sequence[str],
    *,
    weight: float | None,
) -> Figure:
    method = "ppi++" if weight is None else "labels"
    if sum(1 for value in truth if not math.isnan(value)) < 2:
        return Figure(value=None, low=None, high=None, n=len(said), method=method)
    found = calibrated_mean(said, truth, chances, clusters, weight=weight).interval
    return Figure(value=_round(found.value), low=_round(found.low), high=_round(found.high), n=found.n, method=method)


def _round(value: float) -> float | None:
    """Twelve significant digits, so that another machine's last digit does not show; None for what is no number."""
    return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
