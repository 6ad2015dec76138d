"""Flatten: every image becomes one row, its channels one after the other; the gradient goes back into shape.

out[n, (c * H + i) * W + j] = x[n, c, i, j]      dx = dout, in the shape of x
"""

from __future__ import annotations

from math import prod
from typing import Any

from numpy.typing import NDArray

from striate.scratch.layers.checks import checked_gradient

Array = NDArray[Any]


def flatten_forward(x: Array) -> tuple[Array, tuple[int, ...]]:
    """Return ``x`` (N, ...) as (N, cells), and its shape as cache."""
    return x.reshape(len(x), prod(x.shape[1:])), x.shape


def flatten_backward(dout: Array, shape: tuple[int, ...]) -> Array:
    """Return ``dx`` (N, ...) for ``dout`` (N, cells)."""
    checked_gradient(dout, (shape[0], prod(shape[1:])), "flatten")
    return dout.reshape(shape)
