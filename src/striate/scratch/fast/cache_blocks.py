"""A batch in blocks that stay in the cache: some whole images, or a strip of rows of one image.

Each block is cut out with its border, worked on in arrays that are used again for the next block, and forgotten.
So what a layer needs beside its input and output does not grow with the batch or the image.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]

# What one block's largest array may take, so that it stays in the last cache; and what is too little to be worth a block.
BLOCK_BYTES = 2**21
LEAST_BYTES = 2**17
# A batch is cut into at least so many blocks, that threads can share them evenly.
LEAST_BLOCKS = 8


@dataclass(frozen=True)
class Block:
    """Images ``first`` up to, not including, ``last``, and of each the rows ``top`` up to ``bottom``."""

    first: int
    last: int
    top: int
    bottom: int

    @property
    def images(self) -> slice:
        """The images as an index."""
        return slice(self.first, self.last)

    @property
    def rows(self) -> slice:
        """The rows as an index."""
        return slice(self.top, self.bottom)

    @property
    def count(self) -> int:
        """How many images."""
        return self.last - self.first

    @property
    def height(self) -> int:
        """How many rows."""
        return self.bottom - self.top


def blocks(images: int, rows: int, row_bytes: int, multiple: int = 1) -> list[Block]:
    """Return blocks that cover ``images`` with ``rows`` each, where one row of one image takes ``row_bytes``.

    As many images as fit into BLOCK_BYTES; where not even one fits, strips whose height is a multiple of ``multiple``. The
    same for any number of threads, so that a product's rounding does not depend on it.
    """
    most = min(BLOCK_BYTES, max(LEAST_BYTES, images * rows * row_bytes // LEAST_BLOCKS))
    together = max(1, most // (rows * row_bytes))
    strip = rows if rows * row_bytes <= BLOCK_BYTES else max(multiple, BLOCK_BYTES // row_bytes // multiple * multiple)
    return [
        Block(first, min(first + together, images), top, min(top + strip, rows))
        for first in range(0, images, together)
        for top in range(0, rows, strip)
    ]


def cut(images: Array, top: int, left: int, height: int, width: int) -> Array:
    """Return the rectangle (n, C, height, width) of ``images`` (n, C, H, W) whose corner is ``(top, left)``.

    What lies outside the images is zero: a negative corner is padding. A view where nothing lies outside.
    """
    count, channels, rows, columns = images.shape
    if top >= 0 and left >= 0 and top + height <= rows and left + width <= columns:
        return images[:, :, top : top + height, left : left + width]
    rectangle = np.zeros((count, channels, height, width), dtype=images.dtype)
    up, down = max(0, top), min(rows, top + height)
    west, east = max(0, left), min(columns, left + width)
    if up < down and west < east:
        rectangle[:, :, up - top : down - top, west - left : east - left] = images[:, :, up:down, west:east]
    return rectangle


@dataclass
class Workspace:
    """Arrays of one type, each made when it is first asked for and handed out again under the same name."""

    dtype: DTypeLike
    held: dict[str, Array] = field(default_factory=dict[str, Array])

    def array(self, name: str, *shape: int) -> Array:
        """Return an array of ``shape`` whose content is whatever was left in it."""
        size = prod(shape)
        if name not in self.held or self.held[name].size < size:
            self.held[name] = np.empty(size, dtype=self.dtype)
        return self.held[name][:size].reshape(shape)
