"""Pictures cut, framed and set side by side, as the pages of several probes need them: uint8 (H, W, 3) all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
FRAME = (255, 0, 160)
"""A box's colour, which no photograph has much of."""
_PAPER = 255
_GREY = 128


def rgb(pixels: Pixels) -> Pixels:
    """Return (H, W, 1) or (H, W, 3) in three channels."""
    return np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels


def patch(pixels: Pixels, window: Sequence[int], side: int) -> Pixels:
    """Return the window (top, left, bottom, right) of the picture, enlarged to ``side`` x ``side``; grey fills the square."""
    top, left, bottom, right = window
    cut = pixels[top:bottom, left:right]
    edge = max(cut.shape[:2])
    square = np.full((edge, edge, 3), _GREY, dtype=np.uint8)
    down, across = (edge - cut.shape[0]) // 2, (edge - cut.shape[1]) // 2
    square[down : down + cut.shape[0], across : across + cut.shape[1]] = cut
    place = np.arange(side) * edge // side
    return square[place][:, place]


def framed(pixels: Pixels, window: Sequence[int], colour: Sequence[int] = FRAME) -> Pixels:
    """Return the picture with the box (top, left, bottom, right) drawn along its inner edge."""
    top, left, bottom, right = window
    made = pixels.copy()
    wide = max(1, min(pixels.shape[:2]) // 100)
    for part in (
        np.s_[top : top + wide, left:right],
        np.s_[max(bottom - wide, top) : bottom, left:right],
        np.s_[top:bottom, left : left + wide],
        np.s_[top:bottom, max(right - wide, left) : right],
    ):
        made[part] = colour
    return made


def beside(parts: Sequence[Pixels]) -> Pixels:
    """Return pictures of one height side by side, a thin white line between them."""
    line = np.full((parts[0].shape[0], max(1, parts[0].shape[0] // 32), 3), _PAPER, dtype=np.uint8)
    row: list[Pixels] = [parts[0]]
    for part in parts[1:]:
        row += [line, part]
    return np.hstack(row)


def bytes_of(pixels: NDArray[np.floating]) -> Pixels:
    """Return (C, H, W) in [0, 1] as a picture."""
    return rgb(np.round(pixels.transpose(1, 2, 0).clip(0, 1) * 255).astype(np.uint8))
