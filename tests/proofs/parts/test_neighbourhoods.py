"""Sliding windows on a ring: by hand; and what is related to what, on data whose answer is known."""

from __future__ import annotations

import numpy as np

from striate.proofs.parts.neighbourhoods import (
    broken,
    correlation_table,
    correlations,
    fails,
    failure_table,
    related,
    ring_checks,
    slide,
    slide_unshared,
)


def test_a_window_on_a_ring_by_hand() -> None:
    x = np.array([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]])
    w = np.array([[[[1.0, 10.0], [0.0, 100.0]]]])
    # cell + 10 * its right neighbour + 100 * the one below that, round the corner
    assert slide(x, w).tolist() == [
        [[1 + 20 + 500, 2 + 30 + 600, 3 + 10 + 400], [4 + 50 + 200, 5 + 60 + 300, 6 + 40 + 100]]
    ]


def test_equal_weights_everywhere_are_shared_weights() -> None:
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((2, 4, 5)), rng.standard_normal((3, 2, 2, 2))
    everywhere = np.broadcast_to(w[..., None, None], (3, 2, 2, 2, 4, 5))
    assert np.abs(slide_unshared(x, everywhere) - slide(x, w)).max() < 1e-12


def test_unshared_weights_and_permuted_pixels_do_not_commute() -> None:
    unshared, permuted = broken(0)
    assert unshared > 0.5
    assert permuted > 0.5
    assert [fails("it", share).passed for share in (0.5, 1e-12)] == [True, False]
    assert failure_table(0.5, 1.25).rows[0][1] == "0.50"


def test_the_ring_has_both_directions() -> None:
    assert [check.passed for check in ring_checks()] == [True, True]


def test_a_permutation_takes_the_neighbours_of_pixels_and_a_table_has_none() -> None:
    measured = correlations(0)
    (near, any_two), (moved, still), (column, columns) = measured.values()
    assert near > 2 * any_two
    assert still == any_two or abs(still - any_two) < 1e-12  # the pairs are the same ones
    assert abs(moved - any_two) < 0.1
    assert column < 1.5 * columns
    assert len(correlation_table(measured).rows) == 3


def test_neighbours_end_with_the_row() -> None:
    a, b = np.array([1.0, -1.0, 1.0, -1.0]), np.array([1.0, 1.0, -1.0, -1.0])  # uncorrelated
    assert related(np.column_stack([a, -a, b, b]), row=2) == (1.0, 2 / 6)
