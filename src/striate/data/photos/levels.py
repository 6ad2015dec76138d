"""From pixels of 16 bits to pixels of 8: the range of values that a data set uses is found, and becomes 0 to 255.

Cameras and scanners of 10, 12 or 14 bits write files of 16; taken as 0 to 65535, all of a 12-bit image is below 16 of 255.
The range belongs to the whole set, so that equal values stay equal in every image, and it holds every value: nothing is
clipped. With low and high the smallest and the largest value of the set, and white = 2^k - 1 the least with k = 8 ... 16 that
is at least high:

    high - low >= white // 4     0 to white       the bits that were used: at least 64 of the 256 levels are
    otherwise                    low to high      a narrow band, spread over all levels
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Levels:
    """The values that become 0 and 255, ``0 <= low < high <= 65535``; what lies between is scaled and rounded."""

    low: int = 0
    high: int = 65535

    def eight_bits(self, values: NDArray[np.uint16]) -> NDArray[np.uint8]:
        """Return ``values`` of any shape, all from ``low`` to ``high``, scaled to 0..255 and rounded to the nearest."""
        span = self.high - self.low
        steps = np.arange(65536).clip(self.low, self.high) - self.low
        return ((steps * 255 + span // 2) // span).astype(np.uint8)[values]


FULL = Levels()


def levels_of(low: int, high: int) -> Levels:
    """Return the levels for a set whose values go from ``low`` to ``high``; a set of one value keeps the full range."""
    white = next(2**bits - 1 for bits in range(8, 17) if high < 2**bits)
    if low == high:
        return FULL
    return Levels(0, white) if high - low >= white // 4 else Levels(low, high)
