"""Dropout: numbers by hand, PyTorch under the same mask, the means of training and test, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from striate.base.errors import NetError
from striate.scratch.gradcheck import gradcheck
from striate.scratch.layers.dropout import Scaling, dropout_backward, dropout_forward

X, MASK = np.array([[1.0, 2.0], [3.0, -4.0]]), np.array([[True, False], [True, True]])


@pytest.mark.parametrize(
    ("mode", "scaling", "factors"),
    [
        ("train", "inverted", [[4.0, 0.0], [4.0, 4.0]]),
        ("train", "vanilla", [[1.0, 0.0], [1.0, 1.0]]),
        ("test", "inverted", [[1.0, 1.0], [1.0, 1.0]]),
        ("test", "vanilla", [[0.25, 0.25], [0.25, 0.25]]),
    ],
)
def test_cells_and_gradients_take_the_factors_worked_out_by_hand(
    mode: Any, scaling: Scaling, factors: list[list[float]]
) -> None:
    out, cache = dropout_forward(X, 0.25, mode, mask=MASK, scaling=scaling)
    np.testing.assert_array_equal(out, X * factors)
    np.testing.assert_array_equal(dropout_backward(np.full((2, 2), 10.0), cache), np.multiply(10, factors))


@settings(max_examples=40)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.floats(0.05, 1), st.integers(0, 999))
def test_it_agrees_with_central_differences(shape: list[int], keep: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = rng.random(shape) < keep
    for mode in ("train", "test"):
        for scaling in ("inverted", "vanilla"):
            check = gradcheck(
                lambda x, m=mode, s=scaling: dropout_forward(x, keep, m, mask=mask, scaling=s),
                dropout_backward,
                rng.normal(size=shape),
            )
            assert check.holds, check.worst


def test_it_equals_pytorch_under_the_same_mask() -> None:
    x = torch.randn(50, 20, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).requires_grad_()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        theirs = torch.nn.functional.dropout(x, 0.3)
    mask = (theirs != 0).numpy()
    assert 0 < mask.sum() < mask.size
    out, cache = dropout_forward(x.detach().numpy(), 0.7, mask=mask)
    np.testing.assert_allclose(out, theirs.detach().numpy(), rtol=1e-10)
    dout = np.arange(1000.0).reshape(50, 20)
    (grad,) = torch.autograd.grad(theirs, x, torch.tensor(dout))
    np.testing.assert_allclose(dropout_backward(dout, cache), grad.numpy(), rtol=1e-10)


@pytest.mark.parametrize("scaling", ["inverted", "vanilla"])
def test_training_gives_in_the_mean_what_test_gives(scaling: Scaling) -> None:
    x = np.ones(200_000)
    trained, cache = dropout_forward(x, 0.8, rng=np.random.default_rng(0), scaling=scaling)
    tested, _ = dropout_forward(x, 0.8, "test", scaling=scaling)
    assert cache.mask is not None
    assert cache.mask.mean() == pytest.approx(0.8, abs=0.004)  # four standard errors
    assert trained.mean() == pytest.approx(tested.mean(), abs=0.005)


def test_one_uniform_number_is_drawn_for_each_cell() -> None:
    _, cache = dropout_forward(X, 0.5, rng=np.random.default_rng(3))
    np.testing.assert_array_equal(cache.mask, np.random.default_rng(3).random((2, 2)) < 0.5)


def test_float32_stays_float32() -> None:
    for mode in ("train", "test"):
        out, cache = dropout_forward(X.astype(np.float32), 0.5, mode, mask=MASK, scaling="vanilla")
        assert {out.dtype.name, dropout_backward(out, cache).dtype.name} == {"float32"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"keep": 0.0, "mask": MASK},
            r"keep is 0.0, and must be above 0 and at most 1: the probability of keeping a cell",
        ),
        ({"keep": 1.5, "mask": MASK}, "keep is 1.5, and must be above 0"),
        ({"keep": float("nan"), "mask": MASK}, "keep is nan, and must be above 0"),
        ({"keep": 0.5}, "dropout in training draws cells; give it a generator as rng, or a mask"),
        ({"keep": 0.5, "mask": MASK[0]}, r"the mask has shape \(2,\) and the input \(2, 2\)"),
        ({"keep": 0.5, "mode": "eval"}, 'mode is "eval", and must be "train" or "test"'),
        ({"keep": 0.5, "mask": MASK, "scaling": "up"}, 'scaling is "up", and must be "inverted" or "vanilla"'),
    ],
)
def test_what_is_not_acceptable_is_named(given: dict[str, Any], said: str) -> None:
    with pytest.raises(NetError, match=said):
        dropout_forward(X, **given)
