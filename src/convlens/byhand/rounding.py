"""Rounded numbers that still add up, so that a sum can be followed with a pencil."""

import math
from collections.abc import Sequence

_SIGNIFICANT = 4


def decimals_for(numbers: Sequence[float]) -> int:
    """How many digits after the point show the largest of these numbers with four digits; 2 to 9."""
    largest = max((abs(number) for number in numbers if math.isfinite(number)), default=0.0)
    if largest == 0:
        return 2
    return min(max(_SIGNIFICANT - 1 - math.floor(math.log10(largest)), 2), 9)


def rounded_parts(parts: Sequence[float], total: int, decimals: int) -> list[int]:
    """Round the parts of a sum so that they add up to its rounded total exactly.

    Each is rounded down; the units still missing go where most was lost. (The largest remainder method, as parliaments
    share out seats.)

    Args:
        parts: the numbers.
        total: what they should add up to, in units of the last digit: `round(sum(parts) * 10**decimals)`, or off by
            a few units where it was itself adjusted.
        decimals: digits after the point.

    Returns:
        each part in units of the last digit.
    """
    exact = [part * 10**decimals for part in parts]
    rounded = [math.floor(value) for value in exact]
    by_loss = sorted(range(len(parts)), key=lambda number: exact[number] - rounded[number], reverse=True)
    missing = total - sum(rounded)
    for count in range(abs(missing)):
        place = by_loss[count % len(parts)] if missing > 0 else by_loss[-1 - count % len(parts)]
        rounded[place] += 1 if missing > 0 else -1
    return rounded


def as_decimal(units: int, decimals: int) -> str:
    """A number of units of the last digit as people write it: `as_decimal(-1234, 3)` is `-1.234`."""
    sign, digits = ("-" if units < 0 else ""), f"{abs(units):0{decimals + 1}d}"
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else f"{sign}{digits}"
