"""Batch normalization: numbers by hand, PyTorch in both modes, central differences, and the running averages."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from striate.base.errors import NetError
from striate.scratch.gradcheck import gradcheck
from striate.scratch.layers.batch_norm import Averages, batch_norm_backward, batch_norm_forward
from striate.scratch.layers.checks import Mode

SHAPES = st.one_of(
    st.tuples(st.integers(1, 6), st.integers(1, 4)),
    st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 4), st.integers(1, 4)),
)


def inputs(shape: tuple[int, ...], seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, Averages]:
    rng = np.random.default_rng(seed)
    features = shape[1]
    averages = Averages(rng.normal(size=features), rng.uniform(0.5, 2, features))
    return rng.normal(size=shape), rng.normal(size=features), rng.normal(size=features), averages


def test_numbers_by_hand() -> None:
    # Column 0: mean 2, variance 1; column 1: mean 0, variance 4; eps 0.
    x, gamma, beta = np.array([[1.0, -2.0], [3.0, 2.0]]), np.array([10.0, 1.0]), np.array([0.5, 0.0])
    out, cache = batch_norm_forward(x, gamma, beta, eps=0)
    np.testing.assert_array_equal(out, [[-9.5, -1], [10.5, 1]])
    np.testing.assert_allclose(cache.averages.mean, [0.2, 0])
    np.testing.assert_allclose(cache.averages.var, [0.1, 0.4])
    dx, dgamma, dbeta = batch_norm_backward(np.array([[1.0, 0.0], [3.0, 1.0]]), cache)
    np.testing.assert_array_equal(dgamma, [2, 1])
    np.testing.assert_array_equal(dbeta, [4, 1])
    np.testing.assert_array_equal(dx, [[0, 0], [0, 0]])  # two values are -1 and +1 whatever they were


def test_three_values_by_hand() -> None:
    # mean 0, variance 2/3, sigma^2 = 2/3; dout = (1, 0, 0): dx = (1/sigma) (dout - 1/3 - h dgamma / 3), dgamma = h_1
    x = np.array([[-1.0], [0.0], [1.0]])
    _, cache = batch_norm_forward(x, np.ones(1), np.zeros(1), eps=0)
    dx, dgamma, _ = batch_norm_backward(np.array([[1.0], [0.0], [0.0]]), cache)
    sigma = np.sqrt(2 / 3)
    np.testing.assert_allclose(dgamma, [-1 / sigma])
    np.testing.assert_allclose(dx[:, 0], np.array([1 - 1 / 3 - 1 / 2, -1 / 3, -1 / 3 + 1 / 2]) / sigma, atol=1e-15)


@pytest.mark.parametrize("mode", ["train", "test"])
@settings(max_examples=40)
@given(SHAPES, st.integers(0, 999))
def test_it_equals_pytorch(mode: Mode, shape: tuple[int, ...], seed: int) -> None:
    x, gamma, beta, averages = inputs(shape, seed)
    values = x.size // shape[1]
    if mode == "train" and values == 1:
        return  # PyTorch refuses one value per feature; see below what comes out here
    out, cache = batch_norm_forward(x, gamma, beta, averages, mode, corrected=True)
    mean, var = torch.tensor(averages.mean), torch.tensor(averages.var)
    tensors = [torch.tensor(a, requires_grad=True) for a in (x, gamma, beta)]
    theirs = F.batch_norm(tensors[0], mean, var, tensors[1], tensors[2], training=mode == "train", momentum=0.1)
    np.testing.assert_allclose(out, theirs.detach().numpy(), rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(cache.averages.mean, mean.numpy(), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(cache.averages.var, var.numpy(), rtol=1e-10)
    dout = np.random.default_rng(seed).normal(size=shape)
    grads = torch.autograd.grad(theirs, tensors, torch.tensor(dout))
    for ours, grad in zip(batch_norm_backward(dout, cache), grads, strict=True):
        # Two values per feature give gradients of 1e-5 as differences of numbers of 1e2, in both.
        np.testing.assert_allclose(ours, grad.numpy(), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("mode", ["train", "test"])
@settings(max_examples=40)
@given(SHAPES, st.integers(0, 999))
def test_it_agrees_with_central_differences(mode: Mode, shape: tuple[int, ...], seed: int) -> None:
    *arrays, averages = inputs(shape, seed)

    def forward(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray) -> tuple[np.ndarray, Any]:
        return batch_norm_forward(x, gamma, beta, averages, mode, eps=1e-2)

    check = gradcheck(forward, batch_norm_backward, *arrays, names=("x", "gamma", "beta"))
    assert check.holds, check.worst


def test_a_batch_of_one_is_its_shift() -> None:
    x, gamma, beta, averages = inputs((1, 3), 0)
    for corrected in (False, True):
        out, cache = batch_norm_forward(x, gamma, beta, averages, corrected=corrected)
        np.testing.assert_array_equal(out, beta[None])
        np.testing.assert_allclose(cache.averages.var, 0.9 * averages.var)
        np.testing.assert_array_equal(batch_norm_backward(np.ones((1, 3)), cache)[0], np.zeros((1, 3)))


def test_images_are_normalized_channel_by_channel() -> None:
    x = np.random.default_rng(0).normal(3, 5, size=(4, 2, 3, 5))
    out, _ = batch_norm_forward(x, np.ones(2), np.zeros(2))
    rows, _ = batch_norm_forward(x.transpose(0, 2, 3, 1).reshape(-1, 2), np.ones(2), np.zeros(2))
    np.testing.assert_allclose(out.transpose(0, 2, 3, 1).reshape(-1, 2), rows, atol=1e-12)


def test_averages_start_at_zero_take_a_tenth_of_each_batch_and_stay_at_test() -> None:
    x, gamma, beta, _ = inputs((50, 3), 0)
    averages = None
    for _ in range(100):
        _, cache = batch_norm_forward(x, gamma, beta, averages)
        averages = cache.averages
    assert averages is not None
    share = 1 - 0.9**100
    np.testing.assert_allclose(averages.mean, share * x.mean(0))
    np.testing.assert_allclose(averages.var, share * x.var(0))
    _, cache = batch_norm_forward(x, gamma, beta, averages, "test")
    assert cache.averages is averages


def test_float32_stays_float32() -> None:
    x, gamma, beta = (a.astype(np.float32) for a in inputs((4, 3), 0)[:3])
    out, cache = batch_norm_forward(x, gamma, beta)
    arrays = (out, cache.averages.mean, cache.averages.var, *batch_norm_backward(out, cache))
    assert {a.dtype.name for a in arrays} == {"float32"}


def test_what_does_not_fit_is_named() -> None:
    x, one, three = np.zeros((4, 3)), np.zeros(1), np.zeros(3)
    for arguments, said in (
        ((x, one, three), "gamma has shape (1,) and the input (4, 3): one number per feature, (3,)"),
        ((x, three, one), "beta has shape (1,) and the input (4, 3)"),
        ((x, three, three, Averages(one, three)), "mean has shape (1,) and the input (4, 3)"),
        ((x, three, three, Averages(three, one)), "var has shape (1,) and the input (4, 3)"),
        ((x[0], three, three), "the input has shape (3,): batch normalization takes (N, D) or (N, C, H, W), not empty"),
        ((x[:0], three, three), "the input has shape (0, 3): batch normalization takes"),
        ((x, three, three, None, "eval"), 'mode is "eval", and must be "train" or "test"'),
    ):
        with pytest.raises(NetError, match=re.escape(said)):
            batch_norm_forward(*arguments)  # pyright: ignore[reportArgumentType]
    for constants in ({"momentum": 1.5}, {"eps": -1.0}, {"eps": np.nan}):
        with pytest.raises(NetError, match="momentum must be from 0 to 1, eps a number from 0"):
            batch_norm_forward(x, three, three, **constants)
    _, cache = batch_norm_forward(x, three, three)
    with pytest.raises(NetError, match=re.escape("the gradient has shape (4, 2), but batch normalization gave (4, 3)")):
        batch_norm_backward(np.zeros((4, 2)), cache)
