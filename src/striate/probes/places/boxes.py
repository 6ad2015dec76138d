"""Boxes: from a response map, and how well one fits another.

A box is (top, left, bottom, right) in pixels, half-open: the last two are one beyond the last pixel. The box of a map is
that around the connected area which holds the map's largest value and in which it stays above ``threshold`` of the way from
the map's middle (its median) to that value (after Zhou et al., arXiv 1512.04150).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Box = tuple[int, int, int, int]
EVEN = 1e-6
"""What differs by less, for its size, is the rounding of an interpolation and no area."""


def box_of(response: NDArray[np.floating], threshold: float) -> Box:
    """Return the box of a map (H, W); that of an even map is the whole."""
    high, middle = float(response.max()), float(np.median(response))
    if high - middle <= EVEN * max(abs(high), abs(middle)):
        return 0, 0, response.shape[0], response.shape[1]
    parts, _ = ndimage.label(response >= middle + threshold * (high - middle))
    peak = np.unravel_index(int(response.argmax()), response.shape)
    rows, columns = np.nonzero(parts == parts[peak])
    return int(rows.min()), int(columns.min()), int(rows.max()) + 1, int(columns.max()) + 1


def overlap(a: Sequence[int], b: Sequence[int]) -> float:
    """Return intersection over union of two boxes: 1 where they are the same, 0 where they do not meet."""
    height = min(a[2], b[2]) - max(a[0], b[0])
    width = min(a[3], b[3]) - max(a[1], b[1])
    both = max(height, 0) * max(width, 0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return both / (sum(areas) - both)


def holds(box: Sequence[int], row: int, column: int) -> bool:
    """Return whether a pixel lies in the box."""
    return box[0] <= row < box[2] and box[1] <= column < box[3]
