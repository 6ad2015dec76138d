"""The image files of a folder decoded into one array, within a bound of memory that is known before it is taken.

The first image tells height and width, and with the number of files the size of the array. As soon as a second size is seen,
what was kept is resized: large photographs never lie in memory side by side. Images of 16 bits are scaled by the levels of
the whole set, which are looked for when the first such image is met.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from striate.base.errors import DataError, printable
from striate.data import memory_limit as memory
from striate.data.imageset import Images
from striate.data.levels import FULL, Levels, levels_of
from striate.data.readers.decode import Deep, Unreadable, decode, range_of, size_of, square
from striate.data.readers.survey import Survey
from striate.data.waiting import counted

DEFAULT_SIDE = 64
File = tuple[Path, int]


@dataclass
class Stack:
    """``images`` uint8 (N, H, W, C) of all splits, one after the other, and the ``files`` of each that were read.

    ``levels`` scaled the images of 16 bits, whose values are in ``range`` where that was looked for; None where there was none.
    """

    images: Images
    files: dict[str, list[File]]
    resized: bool = False
    levels: Levels | None = None
    range: tuple[int, int] | None = None


def stacked(found: Survey, side: int | None, levels: Levels | None = None) -> Stack:
    """Return every image of ``found`` as squares of ``side`` pixels, or of one height and width where that is None.

    What cannot be read goes to ``found.damaged``. Raises DataError when the images would need more than `memory.limit`.
    """
    every = [(split, *file) for split, files in found.files.items() for file in files]
    stack = Stack(np.empty((0, 0, 0, 1), np.uint8), {split: [] for split in found.files})
    maker = _Maker(found, stack, side, levels, [path for _, path, _ in every])
    for split, path, label in counted(every, f"reading the images of {printable(found.root.name)}"):
        try:
            maker.add(path)
        except Unreadable as error:
            found.damaged.append(f"{found.shown(path)} {printable(str(error))}")
            continue
        stack.files[split].append((path, label))
    stack.images = stack.images[: maker.count]
    return stack


class _Maker:
    """Fills a stack, image by image."""

    def __init__(self, found: Survey, stack: Stack, side: int | None, levels: Levels | None, paths: list[Path]) -> None:
        self.found, self.stack, self.paths = found, stack, paths
        self.side, self.given = side, levels
        self.count = 0

    def add(self, path: Path) -> None:
        """Decode ``path`` and put it after the others; raises Unreadable."""
        picture = self.decoded(path)
        if self.side is None and self.count == 0:
            self.side = self.side_for(picture)
        elif self.side is None and picture.shape[:2] != self.stack.images.shape[1:3]:
            self.side = DEFAULT_SIDE
        if self.side is not None and self.stack.images.shape[1:3] != (self.side, self.side):
            self.resize()
        if self.side is not None:
            picture = square(picture, self.side)
        channels = max(self.stack.images.shape[3], picture.ndim * 2 - 3)  # 1 of (H, W), 3 of (H, W, 3)
        if (*picture.shape[:2], channels) != self.stack.images.shape[1:]:
            self.make_room(picture.shape[0], picture.shape[1], channels)
        # Grey repeats itself in each channel.
        self.stack.images[self.count] = picture[..., None] if picture.ndim == 2 else picture
        self.count += 1

    def decoded(self, path: Path) -> Images:
        try:
            return decode(path, self.stack.levels)
        except Deep:
            if self.given is None:
                self.stack.range = _range(self.paths)
                self.stack.levels = FULL if self.stack.range is None else levels_of(*self.stack.range)
            else:
                self.stack.levels = self.given
            return decode(path, self.stack.levels)

    def side_for(self, picture: Images) -> int | None:
        """Return the side that all images must be brought to, should as many of the first one's size be too many."""
        height, width = picture.shape[:2]
        if self.need(height, width, 1) <= memory.limit():
            return None
        others = (size_of(path) for path in self.paths)
        return DEFAULT_SIDE if any(size not in (None, (width, height)) for size in others) else None

    def resize(self) -> None:
        side, before = self.side or 0, self.stack.images
        self.stack.resized = True
        kept = self.count
        self.stack.images = np.empty((0, 0, 0, before.shape[3]), np.uint8)
        self.make_room(side, side, before.shape[3])
        for number in range(kept):
            self.stack.images[number] = square(before[number], side)

    def make_room(self, height: int, width: int, channels: int) -> None:
        """Take the memory for all images, and move those that are there already; raises DataError where it is too much."""
        if (need := self.need(height, width, channels)) > memory.limit():
            todo = "give image_size to have them made smaller" if self.side is None else "give a smaller image_size"
            raise DataError(
                f"the {len(self.paths):,} images of {printable(str(self.found.root))} need {memory.gigabytes(need)} at"
                f" {width} x {height} pixels, and may have a quarter of the memory, {memory.gigabytes(memory.limit())};"
                f" {todo}, or fewer images"
            )
        before = self.stack.images
        self.stack.images = np.empty((len(self.paths), height, width, channels), np.uint8)
        if before.shape[1:3] == (height, width):
            self.stack.images[: self.count] = before[: self.count]

    def need(self, height: int, width: int, channels: int) -> int:
        """Return the bytes of all images at that size."""
        return len(self.paths) * height * width * channels


def _range(paths: Iterable[Path]) -> tuple[int, int] | None:
    """Return the smallest and largest value of the images of 16 bits; no more are read once they use the full range."""
    low, high = 65535, 0
    for path in paths:
        if found := range_of(path):
            low, high = min(low, found[0]), max(high, found[1])
            if low < high and levels_of(low, high) == FULL:
                return None
    return (low, high) if low <= high else None
