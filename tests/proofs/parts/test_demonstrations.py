"""The two experiments: masks and descents small enough for the head."""

from __future__ import annotations

import numpy as np

from striate.proofs.parts.demonstrations import Dropout, curves, descent, dropout_table, rate_table


def test_all_masks_of_two_inputs() -> None:
    layer = Dropout(np.array([[1.0, 10.0]]), np.array([3.0, 5.0]), keep=0.25)
    masks, chances = layer.masks()
    assert masks.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert chances.tolist() == [0.5625, 0.1875, 0.1875, 0.0625]
    assert layer.mean().tolist() == [0.25 * 53]
    mean, error = layer.sampled(4000, np.random.default_rng(0))
    assert abs(mean[0] - 13.25) < 4 * error[0]


def test_a_descent_by_hand() -> None:
    losses = descent(np.array([2.0]), np.array([1.0]), rate=0.75, steps=2)
    assert losses.tolist() == [1, 0.25, 0.0625]  # the factor is 1 - 0.75 * 2 = -1/2
    assert descent(np.array([2.0]), np.array([1.0]), rate=1.5, steps=1).tolist() == [1, 4]


def test_tables_show_what_was_measured() -> None:
    assert rate_table({0.25: np.array([1.0, 0.5, 4.0])}).rows[0] == (
        "0.25",
        "1.500",
        "1.0000",
        "5.00e-01 at step 1",
        "4.00e+00",
    )
    layer = Dropout(np.array([[1.0, 10.0]]), np.array([3.0, 5.0]), keep=0.25)
    rows = {row[0]: row[1] for row in dropout_table(layer, np.random.default_rng(0)).rows}
    assert rows["at inference, W (p x)"] == rows["in training, mean of all masks"] == "13.2500"
    assert rows["at inference, W x"] == rows["inverted dropout in training, mean"] == "53.0000"


def test_curves_are_powers_of_ten() -> None:
    gradient, loss = curves(
        {"sigmoid": np.array([0.01, 1.0]), "relu": np.array([0.0, 10.0])}, {0.25: np.array([100.0, 10.0, 1.0])}
    )
    assert gradient.values == ((-2.0, 0.0), (-300.0, 1.0))
    assert gradient.x == (1.0, 2.0)
    assert (loss.values, loss.x, loss.names) == (((2.0, 1.0, 0.0),), (0.0, 1.0, 2.0), ("rate 0.25",))
