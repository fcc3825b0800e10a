"""The nouns of calibration as frozen data: a judged case, a drawn one, a label, a calibration.

Nothing is read or computed here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Judged:
    """One variant's reply to a case, and what the judge said of it.

    Attributes:
        text: The reply.
        reply: The digest of the reply.
        passed: Whether the judge passed it.
        others: Whether every other grader did.
        identity: The digest of the judge.
        score: Its score, in [0, 1]; None where it gives none.
    """

    text: str
    reply: str
    passed: bool
    others: bool
    identity: str
    score: float | None = None


@dataclass(frozen=True, slots=True)
class JudgedCase:
    """A case of a run, with the first repeat of every variant that the judge gave a verdict on.

    Attributes:
        replies: By variant.
    """

    case: str
    cluster: str | None
    inputs: Mapping[str, object]
    expected: object
    replies: Mapping[str, Judged]

    @property
    def pattern(self) -> str:
        """The judge's verdicts over the variants: cases with the same one are a stratum."""
        return " ".join(f"{name}={'pass' if judged.passed else 'fail'}" for name, judged in self.replies.items())


class Draw(msgspec.Struct, frozen=True, kw_only=True):
    """How cases were drawn to be labelled, so that their chances can be computed again.

    Attributes:
        run: The run that they are from.
        grader: Whose verdicts are held against people.
        cases: How many were drawn.
        seed: Of the drawing.
    """

    run: str
    grader: str
    cases: int
    seed: int


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """An estimate with its interval; None where there is none."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    method: str


class LabelledReply(msgspec.Struct, frozen=True, kw_only=True):
    """A reply with what people said of it.

    Attributes:
        variant: Whose reply it is.
        reply: Its digest.
        chance: With what chance its case was drawn.
        judged: Whether the judge passed it.
        labels: Rater -> whether it is right; those who could not tell are not in it.
        right: What most of them say; None where they are split evenly or nobody could tell.
    """

    case: str
    variant: str
    reply: str
    chance: float
    judged: bool
    labels: dict[str, bool]
    right: bool | None


class VariantCalibration(msgspec.Struct, frozen=True, kw_only=True):
    """How the judge does on one variant, or on all of them.

    Attributes:
        right: Replies that people passed; weighted, see ``stats.correction.JudgeCounts``.
        right_passed: Of these, passed by the judge.
        wrong: Replies that people failed.
        wrong_failed: Of these, failed by the judge.
        sensitivity: The share of right replies that the judge passes.
        specificity: The share of wrong replies that the judge fails.
        judged: The pass rate as the judge has it, over the whole run.
        rogan_gladen: The same, corrected for how the judge errs; without a value where it tells nothing.
        ppi: The same, corrected by prediction-powered inference.
        labels_alone: What the labels say without the judge.
    """

    right: float
    right_passed: float
    wrong: float
    wrong_failed: float
    sensitivity: Figure
    specificity: Figure
    judged: Figure
    rogan_gladen: Figure
    ppi: Figure
    labels_alone: Figure


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """How well two sides agree on the labelled replies.

    Attributes:
        raw: The share on which they agree.
        kappa: Cohen's kappa.
        ac1: Gwet's AC1.
        alpha: Krippendorff's alpha, nominal.
    """

    raw: Figure
    kappa: Figure
    ac1: Figure
    alpha: Figure


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """A calibration file: what is known of how a judge errs. The keys are a public format.

    Attributes:
        name: Its name, that of the file.
        grader: The grader in the suite.
        judge: The digest of the judge; another judge is not calibrated by this.
        made_utc: When it was made.
        expires_utc: From when on it does not hold any more; None is never.
        draw: How the labelled cases were drawn.
        datasets: The run's datasets -> digest.
        raters: Who labelled.
        with_people: Judge against what most people say.
        among_people: People against each other, the most that a judge can reach; None with one rater.
        variants: By variant.
        pooled: All variants together.
        labels: Every labelled reply.
    """

    format: int
    name: str
    grader: str
    judge: str
    suite: str
    made_utc: str
    expires_utc: str | None
    draw: Draw
    datasets: dict[str, str]
    raters: list[str]
    with_people: Agreement
    among_people: Agreement | None
    variants: dict[str, VariantCalibration]
    pooled: VariantCalibration
    labels: list[LabelledReply]
