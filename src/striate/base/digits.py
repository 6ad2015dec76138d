"""How many digits of a number are of use: those down to the second one of its spread.

0.0312      four decimals, where the spread has two digits within them, which is so for shares and most losses
0.000113    more, where it is smaller; 1.13e-07 beyond six
10,000,021  none, and commas, where numbers are large and differ by more than 10
"""

from __future__ import annotations

import math
from collections.abc import Iterable

USUAL, MOST = 4, 6  # decimals
LARGE, HUGE = 1e6, 1e15


def spec_for(spread: float | None, values: Iterable[float]) -> str:
    """Return the format of ``values``, without a sign, whose differences are told to about ``spread``.

    Where that is 0 or not known, the smallest of the values but 0 says how many digits there are.
    """
    sizes = [abs(value) for value in values if math.isfinite(value) and value]
    largest = max(sizes, default=0.0)
    known = spread is not None and math.isfinite(spread) and spread > 0
    least = spread if known and spread is not None else min(sizes, default=1.0)
    place = math.floor(math.log10(least))
    if largest < LARGE and 1 - place <= MOST:
        return f".{max(USUAL, 1 - place)}f"
    if LARGE <= largest < HUGE:
        return f",.{min(USUAL, max(0, 1 - place))}f"
    digits = math.floor(math.log10(largest)) - place + 1 if largest else 1
    return f".{min(15, max(2, digits))}e"
