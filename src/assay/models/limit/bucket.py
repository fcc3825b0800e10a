"""So many a minute, evenly: a token bucket. Pure; the time is passed in."""

MINUTE_S = 60.0


class Bucket:
    """Lets no more than ``per_minute`` through in any 60 seconds (beyond that only one call larger than ``burst``).

    Args:
        per_minute: The cap.
        burst: How much may go at once after a rest. The rate is lower than the cap by as much.
    """

    __slots__ = ("_at_s", "_burst", "_level", "_per_s")

    def __init__(self, per_minute: int, *, burst: float) -> None:
        self._burst = min(max(1.0, burst), float(per_minute))
        self._per_s = (per_minute - self._burst + 1.0) / MINUTE_S
        self._level = self._burst
        self._at_s = float("-inf")

    def wait_s(self, amount: float, now_s: float) -> float:
        """Seconds until that amount may go; 0 for now. What is larger than a burst goes when the bucket is full."""
        self._fill(now_s)
        short = min(amount, self._burst) - self._level
        return short / self._per_s if short > 1e-9 else 0.0

    def take(self, amount: float, now_s: float) -> None:
        """That amount goes now; what is missing is owed."""
        self._fill(now_s)
        self._level -= amount

    def correct(self, more: float) -> None:
        """It was so much more than was taken; less where that is negative."""
        self._level = min(self._burst, self._level - more)

    def _fill(self, now_s: float) -> None:
        if now_s > self._at_s:
            self._level = min(self._burst, self._level + (now_s - self._at_s) * self._per_s)
            self._at_s = now_s
