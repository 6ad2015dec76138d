"""Mean and standard deviation of each channel, exactly, in memory that does not grow with the number of images."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.base.errors import DataError
from striate.data.cache.mapped import blocks
from striate.data.imageset import Cells

_BLOCK = 6 << 20  # bytes of images per block: twice that of 16-bit squares


def statistics(images: Cells) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return mean and standard deviation per channel of uint8 (N, H, W, C): two float32 (C,), in [0, 1] units.

    The sums are whole numbers and therefore exact; memory is bounded by one block, whatever N is. Features (N, 1, 1, D)
    keep their own units, and give float64 (D,).
    """
    count, height, width, channels = images.shape
    cells = count * height * width
    if cells == 0:
        raise DataError(f"images of shape {images.shape} have no mean; at least one image is needed")
    if images.dtype != np.uint8:
        return _of_features(images.reshape(count, channels))
    total = np.zeros(channels, dtype=np.int64)
    squares = np.zeros(channels, dtype=np.int64)
    for part in blocks(images, max(1, _BLOCK // (height * width * channels))):
        # Rows of W*C values keep the inner axis long, which is what makes NumPy's column sums fast.
        block = part.reshape(-1, width * channels).astype(np.uint16)
        total += block.sum(axis=0, dtype=np.int64).reshape(width, channels).sum(axis=0)
        block *= block  # 255 squared is 65025 and fits
        squares += block.sum(axis=0, dtype=np.int64).reshape(width, channels).sum(axis=0)
    mean = total / cells
    # Variance over whole numbers first: n * sum(x^2) - sum(x)^2 has no cancellation in Python's integers.
    variance = [int(s) * cells - int(t) ** 2 for s, t in zip(squares, total, strict=True)]
    std = np.array([math.sqrt(v) / cells for v in variance])
    return (mean / 255).astype(np.float32), (std / 255).astype(np.float32)


def _of_features(rows: Cells) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and deviation, float64 (D,), of rows (N, D) of finite floats; exactly 0 for a column of one value.

    Each column is first divided by a power of two, so that no square overflows, and counted from its first value, so that
    neither a large mean nor its rounding reaches the deviation.
    """
    _, exponent = np.frexp(np.abs(rows).max(axis=0).astype(np.float64))
    scaled = np.ldexp(rows.astype(np.float64), -exponent)
    shifted = scaled - scaled[0]
    mean = scaled[0] + shifted.mean(axis=0)
    return np.ldexp(mean, exponent), np.ldexp(shifted.std(axis=0), exponent)
