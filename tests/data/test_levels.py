"""16 bits to 8: which range a set uses, by hand, and that no value of the set is clipped."""

from __future__ import annotations

import numpy as np
import pytest

from striate.data.levels import FULL, Levels, levels_of


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 65535, FULL),
        (1000, 40000, FULL),
        (0, 4095, Levels(0, 4095)),
        (200, 3900, Levels(0, 4095)),  # 12 bits, not all of them used
        (1930, 2029, Levels(1930, 2029)),
        (30000, 30100, Levels(30000, 30100)),
        (0, 255, Levels(0, 255)),
        (0, 3, Levels(0, 3)),  # a mask of four classes
        (63, 126, Levels(0, 255)),  # 63 is 255 // 4
        (63, 125, Levels(63, 125)),
        (2000, 2000, FULL),
        (0, 0, FULL),
    ],
)
def test_the_range_of_a_set(low: int, high: int, expected: Levels) -> None:
    assert levels_of(low, high) == expected


def test_values_are_scaled_and_rounded() -> None:
    values = np.array([[0, 2048, 4095]], np.uint16)
    assert Levels(0, 4095).eight_bits(values).tolist() == [[0, 128, 255]]  # 2048 * 255 / 4095 = 127.53
    assert FULL.eight_bits(np.array([0, 128, 129, 257, 32896, 65535], np.uint16)).tolist() == [0, 0, 1, 1, 128, 255]


def test_no_value_of_the_set_is_clipped_and_the_order_holds() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        low, high = sorted(rng.integers(0, 65536, 2).tolist())
        levels = levels_of(low, high)
        assert levels.low <= low <= high <= levels.high
        scaled = levels.eight_bits(np.arange(low, high + 1, dtype=np.uint16)).astype(int)
        assert (np.diff(scaled) >= 0).all()
        if high > low + 255:
            assert len(np.unique(scaled)) >= 64
