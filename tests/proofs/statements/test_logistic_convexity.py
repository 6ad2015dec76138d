"""Logistic regression: derivatives by hand and by finite differences; where it is not strictly convex."""

from __future__ import annotations

import numpy as np
import pytest

from striate.proofs.statements.logistic_convexity import (
    Parameters,
    gradient,
    gradient_of_equation_4,
    hessian,
    hessian_of_equation_10,
    loss,
    prove,
    sigmoid,
)

X, Y = np.array([[1.0, 2.0], [-1.0, 0.5], [0.5, 0.0]]), np.array([1.0, 0.0, 1.0])
W = np.array([0.3, -0.7])


def test_at_zero_weights_everything_is_known() -> None:
    zero = np.zeros(2)
    assert np.isclose(loss(X, Y, zero), 3 * np.log(2))
    assert gradient(X, Y, zero).tolist() == [-1.25, -0.75]
    assert hessian(X, zero).tolist() == [[0.5625, 0.375], [0.375, 1.0625]]


def test_gradient_and_hessian_by_finite_differences() -> None:
    step = 1e-5
    ways = step * np.eye(2)
    slopes = [(loss(X, Y, W + way) - loss(X, Y, W - way)) / (2 * step) for way in ways]
    bends = [(gradient(X, Y, W + way) - gradient(X, Y, W - way)) / (2 * step) for way in ways]
    assert np.allclose(gradient(X, Y, W), slopes, atol=1e-8)
    assert np.allclose(hessian(X, W), bends, atol=1e-8)


def test_the_printed_equations_differ_from_the_truth() -> None:
    zero = np.zeros(2)
    assert gradient_of_equation_4(X, Y, zero).tolist() == [-0.75, 1.75]
    assert np.allclose(hessian_of_equation_10(X, zero), 2 * hessian(X, zero))


def test_sigmoid_and_loss_do_not_overflow() -> None:
    assert sigmoid(np.array([-1000.0, 0.0, 1000.0])).tolist() == [0.0, 0.5, 1.0]
    assert loss(np.array([[1.0]]), np.array([0.0]), np.array([1000.0])) == 1000.0


def test_with_fewer_samples_than_features_it_is_not_strictly_convex() -> None:
    proof = prove(Parameters(rows=2, features=4))
    assert proof.holds
    assert proof.values["eigenvalues"][1] == pytest.approx(0.0, abs=1e-12)
    assert proof.values["eigenvalues"][2] > 0


def test_one_line_is_drawn_for_each_asked_for() -> None:
    losses, smallest = prove(Parameters(rows=5, features=2, lines=2)).pictures
    assert len(losses.values) == len(smallest.values) == len(losses.names) == 2
    assert len(losses.values[0]) == len(losses.x)
    assert min(min(line) for line in smallest.values) >= 0
    bends = np.diff(np.array(losses.values), 2, axis=1)
    assert bends.min() > 0
