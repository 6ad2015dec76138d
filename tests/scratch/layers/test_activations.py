"""The activations: numbers by hand, PyTorch, central differences, and the ends of the number line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from striate.scratch.gradcheck import gradcheck
from striate.scratch.layers import activations as act

PAIRS: dict[str, tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]] = {
    "relu": (act.relu_forward, act.relu_backward, torch.relu),
    "sigmoid": (act.sigmoid_forward, act.sigmoid_backward, torch.sigmoid),
    "tanh": (act.tanh_forward, act.tanh_backward, torch.tanh),
}


@pytest.mark.parametrize(
    ("name", "out", "dx"),
    [
        ("relu", [0.0, 0.0, 3.0], [0.0, 0.0, 2.0]),
        ("sigmoid", [1 / 3, 0.5, 1 / (1 + np.exp(-3))], [4 / 9, 0.5, 2 * np.exp(-3) / (1 + np.exp(-3)) ** 2]),
        ("tanh", [-0.6, 0.0, np.tanh(3)], [2 * (1 - 0.36), 2.0, 2 / np.cosh(3) ** 2]),
    ],
)
def test_numbers_by_hand(name: str, out: list[float], dx: list[float]) -> None:
    forward, backward, _ = PAIRS[name]
    # sigmoid(-log 2) = 1/3 and tanh(-log 2) = (1/2 - 2) / (1/2 + 2) = -0.6
    got, cache = forward(np.array([-np.log(2), 0.0, 3.0]))
    np.testing.assert_allclose(got, out, rtol=1e-14)
    np.testing.assert_allclose(backward(np.array([2.0, 2.0, 2.0]), cache), dx, rtol=1e-13)


@pytest.mark.parametrize("name", PAIRS)
@given(st.lists(st.integers(0, 4), min_size=0, max_size=4), st.integers(0, 999))
def test_it_equals_pytorch_on_any_shape(name: str, shape: list[int], seed: int) -> None:
    forward, backward, theirs = PAIRS[name]
    rng = np.random.default_rng(seed)
    x = np.where(rng.random(shape) < 0.2, 0.0, rng.normal(scale=3, size=shape))
    out, cache = forward(x)
    dout = rng.normal(size=shape)
    tensor = torch.tensor(x, requires_grad=True)
    expected = theirs(tensor)
    np.testing.assert_allclose(out, expected.detach().numpy(), rtol=1e-10, atol=1e-10)
    (grad,) = torch.autograd.grad(expected, tensor, torch.tensor(dout))
    np.testing.assert_allclose(backward(dout, cache), grad.numpy(), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", PAIRS)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=3), st.integers(0, 999))
def test_it_agrees_with_central_differences(name: str, shape: list[int], seed: int) -> None:
    check = gradcheck(*PAIRS[name][:2], np.random.default_rng(seed).normal(size=shape))
    assert check.holds, check.worst


def test_a_sigmoid_neither_overflows_nor_loses_small_values() -> None:
    x = np.array([-1e308, -700.0, -50.0, 50.0, 1e308])
    np.testing.assert_allclose(act.sigmoid(x), [0, np.exp(-700), np.exp(-50), 1, 1], rtol=1e-12)


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("kind", [np.float16, np.float32])
def test_the_float_type_stays(name: str, kind: type) -> None:
    forward, backward, _ = PAIRS[name]
    out, cache = forward(np.ones((2, 3), kind))
    assert {out.dtype, backward(out, cache).dtype} == {np.dtype(kind)}
