"""Full, valid and filt: the three ways of sliding ``b`` (U, V) over ``a`` (H, W).

    convolve_full(a, b)[i, j]  = sum over u, v of  a[i - u, j - v] b[u, v],  a = 0 outside       (H+U-1, W+V-1)
    convolve_valid(a, b)       = the part of it in which b lies wholly inside a                  (H-U+1, W-V+1)
    convolve_filt(a, b)[i, j]  = sum over u, v of  a[i + u, j + v] b[u, v]                       (H-U+1, W-V+1)

Indices count from 0. Filt does not turn b; valid does: it is filt of b turned by half a turn. A convolution layer is a sum
over channels of filt, its gradient for the input one of full, that for the filters one of filt.
Source: EECS 498/598 Deep Learning, Homework 1, 2019, question 1.5 (valid: its later edition).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from striate.base.errors import NetError
from striate.base.shapes import window_output

Array = NDArray[Any]


def convolve_filt(a: Array, b: Array) -> Array:
    """Return the sums of ``a`` under ``b`` at every place, (H-U+1, W-V+1). Raises NetError where b is larger than a."""
    _check(a, b)
    try:
        for size, kernel in zip(a.shape, b.shape, strict=True):
            window_output(size, kernel)
    except ValueError as error:
        raise NetError(f"b {b.shape} over a {a.shape}: {error}; filt and valid take a b no larger than a") from error
    return np.einsum("ijuv,uv->ij", sliding_window_view(a, b.shape), b)


def convolve_valid(a: Array, b: Array) -> Array:
    """Return the convolution where ``b`` lies wholly inside ``a``, (H-U+1, W-V+1). Raises NetError where it nowhere does."""
    return convolve_filt(a, b[::-1, ::-1])


def convolve_full(a: Array, b: Array) -> Array:
    """Return the whole convolution, (H+U-1, W+V-1): valid in a frame of zeros as wide as b reaches."""
    _check(a, b)
    rows, columns = (size - 1 for size in b.shape)
    return convolve_valid(np.pad(a, ((rows, rows), (columns, columns))), b)


def _check(a: Array, b: Array) -> None:
    if a.ndim != 2 or b.ndim != 2 or 0 in (*a.shape, *b.shape):
        raise NetError(f"a {a.shape} and b {b.shape}: both must have two dimensions, and neither may be empty")
