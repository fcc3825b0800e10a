"""Grader ``equals``: the reply is the target, as text or as a JSON value."""

from assay.author.types import MISSING
from assay.core.fields import describe
from assay.core.location import Path, format_path
from assay.engine.types import Outcome
from assay.evaluate.grader import graders
from assay.evaluate.measures.json_text import NotJson, read_json
from assay.evaluate.target import pick
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing, quote


@graders.register("equals")
def equals(
    *,
    target: str = "expected",
    value: object = MISSING,
    ignore_case: bool = False,
    trim: bool = True,
    exact: bool = False,
) -> Grade:
    """Compares text with text, and any other target with the reply's JSON value.

    Args:
        target: Where in the case to find what the reply shall be.
        value: The same for all cases, instead.
        ignore_case: Take upper and lower case as the same, in every text of the value.
        trim: Leave out white space around every text.
        exact: Compare character by character, a number or true or false as it is written; nothing is trimmed.
    """
    trim = trim and not exact

    def plain(found: object) -> object:
        if isinstance(found, str):
            text = found.strip() if trim else found
            return text.casefold() if ignore_case else text
        if isinstance(found, list):
            return [plain(item) for item in found]
        return {key: plain(item) for key, item in found.items()} if isinstance(found, dict) else found

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        wanted = pick(case, target, value)
        if exact and isinstance(wanted, (bool, int, float)):
            wanted = written(wanted)
        if isinstance(wanted, str):
            given = outcome.checked.value if isinstance(outcome.checked.value, str) else outcome.text
            return passing("equals the target") if plain(given) == plain(wanted) else failing(_text(given, wanted))
        try:
            found = json_value(outcome)
        except NotJson:
            return failing(f"{quote(outcome.text)} is not JSON, and the target is {describe(wanted)}")
        difference = first_difference(plain(found), plain(wanted), ())
        return passing("equals the target") if difference is None else failing(difference)

    return grade


def json_value(outcome: Outcome) -> object:
    """The reply as JSON: as its contract has read it, or read here.

    Raises:
        NotJson: It is none.
    """
    if outcome.checked.value is None or isinstance(outcome.checked.value, str):
        return read_json(outcome.text)
    return outcome.checked.value


def written(value: bool | float) -> str:
    """A number, or true or false, as JSON has it; a whole number has no decimal point."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, int) or (value.is_integer() and abs(value) < 1e21) else repr(value)


def first_difference(found: object, wanted: object, path: Path) -> str | None:
    """The first place where two JSON values differ, in words; 1 and 1.0 are the same, 1 and true are not."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        for key in wanted:
            if key not in found:
                return f"{format_path((*path, key))} is missing"
            if (inner := first_difference(found[key], wanted[key], (*path, key))) is not None:
                return inner
        extra = next((key for key in found if key not in wanted), None)
        return None if extra is None else f"{quote(format_path((*path, extra)))} is not in the target"
    if isinstance(found, list) and isinstance(wanted, list):
        for i, (one, other) in enumerate(zip(found, wanted, strict=False)):
            if (inner := first_difference(one, other, (*path, i))) is not None:
                return inner
        place = format_path(path) or "the list"
        return None if len(found) == len(wanted) else f"{place} has {len(found)} items, and the target {len(wanted)}"
    if isinstance(found, bool) == isinstance(wanted, bool) and found == wanted:
        return None
    return f"{format_path(path) or 'the value'} is {describe(found)}, and the target {describe(wanted)}"


def _text(given: str, wanted: str) -> str:
    """How the reply differs: both when they are short, else the first place."""
    if len(given) <= 80 and len(wanted) <= 80:
        return f"{quote(given)} is not {quote(wanted)}"
    pairs = enumerate(zip(given, wanted, strict=False))
    at = next((i for i, (one, other) in pairs if one != other), min(len(given), len(wanted)))
    return f"differs from the target from character {at + 1:,} on: {quote(given[at:], 60)}"
