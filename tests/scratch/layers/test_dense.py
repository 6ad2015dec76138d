"""The dense layer: numbers by hand, PyTorch, central differences, and what does not fit."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from striate.base.errors import NetError
from striate.scratch.gradcheck import gradcheck
from striate.scratch.layers.dense import dense_backward, dense_backward_weights, dense_forward

SIZES = st.integers(1, 5)


def test_numbers_by_hand() -> None:
    x, w, b = np.array([[1.0, 2.0]]), np.array([[3.0, -1.0], [0.5, 4.0]]), np.array([10.0, 20.0])
    out, cache = dense_forward(x, w, b)
    np.testing.assert_array_equal(out, [[1 * 3 + 2 * 0.5 + 10, -1 + 2 * 4 + 20]])
    dx, dw, db = dense_backward(np.array([[1.0, -2.0]]), cache)
    np.testing.assert_array_equal(dx, [[3 + 2, 0.5 - 8]])
    np.testing.assert_array_equal(dw, [[1, -2], [2, -4]])
    np.testing.assert_array_equal(db, [1, -2])


@settings(max_examples=40)
@given(SIZES, SIZES, SIZES, st.integers(0, 999))
def test_it_equals_pytorch_and_central_differences(n: int, i: int, o: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    arrays = rng.normal(size=(n, i)), rng.normal(size=(i, o)), rng.normal(size=o)
    out, cache = dense_forward(*arrays)
    dout = rng.normal(size=out.shape)
    x, w, b = (torch.tensor(a, requires_grad=True) for a in arrays)
    theirs = torch.nn.functional.linear(x, w.T, b)
    np.testing.assert_allclose(out, theirs.detach().numpy(), rtol=1e-10, atol=1e-10)
    for ours, grad in zip(
        dense_backward(dout, cache), torch.autograd.grad(theirs, (x, w, b), torch.tensor(dout)), strict=True
    ):
        np.testing.assert_allclose(ours, grad.numpy(), rtol=1e-10, atol=1e-10)
    check = gradcheck(dense_forward, dense_backward, *arrays, names=("x", "w", "b"))
    assert check.holds, check.worst


def test_float32_stays_float32() -> None:
    x = np.ones((2, 3), np.float32)
    out, cache = dense_forward(x, np.ones((3, 4), np.float32), np.ones(4, np.float32))
    assert {a.dtype.name for a in (out, *dense_backward(out, cache))} == {"float32"}


@pytest.mark.parametrize(
    ("shapes", "said"),
    [
        (
            ((2, 3), (4, 5), (5,)),
            "input (2, 3) and weights (4, 5): a dense layer takes (N, I) and (I, O), which share I",
        ),
        (((2, 3, 1), (3, 5), (5,)), "input (2, 3, 1) and weights (3, 5): a dense layer takes"),
        (((2, 3), (3, 5), (4,)), "bias (4,) and weights (3, 5): a bias holds one number per output, (O) for (I, O)"),
    ],
)
def test_shapes_that_do_not_fit_are_named(shapes: tuple[tuple[int, ...], ...], said: str) -> None:
    with pytest.raises(NetError, match=re.escape(said)):
        dense_forward(*(np.zeros(shape) for shape in shapes))


def test_a_gradient_of_another_shape_is_named() -> None:
    _, cache = dense_forward(np.zeros((2, 3)), np.zeros((3, 5)), np.zeros(5))
    for backward in (dense_backward, dense_backward_weights):
        with pytest.raises(NetError, match=re.escape("the gradient has shape (2, 4), but the dense layer gave (2, 5)")):
            backward(np.zeros((2, 4)), cache)
