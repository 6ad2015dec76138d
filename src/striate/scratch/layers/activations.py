"""Activations, cell by cell, and their gradients.

    relu(x)    = max(x, 0)                 dx = dout where x > 0, else 0
    sigmoid(x) = 1 / (1 + exp(-x))         dx = dout * s * (1 - s),   s = sigmoid(x)
    tanh(x)                                dx = dout * (1 - t^2),     t = tanh(x)

Arrays of any shape. At 0 the gradient of relu is 0, as PyTorch has it. Where s is near 0 or 1, or t near -1 or 1, almost
nothing comes back: the unit is saturated. Source: EECS 498/598 Deep Learning, Homework 1, 2019, questions 1.2 and 7.1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.scratch.layers.checks import checked_gradient

Array = NDArray[Any]


def relu_forward(x: Array) -> tuple[Array, Array]:
    """Return max(x, 0), and as cache where x > 0."""
    return np.maximum(x, 0), x > 0


def relu_backward(dout: Array, positive: Array) -> Array:
    """Return ``dx``, of the shape of ``dout``."""
    checked_gradient(dout, positive.shape, "relu")
    return dout * positive


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + exp(-x)), which lies in [0, 1] and neither overflows nor loses small values for any finite x."""
    return np.exp(-np.logaddexp(0, -x))


def sigmoid_forward(x: Array) -> tuple[Array, Array]:
    """Return sigmoid(x), and the same array as cache."""
    s = sigmoid(x)
    return s, s


def sigmoid_backward(dout: Array, s: Array) -> Array:
    """Return ``dx``, of the shape of ``dout``."""
    checked_gradient(dout, s.shape, "sigmoid")
    return dout * s * (1 - s)


def tanh_forward(x: Array) -> tuple[Array, Array]:
    """Return tanh(x), and the same array as cache."""
    t = np.tanh(x)
    return t, t


def tanh_backward(dout: Array, t: Array) -> Array:
    """Return ``dx``, of the shape of ``dout``."""
    checked_gradient(dout, t.shape, "tanh")
    return dout * (1 - t * t)
