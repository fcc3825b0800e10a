"""What graders say, made alike: a pass or a fail with one short sentence, and little of the reply in it."""

from assay.engine.types import Outcome
from assay.evaluate.types import Verdict

QUOTED_CHARS = 80
REASON_CHARS = 600
"""The longest reason that somebody else gave: a judge, a service, code of the project."""


def passing(reason: str) -> Verdict:
    """Full score."""
    return Verdict(1.0, True, reason)


def failing(reason: str, *, score: float = 0.0) -> Verdict:
    """A fail, with part of the score where a part is right."""
    return Verdict(score, False, reason)


def absent(outcome: Outcome) -> Verdict | None:
    """The verdict when there is nothing to grade: a fail, since a case without an answer is not answered."""
    last = outcome.replies[-1] if outcome.replies else None
    if last is not None and last.refusal is not None and not last.text and not outcome.fallback:
        return failing("the model refused to answer")
    if not outcome.text.strip():
        return failing("the reply is empty")
    return None


def quote(text: str, chars: int = QUOTED_CHARS) -> str:
    """Text on one line in quotes, cut when it is long."""
    return repr(_cut(text, chars))


def one_line(text: str, chars: int = REASON_CHARS) -> str:
    """Text on one line, cut where it is long; what cannot be printed is left out."""
    line = _cut(text, chars)
    return line if line.isprintable() else "".join(c for c in line if c.isprintable())


def _cut(text: str, chars: int) -> str:
    line = " ".join(text[: chars * 4].split())
    return line if len(line) <= chars and len(text) <= chars * 4 else line[: chars - 1] + "…"
