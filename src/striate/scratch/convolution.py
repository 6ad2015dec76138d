"""The convolution layer, a cross-correlation over channels, and its gradients.

    out[n, f, i, j] = b[f] + sum over c, u, v of  w[f, c, u, v] * x[n, c, i*S + u - P, j*S + v - P],   x = 0 outside
    dw[f, c, u, v]  =        sum over n, i, j of  dout[n, f, i, j] * x[n, c, i*S + u - P, j*S + v - P]
    dx              = every product dout[n, f, i, j] * w[f, c, u, v], added to the cell of x that it came from
    db[f]           =        sum over n, i, j of  dout[n, f, i, j]

N images, C channels, H x W cells, F filters of U x V taps, stride S, padding P; I x J positions with
I = floor((H + 2P - U) / S) + 1, J alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from striate.base.errors import NetError
from striate.base.shapes import window_output

Array = NDArray[Any]


@dataclass(frozen=True)
class ConvCache:
    """What the backward pass needs of the forward pass: the input, the filters, and how they were laid over it."""

    x: Array
    w: Array
    bias: bool
    stride: int
    padding: int


def conv_forward(
    x: Array, w: Array, b: Array | None = None, stride: int = 1, padding: int = 0
) -> tuple[Array, ConvCache]:
    """Return ``out`` (N, F, I, J) and the cache of :func:`conv_backward`.

    ``x`` (N, C, H, W), ``w`` (F, C, U, V) and ``b`` (F), all of one float type. Raises NetError where the shapes do not fit.
    """
    _check(x, w, b, stride, padding)
    filters, channels, height, width = w.shape
    windows = _windows(x, w, stride, padding)
    count, _, rows, columns = windows.shape[:4]
    # One row per position, one column per tap: the whole layer is this matrix times the filters.
    taps = windows.transpose(0, 2, 3, 1, 4, 5).reshape(-1, channels * height * width)
    out = (taps @ w.reshape(filters, -1).T).reshape(count, rows, columns, filters).transpose(0, 3, 1, 2)
    if b is not None:
        out = out + b[:, None, None]
    return np.ascontiguousarray(out), ConvCache(x, w, b is not None, stride, padding)


def conv_backward(dout: Array, cache: ConvCache) -> tuple[Array, Array, Array | None]:
    """Return ``dx`` (N, C, H, W), ``dw`` (F, C, U, V) and ``db`` (F), or None where there was no bias.

    ``dout`` (N, F, I, J) is the gradient of the loss with respect to the layer's output.
    """
    x, w, stride, padding = cache.x, cache.w, cache.stride, cache.padding
    filters, channels, height, width = w.shape
    windows = _windows(x, w, stride, padding)
    count, _, rows, columns = windows.shape[:4]
    if dout.shape != (count, filters, rows, columns):
        raise NetError(
            f"the gradient has shape {dout.shape}, but the convolution gave {(count, filters, rows, columns)}: "
            "a gradient has the shape of what it is the gradient of"
        )
    taps = windows.transpose(0, 2, 3, 1, 4, 5).reshape(-1, channels * height * width)
    per_position = dout.transpose(0, 2, 3, 1).reshape(-1, filters)
    dw = (per_position.T @ taps).reshape(w.shape)
    dtaps = (per_position @ w.reshape(filters, -1)).reshape(count, rows, columns, channels, height, width)
    padded = np.zeros((count, channels, x.shape[2] + 2 * padding, x.shape[3] + 2 * padding), dtype=dtaps.dtype)
    for u in range(height):
        for v in range(width):
            reached = padded[:, :, u : u + stride * rows : stride, v : v + stride * columns : stride]
            reached += dtaps[:, :, :, :, u, v].transpose(0, 3, 1, 2)
    dx = padded[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]]
    return np.ascontiguousarray(dx), dw, dout.sum(axis=(0, 2, 3)) if cache.bias else None


def _windows(x: Array, w: Array, stride: int, padding: int) -> Array:
    """Return the view (N, C, I, J, U, V) of what each filter sees at each position."""
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding))) if padding else x
    return sliding_window_view(padded, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]


def _check(x: Array, w: Array, b: Array | None, stride: int, padding: int) -> None:
    if x.ndim != 4 or w.ndim != 4:
        raise NetError(f"input {x.shape} and filters {w.shape}: a convolution takes (N, C, H, W) and (F, C, U, V)")
    if x.shape[1] != w.shape[1]:
        raise NetError(
            f"input {x.shape} has {x.shape[1]} channels and filters {w.shape} have {w.shape[1]}: "
            "(N, C, H, W) and (F, C, U, V) share C"
        )
    if b is not None and b.shape != w.shape[:1]:
        raise NetError(
            f"bias {b.shape} and filters {w.shape}: a bias holds one number per filter, (F) for (F, C, U, V)"
        )
    try:
        for axis in (2, 3):
            window_output(x.shape[axis], w.shape[axis], stride, padding)
    except ValueError as error:
        raise NetError(f"filters {w.shape} on input {x.shape}, stride {stride}, padding {padding}: {error}") from error
