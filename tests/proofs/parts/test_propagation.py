"""Forward and backward pass: the book's rounded numbers, and a net small enough for the head."""

from __future__ import annotations

import numpy as np
import pytest

from striate.proofs.parts.propagation import propagate


def test_a_chain_of_two_identities_by_hand() -> None:
    weights = (np.array([[1.0], [2.0]]), np.array([[3.0], [4.0]]))
    done = propagate(weights, np.array([5.0]), 1.0, ("identity", "identity"))
    assert [s.tolist() for s in done.s] == [[11.0], [47.0]]
    assert [x.tolist() for x in done.x] == [[1, 5], [1, 11], [47]]
    assert done.error == 46**2
    assert [d.tolist() for d in done.delta] == [[4 * 92.0], [92.0]]
    assert [g.ravel().tolist() for g in done.gradients] == [[368, 1840], [92, 1012]]


def test_a_tanh_multiplies_by_its_slope() -> None:
    done = propagate((np.array([[0.0], [1.0]]),), np.array([0.5]), 0.0, ("tanh",))
    out = np.tanh(0.5)
    assert done.delta[0][0] == pytest.approx(2 * out * (1 - out**2))


def test_every_input_has_a_gradient_of_its_own() -> None:
    done = propagate((np.array([[0.0], [1.0], [1.0]]),), np.array([2.0, 7.0]), 0.0, ("identity",))
    assert done.gradients[0].ravel().tolist() == [18, 36, 126]
