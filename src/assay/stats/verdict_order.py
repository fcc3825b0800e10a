"""Verdicts on pairs, turned back to the order that they were not shown in: before any of them is counted."""


def canonical(winner: str, *, swapped: bool) -> str:
    """A verdict on a pair as if it had been shown in its own order: ``first``, ``second`` or ``tie``.

    A judge that is asked in both orders, or people who see them shuffled, speak of what they saw. Before any
    agreement is counted the verdict has to speak of the candidates themselves.

    Raises:
        ValueError: It is none of the three.
    """
    turned = {"first": "second", "second": "first", "tie": "tie"}
    if winner not in turned:
        raise ValueError(f"a verdict on a pair is first, second or tie, not {winner!r}")
    return turned[winner] if swapped else winner
