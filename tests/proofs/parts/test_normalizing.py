"""Batch normalization in its forms: two and three inputs, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from striate.proofs.parts.normalizing import Batch, backward, deviation, divisor, outputs, slope

TWO = Batch(np.array([[1.0], [3.0]]), np.array([[1.0], [0.0]]), np.array([2.0]), 0.0)
PAIR = Batch(np.array([[0.0, 0.0], [2.0, 4.0]]), np.zeros((2, 2)), np.ones(2), 0.0)


def test_the_deviation_of_two_inputs() -> None:
    assert deviation(TWO, "standard").tolist() == [[1.0]]  # centred -1 and 1: squares 2, divided by 2
    assert deviation(TWO, "printed")[0, 0] == pytest.approx(math.sqrt(2))
    assert (divisor(TWO, "standard"), divisor(TWO, "printed")) == (2, 1)


def test_one_norm_over_all_features() -> None:
    assert deviation(PAIR, "printed, as a norm")[0, 0] == pytest.approx(math.sqrt(1 + 4 + 1 + 4))


def test_outputs_and_slope() -> None:
    assert outputs(TWO, "standard").ravel().tolist() == [-1, 1]
    assert slope(TWO, "standard").ravel().tolist() == [-0.5, 0.5]  # (X - mu) / (n sigma)
    assert slope(TWO, "printed").ravel() == pytest.approx([-1 / math.sqrt(2), 1 / math.sqrt(2)])


def test_two_inputs_are_normalized_to_plus_and_minus_one_whatever_they_are() -> None:
    assert backward(TWO, "standard").ravel().tolist() == [0, 0]


def test_three_inputs_by_hand() -> None:
    batch = Batch(np.array([[-1.0], [0.0], [1.0]]), np.array([[1.0], [0.0], [0.0]]), np.array([1.0]), 0.0)
    # printed: sigma^2 = 2; G - mean = (2, -1, -1)/3; sum G (X - mu) = -1, so + (X - mu) / sigma^3
    root = math.sqrt(2)
    wanted = [2 / 3 / root - 1 / root**3, -1 / 3 / root, -1 / 3 / root + 1 / root**3]
    assert backward(batch, "printed").ravel() == pytest.approx(wanted)
    # standard: sigma^2 = 2/3, and the last part is divided by n = 3 as well
    sigma = math.sqrt(2 / 3)
    wanted = [2 / 3 / sigma - 1 / (3 * sigma**3), -1 / 3 / sigma, -1 / 3 / sigma + 1 / (3 * sigma**3)]
    assert backward(batch, "standard").ravel() == pytest.approx(wanted)
