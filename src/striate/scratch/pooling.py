"""Max pooling: the largest cell of each window, and where its gradient goes.

    out[n, c, i, j] = max over u, v of  x[n, c, i*S + u, j*S + v]
    dx              = each dout[n, c, i, j], added to the cell that was the largest in its window

Windows may overlap, and gradients then add up. Among equals the first in row-major order of the window takes all.
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
class PoolCache:
    """What the backward pass needs: the input's shape, the winner of each window, the window and its stride."""

    shape: tuple[int, ...]
    winners: Array
    window: tuple[int, int]
    stride: int


def max_pool_forward(x: Array, pool_height: int = 2, pool_width: int = 2, stride: int = 2) -> tuple[Array, PoolCache]:
    """Return ``out`` (N, C, I, J) of ``x`` (N, C, H, W) and the cache of :func:`max_pool_backward`."""
    if x.ndim != 4:
        raise NetError(f"input {x.shape}: max pooling takes (N, C, H, W)")
    try:
        window_output(x.shape[2], pool_height, stride)
        window_output(x.shape[3], pool_width, stride)
    except ValueError as error:
        raise NetError(f"window {(pool_height, pool_width)} on input {x.shape}, stride {stride}: {error}") from error
    windows = sliding_window_view(x, (pool_height, pool_width), axis=(2, 3))[:, :, ::stride, ::stride]
    flat = windows.reshape(*windows.shape[:4], -1)
    winners = flat.argmax(axis=-1)
    out = np.take_along_axis(flat, winners[..., None], axis=-1)[..., 0]
    return out, PoolCache(x.shape, winners, (pool_height, pool_width), stride)


def max_pool_backward(dout: Array, cache: PoolCache) -> Array:
    """Return ``dx`` (N, C, H, W) for ``dout`` (N, C, I, J)."""
    if dout.shape != cache.winners.shape:
        raise NetError(
            f"the gradient has shape {dout.shape}, but the pooling gave {cache.winners.shape}: "
            "a gradient has the shape of what it is the gradient of"
        )
    dx = np.zeros(cache.shape, dtype=dout.dtype)
    rows, columns = dout.shape[2:]
    for tap in range(cache.window[0] * cache.window[1]):
        u, v = divmod(tap, cache.window[1])
        reached = dx[:, :, u : u + cache.stride * rows : cache.stride, v : v + cache.stride * columns : cache.stride]
        reached += np.where(cache.winners == tap, dout, 0)
    return dx
