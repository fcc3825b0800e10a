"""Verdicts on numbered things: claims, sentences, passages. A judge says yes or no to each by its number. Pure."""

from collections.abc import Sequence

from assay.evaluate.judging.reading import Unreadable, the_one


def numbered_schema(key: str, flag: str) -> dict[str, object]:
    """The JSON Schema of ``{KEY: [{number, FLAG}]}``."""
    item = {
        "type": "object",
        "properties": {"number": {"type": "integer"}, flag: {"type": "boolean"}},
        "required": ["number", flag],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {key: {"type": "array", "items": item}},
        "required": [key],
        "additionalProperties": False,
    }


def wanted(key: str, flag: str) -> str:
    """The same in words."""
    return f'one JSON object {{"{key}": [{{"number": 1, "{flag}": true}}, …]}} with an entry for each number'


def read_numbered(text: str, key: str, flag: str, count: int) -> list[bool]:
    """The verdicts in a judge's reply, in order.

    Args:
        text: The reply.
        key: The name of the list in its object.
        flag: The name of the verdict in each entry.
        count: How many things there are.

    Raises:
        Unreadable: There is no such list, or it leaves out a number, has one twice, or says neither yes nor no.
    """
    holder = the_one(text, key)
    entries = None if holder is None else holder[key]
    if not isinstance(entries, list):
        raise Unreadable(f"there is no list {key!r} in it" if text.strip() else "it is empty")
    verdicts: dict[int, bool] = {}
    for entry in entries:
        number, verdict = (entry.get("number"), entry.get(flag)) if isinstance(entry, dict) else (None, None)
        if not isinstance(number, int) or not isinstance(verdict, bool) or not 1 <= number <= count:
            raise Unreadable(
                f"an entry of {key!r} has no number from 1 to {count}, or no {flag!r} that is true or false"
            )
        if verdicts.setdefault(number, verdict) != verdict:
            raise Unreadable(f"number {number} has two verdicts")
    if len(verdicts) < count:
        lacking = next(number for number in range(1, count + 1) if number not in verdicts)
        raise Unreadable(f"there is no verdict on number {lacking}")
    return [verdicts[number] for number in range(1, count + 1)]


def read_texts(text: str, key: str) -> list[str]:
    """The list of texts with that name in a judge's reply.

    Raises:
        Unreadable: There is none, or it holds something else.
    """
    holder = the_one(text, key)
    found = None if holder is None else holder[key]
    if not isinstance(found, list) or not all(isinstance(item, str) and item.strip() for item in found):
        raise Unreadable(f"there is no list of texts {key!r} in it" if text.strip() else "it is empty")
    return [str(item).strip() for item in found]


def share(verdicts: Sequence[bool]) -> float:
    """The share of yes."""
    return sum(verdicts) / len(verdicts)


def named(numbers: Sequence[bool], texts: Sequence[str], *, which: bool, most: int = 3) -> str:
    """The texts with that verdict, the first few of them, in quotes."""
    found = [text for verdict, text in zip(numbers, texts, strict=True) if verdict is which]
    shown = "; ".join(repr(text if len(text) <= 80 else text[:79] + "…") for text in found[:most])
    return shown + (f" and {len(found) - most} more" if len(found) > most else "")
