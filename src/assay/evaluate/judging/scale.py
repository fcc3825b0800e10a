"""From a judge's answer, by its contract, to a score in [0, 1]: words, points, criteria one by one. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assay.core.errors import BadInput
from assay.evaluate.judging.reading import Unreadable
from assay.evaluate.verdict import one_line

_WORDS = {"pass": 1.0, "yes": 1.0, "good": 1.0, "true": 1.0, "fail": 0.0, "no": 0.0, "bad": 0.0, "false": 0.0}


@dataclass(frozen=True, slots=True)
class Scored:
    """A judge's answer as a score, with one for each criterion, and why."""

    score: float
    passed: bool
    reason: str
    criteria: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scale:
    """How an answer is scored.

    Attributes:
        scores: Word or number -> score; empty takes what the words mean, or the place on a scale of numbers.
        choices: The contract's choices, if it has some.
        criteria: Criterion -> weight; each is a key of the answer.
        points: The most points of a number in the answer; 1 is a score as it is.
        bar: The lowest score that passes.
        every: Whether each criterion has to reach the bar, and not their mean alone.
    """

    scores: Mapping[str, float]
    choices: Sequence[str]
    criteria: Mapping[str, float]
    points: float = 1.0
    bar: float = 0.5
    every: bool = True

    def of(self, value: object, text: str) -> Scored:
        """The score of an answer.

        Raises:
            Unreadable: The answer lacks what is scored.
        """
        if not isinstance(value, Mapping):
            score = self._word(str(value))
            return Scored(score, score >= self.bar, f"the judge says {one_line(text, 200)!r}")
        reason = one_line(str(value.get("reason") or value.get("reasons") or "the judge gave no reason"), 1_000)
        if self.criteria:
            parts = {name: self._number(name, value.get(name)) for name in self.criteria}
            total = sum(self.criteria.values())
            score = sum(parts[name] * weight for name, weight in self.criteria.items()) / total
            low = [name for name, part in parts.items() if part < self.bar]
            passed = not low if self.every else score >= self.bar
            told = f"below the bar: {', '.join(low)}; {reason}" if low else reason
            return Scored(score, passed, told, parts)
        key = next((name for name in ("score", "pass", "verdict", "rating") if name in value), None)
        if key is None:
            raise Unreadable("it has none of the keys score, pass, verdict and rating")
        score = self._number(key, value[key])
        said = value.get("pass")
        passed = said and score >= self.bar if isinstance(said, bool) and key == "score" else score >= self.bar
        return Scored(score, bool(passed), reason)

    def _number(self, name: str, value: object) -> float:
        if isinstance(value, bool):
            return float(value)
        if isinstance(value, (int, float)):
            score = value / self.points
            if 0 <= score <= 1:
                return score
            raise Unreadable(f"its {name!r} is {value}, outside 0 to {self.points:g}")
        if isinstance(value, str):
            return self._word(value)
        raise Unreadable(f"it has no {name!r}")

    def _word(self, word: str) -> float:
        known = word.strip()
        if known in self.scores:
            return self.scores[known]
        if known.casefold() in _WORDS:
            return _WORDS[known.casefold()]
        ends = _ends(self.choices)
        if ends is not None:
            try:
                return (float(known) - ends[0]) / (ends[1] - ends[0])
            except ValueError:
                pass
        raise Unreadable(f"nothing says what {known!r} is worth")


def check_scale(scale: Scale) -> None:
    """Refuse a scale that cannot score what the contract allows.

    Raises:
        BadInput: A choice has no worth, a score lies outside [0, 1], or a weight is not above 0.
    """
    for name, score in scale.scores.items():
        if not 0 <= score <= 1:
            raise BadInput(f"the score of {name!r} is {score:g}", hint="write a number in [0, 1]", code="grader.scores")
    for name, weight in scale.criteria.items():
        if weight <= 0:
            raise BadInput(
                f"the weight of the criterion {name!r} is {weight:g}", hint="write one above 0", code="grader.criteria"
            )
    known = {*scale.scores, *_WORDS}
    odd = [choice for choice in scale.choices if choice not in known and choice.casefold() not in known]
    if odd and _ends(scale.choices) is None:
        raise BadInput(
            f"nothing says what the choice {odd[0]!r} is worth",
            hint=f"add 'scores: {{{odd[0]}: 0.5}}' to the grader, with every choice",
            code="grader.scores",
        )


def _ends(choices: Sequence[str]) -> tuple[float, float] | None:
    """The lowest and the highest of choices that are all numbers."""
    try:
        numbers = [float(choice) for choice in choices]
    except ValueError:
        return None
    return (min(numbers), max(numbers)) if len(set(numbers)) > 1 else None
