"""The fully connected layer and its gradients.

    out = x w + b
    dx  = dout w'      dw = x' dout      db = sum over n of dout[n]

N rows, I inputs, O outputs. Source: EECS 498/598 Deep Learning, Homework 1, 2019, question 1.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from striate.base.errors import NetError
from striate.scratch.layers.checks import checked_gradient

Array = NDArray[Any]


@dataclass(frozen=True)
class DenseCache:
    """What the backward pass needs of the forward pass: the input and the weights."""

    x: Array
    w: Array


def dense_forward(x: Array, w: Array, b: Array) -> tuple[Array, DenseCache]:
    """Return ``out`` (N, O) for ``x`` (N, I), ``w`` (I, O) and ``b`` (O), and the cache of :func:`dense_backward`.

    Raises NetError where the shapes do not fit.
    """
    if x.ndim != 2 or w.ndim != 2 or x.shape[1] != w.shape[0]:
        raise NetError(f"input {x.shape} and weights {w.shape}: a dense layer takes (N, I) and (I, O), which share I")
    if b.shape != w.shape[1:]:
        raise NetError(f"bias {b.shape} and weights {w.shape}: a bias holds one number per output, (O) for (I, O)")
    return x @ w + b, DenseCache(x, w)


def dense_backward(dout: Array, cache: DenseCache) -> tuple[Array, Array, Array]:
    """Return ``dx`` (N, I), ``dw`` (I, O) and ``db`` (O) for ``dout`` (N, O)."""
    dw, db = dense_backward_weights(dout, cache)
    return dout @ cache.w.T, dw, db


def dense_backward_weights(dout: Array, cache: DenseCache) -> tuple[Array, Array]:
    """Return ``dw`` and ``db`` alone: all that a first layer needs, since nobody asks for the gradient of the features."""
    checked_gradient(dout, (len(cache.x), cache.w.shape[1]), "the dense layer")
    return cache.x.T @ dout, dout.sum(axis=0)
