"""What a grader compares a reply with: a part of the case, or a value that is the same for all cases."""

from assay.author.types import MISSING
from assay.core.errors import BadInput, GraderFailed, unknown_name
from assay.evaluate.types import Case

ROOTS = ("expected", "inputs", "tags")


def check_target(target: str) -> None:
    """Refuse a path that can lead to nothing in any case.

    Raises:
        BadInput: Its first step is none of a case's parts.
    """
    root = target.partition(".")[0]
    if root not in ROOTS:
        error: BadInput = unknown_name("part of a case", root, ROOTS, code="grader.target")
        error.what = f"the target {target!r} names no part of a case"
        error.hint = error.hint or f"it starts with {', '.join(ROOTS)}"
        raise error


def pick(case: Case, target: str, value: object = MISSING) -> object:
    """What the reply shall be compared with.

    Args:
        case: The case.
        target: A path in it, such as ``expected``, ``expected.intent``, ``expected.items.0`` or ``tags.language``.
        value: What to compare with instead, when the suite says so.

    Raises:
        GraderFailed: The case has nothing at that path.
    """
    if value is not MISSING:
        return value
    root, _, rest = target.partition(".")
    parts: dict[str, object] = {"expected": case.expected, "inputs": case.inputs, "tags": case.tags}
    found = _follow(parts.get(root, MISSING), rest)
    if found is MISSING:
        raise GraderFailed(
            f"the case {case.id!r} has no {target!r}",
            hint=f"add {target!r} to the case, or give the grader a 'value'",
            code="grader.no_target",
            where=case.where,
        )
    return found


def pick_text(case: Case, target: str, value: object = MISSING) -> str:
    """``pick``, for what must be text; a number is taken as it is written.

    Raises:
        GraderFailed: There is nothing, or no text.
    """
    found = pick(case, target, value)
    text = as_text(found)
    if text is None:
        raise no_text(case, target, found)
    return text


def as_text(value: object) -> str | None:
    """Text as it is, a number as it is written, None for all else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def no_text(case: Case, target: str, value: object) -> GraderFailed:
    """The error for something that should be text."""
    kinds = {type(None): "null", bool: "true or false", list: "a list", dict: "an object"}
    return GraderFailed(
        f"{target!r} of the case {case.id!r} is {kinds.get(type(value), 'empty')}, and this grader compares text",
        hint="name a part of it that is text, such as 'target: expected.intent', or use the grader 'equals'",
        code="grader.target_type",
        where=case.where,
    )


def _follow(value: object, rest: str) -> object:
    """The value at the path; a name with dots in it is found too."""
    if not rest or value is MISSING:
        return value
    step, _, further = rest.partition(".")
    if isinstance(value, dict):
        if rest in value:
            found: object = value[rest]
            return found
        return _follow(value.get(step, MISSING), further)
    if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
        return _follow(value[int(step)], further)
    return MISSING
