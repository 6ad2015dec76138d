"""The gradients of a convolution layer: one row by hand, other sizes, and the errata's sizes."""

from __future__ import annotations

import numpy as np
import pytest

from striate.base.errors import ProofError
from striate.proofs.catalog import prove as prove_by_name
from striate.proofs.parts.filtering import filt, summed
from striate.proofs.statements.convolution_gradients import (
    Parameters,
    forward,
    input_gradient,
    kernel_gradient,
    mutated,
    prove,
)


def test_one_row_by_hand() -> None:
    x, w = np.array([[[[1.0, 2.0, 3.0]]]]), np.array([[[[1.0, 10.0]]]])
    assert forward(x, w).ravel().tolist() == [21, 32]
    dy = np.array([[[[1.0, 100.0]]]])
    assert input_gradient(w, dy).ravel().tolist() == [1, 10 + 100, 1000]  # each cell: its weights times its outputs
    assert kernel_gradient(x, dy).ravel().tolist() == [1 + 200, 2 + 300]


def test_the_errata_name_sizes_that_do_not_match() -> None:
    forward_slip, input_slip, kernel_slip = (erratum.example for erratum in prove(Parameters()).errata)
    assert "full gives 7x7, filt 3x5" in forward_slip
    assert "dL/dX is 5x6; dL/dY of 3x5 filt W of 3x2 gives 1x4, W full dL/dY 5x6" in input_slip
    assert "dL/dW is 3x2; dL/dY of 3x5 filt X of 5x6 gives none, X filt dL/dY 3x2" in kernel_slip


def test_what_was_printed_holds_of_a_layer_of_the_full_size() -> None:
    x, w, dy = np.array([[[[1.0, 2.0]]]]), np.array([[[[1.0, 10.0]]]]), np.array([[[[1.0, 3.0, 7.0]]]])
    # Y is x1, 10 x1 + x2 and 10 x2 with these weights, and w1 x1, w2 x1 + w1 x2, w2 x2 in general.
    assert summed(filt, dy, w).ravel().tolist() == [1 * 1 + 3 * 10, 3 * 1 + 7 * 10]
    assert summed(filt, dy, x).ravel().tolist() == [1 * 1 + 3 * 2, 3 * 1 + 7 * 2]
    proof = prove(Parameters())
    assert [check.passed for check in proof.checks if "as printed, of a full layer" in check.name] == [True, True]
    assert "or else its size is H+H'-1, and the gradients are as printed" in proof.errata[0].right


def test_a_kernel_of_one_cell_is_the_exception_and_said_to_be() -> None:
    proof = prove(Parameters(height=2, width=2, kernel_height=1, kernel_width=1))
    assert proof.holds
    assert all("Only a kernel of one cell" in erratum.example for erratum in proof.errata)


@pytest.mark.parametrize(("height", "kernel"), [(3, 3), (1, 1), (8, 5)])
def test_what_was_printed_and_kernels_flipped_once_more_are_rejected(height: int, kernel: int) -> None:
    given = Parameters(height=height, kernel_height=kernel)
    assert prove(given).holds
    assert not any(check.passed for check in mutated(given))


def test_kernels_larger_than_the_image_are_refused_side_by_side() -> None:
    with pytest.raises(
        ProofError, match=r"height 5 with kernel 9: a window of 9 does not fit.*width 6 with kernel 7: a"
    ):
        prove_by_name("convolution-gradients", kernel_height=9, kernel_width=7)
