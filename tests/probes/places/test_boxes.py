"""Boxes by hand."""

from __future__ import annotations

import numpy as np
import pytest

from striate.probes.places.boxes import box_of, holds, overlap


def test_the_box_holds_the_area_of_the_largest_value_alone() -> None:
    response = np.zeros((6, 8))
    response[1:3, 2:5] = 4.0
    response[2, 3] = 10.0
    response[5, 7] = 9.0  # as strong, but apart
    assert box_of(response, 0.3) == (1, 2, 3, 5)
    assert box_of(response, 0.5) == (2, 3, 3, 4)
    assert box_of(response + 100, 0.3) == (1, 2, 3, 5)  # an offset does not matter


def test_an_even_map_has_the_whole_for_a_box() -> None:
    even = np.full((3, 4), 2.0)
    assert box_of(even, 0.2) == (0, 0, 3, 4)
    even[1, 1] += 1e-7  # rounding
    assert box_of(even, 0.2) == (0, 0, 3, 4)


@pytest.mark.parametrize(
    ("other", "expected"),
    [((0, 0, 4, 4), 1.0), ((0, 0, 2, 4), 0.5), ((2, 2, 6, 6), 4 / 28), ((4, 0, 8, 4), 0.0), ((5, 5, 6, 6), 0.0)],
)
def test_overlap(other: tuple[int, int, int, int], expected: float) -> None:
    assert overlap((0, 0, 4, 4), other) == pytest.approx(expected)
    assert overlap(other, (0, 0, 4, 4)) == pytest.approx(expected)


def test_a_box_ends_before_its_last_numbers() -> None:
    assert holds((1, 2, 3, 5), 1, 2)
    assert holds((1, 2, 3, 5), 2, 4)
    assert not holds((1, 2, 3, 5), 3, 2)
    assert not holds((1, 2, 3, 5), 1, 5)
