"""How two answers stand to each other in matters of fact: five categories, and what each is worth.

Shared by the graders ``factuality`` and ``model-graded-factuality``, which are one grader under two names.
"""

import re
from typing import NamedTuple

from assay.core.errors import BadInput, unknown_name
from assay.engine.types import Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.judging.fence import FENCED
from assay.evaluate.judging.identity import judged_by
from assay.evaluate.judging.judge import Question, make_judge
from assay.evaluate.judging.prompt import own
from assay.evaluate.judging.reading import Unreadable, reason_of, the_one
from assay.evaluate.judging.transcript import question
from assay.evaluate.target import pick_text
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import one_line

CATEGORIES = {"A": "subset", "B": "superset", "C": "agree", "D": "disagree", "E": "differ-but-factual"}
SCORES = {"subset": 1.0, "superset": 1.0, "agree": 1.0, "disagree": 0.0, "differ-but-factual": 1.0}
MEANINGS = {
    "A": "says a part of what the right answer says, and nothing against it",
    "B": "says all that the right answer says and more, and nothing against it",
    "C": "says the same as the right answer",
    "D": "contradicts the right answer",
    "E": "differs from the right answer, but not in matters of fact",
}

PROMPT = own(
    f"You compare an answer with one that is known to be right, in matters of fact alone. {FENCED}\n\n"
    "The INPUT is the question, the IDEAL is the right answer, and the COMPLETION is the answer to be compared. "
    "Wording, grammar and length do not matter. Choose the one category that fits, where the completion\n"
    + "\n".join(f"({letter}) {meaning}" for letter, meaning in MEANINGS.items())
    + '\n\nAnswer with one JSON object and nothing around it: {"reason": "why, in a sentence or two", "category": "A"}',
    "{{ input }}\n\n{{ ideal }}\n\n{{ completion }}",
)
WANTED = 'one JSON object {"reason": "…", "category": "C"} with a letter from A to E'

SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {"reason": {"type": "string"}, "category": {"type": "string", "enum": list(CATEGORIES)}},
    "required": ["reason", "category"],
    "additionalProperties": False,
}

_OTHER_NAMES = ("differButFactual", "differ_but_factual")  # as promptfoo has it, and as Python would
_LETTER = re.compile(r"\(?([a-eA-E])\)")


class Comparison(NamedTuple):
    """A category's letter, and why it was chosen."""

    letter: str
    reason: str


def read_category(text: str) -> Comparison:
    """The category in a judge's reply: of its JSON object, else the first letter in parentheses.

    Raises:
        Unreadable: There is neither.
    """
    found = the_one(text, "category")
    category = None if found is None else found["category"]
    if found is not None and isinstance(category, str) and category.strip():
        letter = category.strip().strip("()").upper()
        if letter not in CATEGORIES:
            raise Unreadable("its 'category' is not a letter from A to E")
        return Comparison(letter, reason_of(found) or f"the answer {MEANINGS[letter]}")
    match = _LETTER.search(text)
    if match is None:
        raise Unreadable("there is no category from A to E in it" if text.strip() else "it is empty")
    letter = match[1].upper()
    return Comparison(letter, one_line(text[match.end() :]) or f"the answer {MEANINGS[letter]}")


def read_scores(given: dict[str, float] | None) -> dict[str, float]:
    """What each category is worth, with those that the suite says put over the defaults.

    Raises:
        BadInput: A category that does not exist, or a score outside [0, 1].
    """
    scores = dict(SCORES)
    for name, score in (given or {}).items():
        known = "differ-but-factual" if name in _OTHER_NAMES else name
        if known not in scores:
            raise unknown_name("category", name, scores, code="grader.scores")
        if not 0 <= score <= 1:
            raise BadInput(f"the score of {name!r} is {score:g}", hint="write a number in [0, 1]", code="grader.scores")
        scores[known] = float(score)
    return scores


def factuality_grade(
    grader: str,
    bench: Bench,
    *,
    target: str,
    value: object,
    scores: dict[str, float] | None,
    judge: str | dict[str, object] | None,
    rubric_prompt: object,
) -> Grade:
    """The grader under either of its names."""
    worth = read_scores(scores)
    asker = make_judge(grader, bench, judge=judge, prompts={"": rubric_prompt})
    asked = Question(prompt=PROMPT, read=read_category, wanted=WANTED, schema=SCHEMA)

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        ideal = pick_text(case, target, value)
        values = {**case.inputs, "input": question(outcome), "ideal": ideal, "completion": outcome.text}
        answer = await asker.ask(asked, values)
        category = CATEGORIES[answer.value.letter]
        reason = f"{category.replace('-', ' ')}: {answer.value.reason}{answer.note}"
        return Verdict(
            worth[category], worth[category] > 0, reason, detail={**answer.detail, "category": answer.value.letter}
        )

    return judged_by(grade, lambda: asker.identity(asked))
