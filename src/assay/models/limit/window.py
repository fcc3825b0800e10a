"""How many calls may be under way at once, learnt from what becomes of them. Pure.

Slow start: each success makes room for one more, so that a round of calls doubles the window. That ends when
refusals come in succession. From then on a round without a refusal adds one call, and each refusal takes away
half a call: a round in which all are refused halves the window, and a refusal here and there costs as much
as it weighs. A refusal rate of p leaves about 2 / p calls under way, where halving at each would leave the
square root of that.
"""

START = 32
MOST = 4096
_PER_REFUSAL = 0.5


class Window:
    """The calls that may be under way.

    Args:
        ceiling: What it never grows beyond.
        start: What it begins with.
    """

    __slots__ = ("_ceiling", "_size", "_slow_start")

    def __init__(self, *, ceiling: int = MOST, start: int = START) -> None:
        self._ceiling = float(ceiling)
        self._size = min(float(start), self._ceiling)
        self._slow_start = True

    @property
    def size(self) -> int:
        """Whole calls; at least 1."""
        return int(self._size)

    def succeed(self, *, full: bool) -> None:
        """A call was answered; ``full`` says whether the window held anyone back. It grows only then."""
        if full:
            self._size = min(self._ceiling, self._size + (1.0 if self._slow_start else 1.0 / self._size))

    def refuse(self, *, again: bool) -> None:
        """A call was refused or ran out of time; ``again`` says that none was answered since the last refusal."""
        if again:
            self._slow_start = False
        self._size = max(1.0, self._size - _PER_REFUSAL)
