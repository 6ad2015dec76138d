"""Full, valid and filt: by hand, straight from their definitions, and where nothing fits."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from striate.base.errors import NetError
from striate.proofs.parts.filtering import cells, checks, filt, filt_size, flip, full, full_size, sizes, summed, valid

A, B = np.array([[1.0, 2.0, 3.0]]), np.array([[1.0, 10.0]])


def test_one_row_by_hand() -> None:
    assert full(A, B).tolist() == [[1, 12, 23, 30]]
    assert valid(A, B).tolist() == [[12, 23]]
    assert filt(A, B).tolist() == [[21, 32]]
    assert flip(np.array([[1, 2], [3, 4]])).tolist() == [[4, 3], [2, 1]]


def test_the_definitions_with_indices_from_one() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((4, 3)), rng.standard_normal((2, 3))

    def at(array: np.ndarray, i: int, j: int) -> float:
        inside = 1 <= i <= array.shape[0] and 1 <= j <= array.shape[1]
        return float(array[i - 1, j - 1]) if inside else 0.0

    spread, slid = np.zeros((5, 5)), np.zeros((3, 1))
    for i, j, m, n in product(range(1, 6), range(1, 6), range(1, 5), range(1, 4)):
        spread[i - 1, j - 1] += at(a, m, n) * at(b, i - m + 1, j - n + 1)
    for i, m, n in product(range(1, 4), range(1, 3), range(1, 4)):
        slid[i - 1, 0] += at(a, i + m - 1, n) * at(b, m, n)
    assert np.abs(full(a, b) - spread).max() < 1e-14
    assert np.abs(filt(a, b) - slid).max() < 1e-14


def test_a_sum_over_the_second_index_of_both() -> None:
    a, b = np.array([[A, 2 * A]]), np.array([[B, B], [10 * B, B]])
    assert summed(filt, a, b).tolist() == [[[[3 * 21, 3 * 32]], [[12 * 21, 12 * 32]]]]


def test_sizes() -> None:
    assert full_size((5, 6), (3, 2)) == (7, 7)
    assert filt_size((5, 6), (3, 2)) == (3, 5)
    assert filt_size((5, 1), (3, 2)) == (0, 0)
    assert [cells((3, 5)), cells((0, 5))] == ["3x5", "none"]
    assert [row[2] for row in sizes((5, 6), (3, 2)).rows] == ["7x7", "3x5", "3x5"]


def test_what_does_not_fit_is_refused_with_its_rule() -> None:
    with pytest.raises(NetError, match="a window of 3 does not fit into 2 cells"):
        filt(np.zeros((2, 2)), np.zeros((3, 1)))


def test_the_checks_pass_and_compare_every_pair() -> None:
    pairs = [(np.arange(12.0).reshape(3, 4), np.array([[1.0, 2.0]])), (np.eye(5), np.eye(3))]
    done = checks(pairs, "two pairs")
    assert len(done) == 4
    assert all(check.passed for check in done)
