"""Figures as people read them: shares in percent, differences in points, money, time. Pure text.

What belongs together is joined by no-break spaces. Shared by the HTML report and the terminal, which
puts plain spaces in their place; says nothing about layout or colour.
"""

from decimal import Decimal

import msgspec

from assay.evaluate.summary import Rate, VariantSummary
from assay.evaluate.types import Spent, Standing

NBSP = "\u00a0"
MINUS = "\u2212"
UNKNOWN = "unknown"
NOTHING = "\u2013"

POWERED_FROM = 10
"""A slice of fewer cases says next to nothing about its rate: its interval is wider than 50 points at worst."""

STANDING_WORDS: dict[Standing, tuple[str, str]] = {
    "pass": ("✓", "Pass"),
    "fail": ("✗", "Fail"),
    "inconclusive": ("?", "Inconclusive"),
    "invalid": ("!", "Invalid"),
    "no gate": (NOTHING, "No gate"),
}


def powered(samples: int, repeats: int) -> bool:
    """Whether a slice has cases enough to be ranked; repeats of one case are no more cases."""
    return samples >= POWERED_FROM * repeats


def percent(share: float) -> str:
    """``61.4 %``."""
    return f"{100 * share:.1f}{NBSP}%"


def level(share: float) -> str:
    """The level of an interval: ``95 %``."""
    return f"{100 * share:.4g}{NBSP}%"


def interval(value: float, low: float, high: float) -> str:
    """``61.4 % (52.9 to 69.2)``."""
    return f"{percent(value)}{NBSP}({100 * low:.1f}{NBSP}to{NBSP}{100 * high:.1f})"


def rate(found: Rate) -> str:
    """A rate with its interval; a dash when it is out of nothing."""
    return interval(found.value, found.low, found.high) if found.of else NOTHING


def pass_rate(found: VariantSummary) -> str:
    """A variant's pass rate with its interval; a dash when it has no samples."""
    return interval(found.pass_rate, found.low, found.high) if found.n else NOTHING


def signed(difference: float) -> str:
    """A difference of shares in points, without the word: ``+20.8``, ``−3.0``, ``0.0``."""
    text = f"{100 * difference:+.1f}"
    return "0.0" if float(text) == 0 else text.replace("-", MINUS)


def points(difference: float) -> str:
    """``+20.8 points``."""
    return f"{signed(difference)}{NBSP}points"


def count(number: int | None) -> str:
    """``12,345``; an unknown number says so."""
    return UNKNOWN if number is None else f"{number:,}"


def plural(number: int, noun: str) -> str:
    """``1 case``, ``2 cases``."""
    return f"{number:,}{NBSP}{noun}{'' if number == 1 else 's'}"


def latency(time_ms: float | None) -> str:
    """``84 ms``, ``1.25 s``."""
    if time_ms is None:
        return UNKNOWN
    if time_ms < 10:
        return f"{time_ms:.1f}{NBSP}ms"
    return f"{time_ms:.0f}{NBSP}ms" if time_ms < 999.5 else f"{time_ms / 1000:.2f}{NBSP}s"


def duration(time_s: float) -> str:
    """``6.2 s``, ``3 min 12 s``, ``2 h 5 min``."""
    if time_s < 9.95:
        return f"{time_s:.1f}{NBSP}s"
    whole = round(time_s)
    if whole < 60:
        return f"{whole}{NBSP}s"
    if whole < 3600:
        return f"{whole // 60}{NBSP}min{NBSP}{whole % 60}{NBSP}s"
    return f"{whole // 3600}{NBSP}h{NBSP}{whole % 3600 // 60}{NBSP}min"


def grading(spent: Spent | None, *, tokens: bool = True) -> str:
    """What judges and a simulated user took: ``24 calls, 5,120 / 310 tokens, $0.02``; ``tokens`` may be left out."""
    if spent is None:
        return NOTHING
    used = f"{count(spent.input_tokens)} / {count(spent.output_tokens)} tokens, " if tokens else ""
    paid = f"cost {UNKNOWN}" if spent.cost_usd is None else cost(spent.cost_usd)
    return f"{plural(spent.calls, 'call')}, {used}{paid}"


def cost(amount_usd: str | Decimal | None) -> str:
    """``$0``, ``$0.0123``, ``$12.30``; an unknown cost says so."""
    if amount_usd is None:
        return UNKNOWN
    amount = Decimal(amount_usd)
    if amount == 0:
        return "$0"
    return f"${amount:,.2f}" if amount >= 1 else f"${Decimal(f'{amount:.3g}'):f}"


def short_digest(digest: str) -> str:
    """The first twelve digits, enough to tell versions apart by eye."""
    return digest.rpartition(":")[2][:12]


def moment(stamp_utc: str) -> str:
    """``2026-03-01 14:05:09 UTC`` from ``2026-03-01T14:05:09Z``."""
    return stamp_utc.replace("T", " ").replace("Z", " UTC")


def shown(value: object) -> str:
    """A value of a case as text: text as it is, anything else as JSON."""
    if isinstance(value, str):
        return value
    encoded = msgspec.json.encode(value, enc_hook=str)
    return msgspec.json.format(encoded, indent=2).decode()
