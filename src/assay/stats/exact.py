"""A running sum of floats that is never rounded, so that it does not depend on the order.

Samples arrive in the order in which they finish. A sum that rounds at each step would give a
different last digit, and so a different report, each time. Every float is a whole number over a
power of two; keeping the sum in that form costs well under a microsecond a value.
"""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(slots=True)
class ExactSum:
    """The sum of any number of finite floats, in constant memory.

    Attributes:
        numerator: The sum is ``numerator / 2**bits``.
        bits: The most binary places that any value so far needed.
    """

    numerator: int = 0
    bits: int = 0

    def add(self, value: float) -> None:
        """Add a finite number.

        Raises:
            ValueError: The value is infinite or not a number.
        """
        if value == 1.0:  # a pass; with a failure it is most of what is ever added
            self.numerator += 1 << self.bits
        elif value:
            numerator, bits = _dyadic(value)
            self._add_dyadic(numerator, bits)

    def add_square(self, value: float) -> None:
        """Add the square of a finite number, the square not rounded either.

        Raises:
            ValueError: The value is infinite or not a number.
        """
        if value == 1.0:
            self.numerator += 1 << self.bits
        elif value:
            numerator, bits = _dyadic(value)
            self._add_dyadic(numerator * numerator, 2 * bits)

    def merge(self, other: "ExactSum") -> None:
        """Add all that another sum has seen."""
        self._add_dyadic(other.numerator, other.bits)

    def merge_times(self, other: "ExactSum", factor: int) -> None:
        """Add another sum's total, ``factor`` times."""
        self._add_dyadic(other.numerator * factor, other.bits)

    def merge_square(self, other: "ExactSum") -> None:
        """Add the square of another sum's total."""
        self._add_dyadic(other.numerator * other.numerator, 2 * other.bits)

    def total(self) -> Fraction:
        """The sum so far, exactly; 0 before anything was added."""
        return Fraction(self.numerator, 1 << self.bits)

    def _add_dyadic(self, numerator: int, bits: int) -> None:
        if bits > self.bits:
            self.numerator <<= bits - self.bits
            self.bits = bits
        self.numerator += numerator << (self.bits - bits)


def _dyadic(value: float) -> tuple[int, int]:
    """A float as (numerator, bits): the value is numerator / 2**bits."""
    try:
        numerator, denominator = value.as_integer_ratio()
    except (ValueError, OverflowError) as error:
        raise ValueError(f"a score must be a finite number, not {value}") from error
    return numerator, denominator.bit_length() - 1
