"""The tanh perceptron: one point by hand, digits kept in the tails, the gradient that dies."""

from __future__ import annotations

import math

import numpy as np
import pytest

from striate.proofs.statements.tanh_perceptron import Parameters, bound, error, gradient, mutated, prove, slope


def test_one_point_by_hand() -> None:
    w, x, y = np.array([0.5, 0.25]), np.array([[1.0, 2.0]]), np.array([-1.0])
    t = math.tanh(1.0)
    assert error(w, x, y) == pytest.approx((t + 1) ** 2)
    assert gradient(w, x, y) == pytest.approx([2 * (t + 1) * (1 - t * t), 4 * (t + 1) * (1 - t * t)])


def test_the_error_is_a_mean() -> None:
    x, y = np.array([[1.0], [1.0]]), np.array([1.0, -1.0])
    assert error(np.array([0.0]), x, y) == 1
    assert gradient(np.array([0.0]), x, y).tolist() == [0]


def test_the_slope_keeps_its_digits_where_tanh_is_one() -> None:
    assert slope(np.array([0.0])).tolist() == [1]
    assert slope(np.array([2.0, -2.0])) == pytest.approx([1 - math.tanh(2) ** 2] * 2)
    assert slope(np.array([30.0]))[0] == pytest.approx(4 * math.exp(-60))
    assert slope(np.array([1e4]))[0] == 0


def test_the_gradient_dies_while_the_error_stays() -> None:
    values = prove(Parameters(factors=(1.0, 10.0, 30.0))).values
    assert values["norms"][2] < 1e-9 * values["norms"][0]
    assert values["errors"][2] > 0.5
    assert (values["norms"] <= values["bounds"]).all()


def test_the_bound_by_hand() -> None:
    assert bound(np.array([1.0]), np.array([[2.0], [0.0]])) == pytest.approx(16 * math.exp(-4) * 2 / 2)


@pytest.mark.parametrize(("points", "dimensions"), [(1, 1), (50, 10)])
def test_it_holds_at_other_sizes_and_without_the_square_it_does_not(points: int, dimensions: int) -> None:
    given = Parameters(points=points, dimensions=dimensions)
    assert prove(given).holds
    assert not any(check.passed for check in mutated(given))
