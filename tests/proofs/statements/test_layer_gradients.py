"""Fully connected layer, ReLU and dropout: numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from striate.base.errors import ProofError
from striate.proofs.catalog import prove as prove_by_name
from striate.proofs.statements.layer_gradients import Parameters, dense, dropout, mutated, prove, relu


def test_the_fully_connected_layer_by_hand() -> None:
    x, w, dy = np.array([[1.0, 2.0]]), np.array([[1.0, 0.0, -1.0], [2.0, 1.0, 3.0]]), np.array([[5.0, 7.0, 11.0]])
    weights, bias, inputs = dense(x, w, dy)
    assert weights.tolist() == [[5, 7, 11], [10, 14, 22]]  # x_i times dy_j
    assert bias.tolist() == [5, 7, 11]
    assert inputs.tolist() == [[1 * 5 - 11, 2 * 5 + 7 + 3 * 11]]


def test_gradients_of_the_weights_add_up_over_images() -> None:
    weights, bias, _ = dense(np.array([[1.0], [2.0]]), np.array([[4.0]]), np.array([[3.0], [5.0]]))
    assert weights.tolist() == [[13]]
    assert bias.tolist() == [8]


def test_masks_by_hand() -> None:
    dy = np.array([1.0, 2.0, 3.0])
    assert relu(np.array([-1.0, 0.0, 1e-9]), dy).tolist() == [0, 0, 3]  # strict: nothing passes at exactly zero
    assert dropout(np.array([1.0, 0.0, 2.0]), dy).tolist() == [1, 0, 6]


@pytest.mark.parametrize("sizes", [(1, 1, 1), (3, 7, 5), (2, 1, 40)])
def test_it_holds_at_other_sizes_and_the_transpose_does_not(sizes: tuple[int, int, int]) -> None:
    images, inputs, outputs = sizes
    given = Parameters(images=images, inputs=inputs, outputs=outputs, keep=1.0)
    assert prove(given).holds
    assert not any(check.passed for check in mutated(given))


def test_a_large_layer_says_that_its_symbolic_check_was_smaller() -> None:
    assert "at 3 -> 2, not at the 50 -> 50 asked for" in prove(Parameters(inputs=50, outputs=50)).limits


def test_all_faults_are_told_together() -> None:
    with pytest.raises(
        ProofError, match=r"images is 0.*keep is 0.*field .imputs. is unknown \(did you mean \"inputs\"\?\)"
    ):
        prove_by_name("layer-gradients", images=0, keep=0.0, imputs=3)
