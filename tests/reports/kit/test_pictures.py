"""Pictures cut, framed and set side by side, pixel by pixel."""

from __future__ import annotations

import numpy as np

from striate.reports.kit.pictures import FRAME, beside, bytes_of, framed, patch, rgb


def numbered(height: int, width: int) -> np.ndarray:
    """Return a picture whose pixels are 0, 1, 2, ... in reading order."""
    return rgb(np.arange(height * width, dtype=np.uint8).reshape(height, width, 1))


def test_grey_is_repeated_and_colours_stay() -> None:
    assert rgb(np.full((2, 2, 1), 7, np.uint8)).tolist() == [[[7] * 3] * 2] * 2
    colours = np.zeros((2, 2, 3), np.uint8)
    assert rgb(colours) is colours


def test_a_patch_is_enlarged_and_centred_in_grey() -> None:
    made = patch(numbered(4, 4), (1, 1, 3, 3), 4)[..., 0]
    assert made.tolist() == [[5, 5, 6, 6], [5, 5, 6, 6], [9, 9, 10, 10], [9, 9, 10, 10]]
    # One row of three pixels stands in the middle of a square of three.
    assert patch(numbered(4, 4), (0, 0, 1, 3), 3)[..., 0].tolist() == [[128] * 3, [0, 1, 2], [128] * 3]


def test_a_box_is_drawn_along_its_inner_edge() -> None:
    made = framed(numbered(5, 5), (1, 0, 4, 5))
    drawn = (made == FRAME).all(2)
    assert drawn.tolist() == [[False] * 5, [True] * 5, [True, False, False, False, True], [True] * 5, [False] * 5]
    assert made[0].tolist() == numbered(5, 5)[0].tolist()


def test_a_line_parts_neighbours() -> None:
    made = beside([numbered(2, 2), numbered(2, 1), numbered(2, 1)])
    assert made[..., 0].tolist() == [[0, 1, 255, 0, 255, 0], [2, 3, 255, 1, 255, 1]]


def test_numbers_become_bytes() -> None:
    assert bytes_of(np.array([-1.0, 0.5, 2.0]).reshape(3, 1, 1)).tolist() == [[[0, 128, 255]]]
    assert bytes_of(np.ones((1, 2, 2))).shape == (2, 2, 3)
