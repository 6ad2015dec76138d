"""The losses: numbers by hand, PyTorch, central differences, large scores, and labels that are not accepted."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from striate.base.errors import DataError, NetError
from striate.scratch.gradcheck import gradcheck
from striate.scratch.layers.losses import hinge_loss, logistic_loss, signs_of, softmax_loss

TWO: dict[str, tuple[Callable[..., Any], Callable[[torch.Tensor, torch.Tensor], torch.Tensor]]] = {
    "logistic": (logistic_loss, lambda x, s: F.binary_cross_entropy_with_logits(x, (s + 1) / 2)),
    "hinge": (hinge_loss, lambda x, s: torch.clamp(1 - s * x, min=0).mean()),
}


def test_logistic_by_hand() -> None:
    # sigmoid(log 3) = 3/4: right with 1, and with 0 the loss is log 4.
    loss, dx = logistic_loss(np.log([3.0, 3.0]), np.array([1, 0]))
    assert loss == pytest.approx((np.log(4 / 3) + np.log(4)) / 2)
    np.testing.assert_allclose(dx, [-1 / 8, 3 / 8])


def test_hinge_by_hand() -> None:
    loss, dx = hinge_loss(np.array([2.0, 0.5, 0.5, 1.0]), np.array([1, 1, 0, 1]))
    assert loss == (0 + 0.5 + 1.5 + 0) / 4
    np.testing.assert_array_equal(dx, [0, -0.25, 0.25, 0])  # at the margin itself nothing


def test_softmax_by_hand() -> None:
    loss, dx = softmax_loss(np.log([[1.0, 2.0, 5.0], [1.0, 1.0, 2.0]]), np.array([2, 0]))
    assert loss == pytest.approx((np.log(8 / 5) + np.log(4)) / 2)
    np.testing.assert_allclose(dx, np.array([[1 / 8, 1 / 4, -3 / 8], [-3 / 4, 1 / 4, 1 / 2]]) / 2)


@pytest.mark.parametrize("name", TWO)
@settings(max_examples=40)
@given(st.integers(1, 8), st.booleans(), st.integers(0, 999))
def test_two_classes_equal_pytorch_and_central_differences(name: str, n: int, signed: bool, seed: int) -> None:
    loss, theirs = TWO[name]
    rng = np.random.default_rng(seed)
    x, y = rng.normal(scale=3, size=n), rng.integers(0, 2, n)
    value, dx = loss(x, 2 * y - 1 if signed else y)
    tensor = torch.tensor(x, requires_grad=True)
    expected = theirs(tensor, torch.tensor(2.0 * y - 1))
    (grad,) = torch.autograd.grad(expected, tensor)
    assert value == pytest.approx(expected.item(), rel=1e-10, abs=1e-10)
    np.testing.assert_allclose(dx, grad.numpy(), rtol=1e-10, atol=1e-10)
    check = gradcheck(lambda x: loss(x, y), lambda dout, dx: dout * dx, x)
    assert check.holds, check.worst


@settings(max_examples=40)
@given(st.integers(1, 6), st.integers(1, 5), st.integers(0, 999))
def test_softmax_equals_pytorch_and_central_differences(n: int, k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(scale=3, size=(n, k)), rng.integers(0, k, n)
    value, dx = softmax_loss(x, y)
    tensor = torch.tensor(x, requires_grad=True)
    expected = F.cross_entropy(tensor, torch.tensor(y))
    (grad,) = torch.autograd.grad(expected, tensor)
    assert value == pytest.approx(expected.item(), rel=1e-10, abs=1e-10)
    np.testing.assert_allclose(dx, grad.numpy(), rtol=1e-10, atol=1e-10)
    check = gradcheck(lambda x: softmax_loss(x, y), lambda dout, dx: dout * dx, x)
    assert check.holds, check.worst


def test_scores_near_zero_cost_what_guessing_costs() -> None:
    x = np.random.default_rng(0).normal(scale=1e-3, size=(200, 10))
    assert softmax_loss(x, np.zeros(200, int))[0] == pytest.approx(np.log(10), abs=1e-3)
    assert logistic_loss(x[:, 0], np.ones(200))[0] == pytest.approx(np.log(2), abs=1e-3)
    assert hinge_loss(x[:, 0], np.ones(200))[0] == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_large_scores_neither_overflow_nor_vanish(kind: type) -> None:
    large = np.array([1e30, -1e30], kind)
    for loss in (logistic_loss, hinge_loss):
        value, dx = loss(large, np.array([0, 1]))
        assert value == pytest.approx(1e30, rel=1e-6)
        np.testing.assert_array_equal(dx, [0.5, -0.5])
        assert loss(large, np.array([1, 0]))[0] == 0
    value, dx = softmax_loss(np.array([[1e30, 0.0], [0.0, -1e30]], kind), np.array([1, 0]))
    assert value == pytest.approx(5e29, rel=1e-6)
    np.testing.assert_array_equal(dx, [[0.5, -0.5], [0, 0]])
    assert dx.dtype == kind


@pytest.mark.parametrize(
    ("y", "said"),
    [
        ([0, 1, 2, 3], "label 2 is 2, and labels are 0 and 1, or -1 and +1"),
        ([1, 1, 0.5, 7], "label 2 is 0.5, and labels are"),
        ([1, float("nan"), 0, 1], "label 1 is nan, and labels are"),
        ([1, 0, -1, 1], "label 1 is 0 and label 2 is -1: labels are 0 and 1, or -1 and +1, and not a mixture"),
    ],
)
def test_other_labels_are_refused_by_the_first(y: list[float], said: str) -> None:
    for loss in (logistic_loss, hinge_loss):
        with pytest.raises(DataError, match=re.escape(said)):
            loss(np.zeros(4), np.array(y))


def test_labels_of_one_kind_alone_are_accepted() -> None:
    for y in ([1, 1], [0, 0], [-1, -1], [True, False], [1.0, -1.0]):
        assert signs_of(np.array(y)).tolist() == [1 if label == 1 else -1 for label in y]


def test_softmax_refuses_labels_that_are_no_class() -> None:
    for y, said in (
        ([0, 3, 9], "label 1 is 3, and labels are 0 to 2, for 3 scores"),
        ([0, 1, -1], "label 2 is -1, and"),
    ):
        with pytest.raises(DataError, match=re.escape(said)):
            softmax_loss(np.zeros((3, 3)), np.array(y))
    with pytest.raises(DataError, match="labels are float64, and must be integers from 0 to 2"):
        softmax_loss(np.zeros((3, 3)), np.zeros(3))


def test_shapes_that_do_not_fit_are_named() -> None:
    two = "scores (3, 1) and labels (3,): a loss of two classes takes (N) and (N), not empty"
    for loss in (logistic_loss, hinge_loss):
        with pytest.raises(NetError, match=re.escape(two)):
            loss(np.zeros((3, 1)), np.zeros(3))
        with pytest.raises(NetError, match="not empty"):
            loss(np.zeros(0), np.zeros(0))
    for x, y in (((3,), (3,)), ((3, 2), (2,)), ((0, 2), (0,))):
        with pytest.raises(
            NetError, match=re.escape(f"scores {x} and labels {y}: the softmax loss takes (N, K) and (N)")
        ):
            softmax_loss(np.zeros(x), np.zeros(y, int))
