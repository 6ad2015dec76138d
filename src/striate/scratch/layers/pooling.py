"""Max pooling: the largest cell of each window, and where its gradient goes.

    out[n, c, i, j] = max over u, v of  x[n, c, i*S + u, j*S + v]
    dx              = each dout[n, c, i, j], added to the cell that was the largest in its window

N images, C channels, H x W cells; windows of any height and width, which overlap where they are larger than the stride S.
Among equals the first in row-major order of the window takes all; a NaN beats every number, and the last of several takes all:
as PyTorch decides.

The taps are compared one after the other, each first copied out of its window: neighbours in memory are compared several
times as fast, in blocks that stay in the cache.

Measured: 128 x 64 maps of 32 x 32, float32, one thread of a busy AMD Zen 3, NumPy 2.4, torch 2.15, windows 2 and 3 at stride 2:
3.84 and 2.80 of PyTorch's rate forward, 1.37 and .88 backward; medians of 7 and 5 pairs of benchmarks/bench_scratch.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from striate.base.errors import NetError, sentence
from striate.base.shapes import window_output
from striate.scratch.fast.cache_blocks import Array, Block, Workspace, blocks, cut
from striate.scratch.fast.threads import on_threads
from striate.scratch.layers.checks import broken

# Unsigned integers by their size in bytes. As such, bits times 0 or 1 are nothing or the same bits, of a NaN too.
BITS = {2: np.uint16, 4: np.uint32, 8: np.uint64}


@dataclass(frozen=True)
class PoolCache:
    """What the backward pass needs: the input's shape, the winning tap of each window (N, C, I, J), window and stride."""

    shape: tuple[int, ...]
    winners: Array
    window: tuple[int, int]
    stride: int


def max_pool_forward(x: Array, pool_height: int = 2, pool_width: int = 2, stride: int = 2) -> tuple[Array, PoolCache]:
    """Return ``out`` (N, C, I, J) of ``x`` (N, C, H, W) and the cache of :func:`max_pool_backward`.

    I = floor((H - pool_height) / stride) + 1, J alike; what is left over at the end is in no window. ``x`` is float16, float32
    or float64. Raises NetError where the window does not fit.
    """
    window = pool_height, pool_width
    shape = _out_shape(x, window, stride)
    maps = x.reshape(-1, *x.shape[2:])
    out = np.empty((len(maps), *shape[2:]), x.dtype)
    winners = np.zeros(out.shape, np.min_scalar_type(pool_height * pool_width - 1))

    def work(part: Sequence[Block]) -> None:
        space = Workspace(x.dtype)
        for block in part:
            best, chosen = out[block.images], winners[block.images]
            candidate = space.array("candidate", *best.shape)
            for tap, cells in enumerate(_taps(maps[block.images], window, stride, best)):
                if tap == 0:
                    np.copyto(best, cells)
                    continue
                np.copyto(candidate, cells)
                better = (candidate > best) | (candidate != candidate)
                np.maximum(best, candidate, out=best)
                # Taps come in ascending order, so the latest that was better is the largest of them.
                np.maximum(chosen, better * chosen.dtype.type(tap), out=chosen)

    on_threads(_blocks(maps), work)
    return out.reshape(shape), PoolCache(x.shape, winners.reshape(shape), window, stride)


def max_pool_backward(dout: Array, cache: PoolCache) -> Array:
    """Return ``dx`` (N, C, H, W) for ``dout`` (N, C, I, J). Raises NetError for another shape."""
    if dout.shape != cache.winners.shape:
        raise NetError(
            f"the gradient {dout.shape} does not fit the pooling's output {cache.winners.shape}: a gradient has the shape of "
            "what it is the gradient of"
        )
    dx = np.empty(cache.shape, dout.dtype)
    maps = dx.reshape(-1, *dx.shape[2:])
    winners = cache.winners.reshape(-1, *dout.shape[2:])
    bits = BITS[dout.itemsize]
    received = np.ascontiguousarray(dout).reshape(winners.shape).view(bits)
    stride = cache.stride
    rows, columns = (-(-size // stride) for size in cache.shape[2:])

    def work(part: Sequence[Block]) -> None:
        space = Workspace(bits)
        for block in part:
            # Cells that lie a stride apart form a plane. Windows in a frame of its size reach it by a shift of flat memory.
            gradient, chosen = (
                cut(a[block.images, None], 0, 0, rows, columns).reshape(-1) for a in (received, winners)
            )
            kept = space.array("kept", gradient.size)
            planes = space.array("planes", stride, stride, gradient.size).view(dx.dtype)
            planes[...] = 0
            for tap, (u, v) in enumerate(np.ndindex(cache.window)):
                np.multiply(gradient, chosen == tap, out=kept)
                shift = u // stride * columns + v // stride
                planes[u % stride, v % stride, shift:] += kept[: kept.size - shift].view(dx.dtype)
            for p, q in np.ndindex(stride, stride):
                cells = maps[block.images, p::stride, q::stride]
                plane = planes[p, q].reshape(block.count, rows, columns)
                cells[...] = plane[:, : cells.shape[1], : cells.shape[2]]

    on_threads(_blocks(maps), work)
    return dx


def plain_forward(x: Array, pool_height: int = 2, pool_width: int = 2, stride: int = 2) -> Array:
    """Return ``out`` (N, C, I, J) as the formula reads: the largest cell of each window. Raises NetError as above."""
    out = np.empty(_out_shape(x, (pool_height, pool_width), stride), x.dtype)
    for i, j in np.ndindex(*out.shape[2:]):
        window = x[:, :, i * stride : i * stride + pool_height, j * stride : j * stride + pool_width]
        out[:, :, i, j] = window.max(axis=(2, 3))
    return out


def plain_backward(dout: Array, x: Array, pool_height: int = 2, pool_width: int = 2, stride: int = 2) -> Array:
    """Return ``dx`` as the formula reads: each gradient goes to the first of the largest cells of its window."""
    dx = np.zeros(x.shape, dout.dtype)
    for n, c, i, j in np.ndindex(*dout.shape):
        window = x[n, c, i * stride : i * stride + pool_height, j * stride : j * stride + pool_width]
        u, v = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, i * stride + u, j * stride + v] += dout[n, c, i, j]
    return dx


def _taps(maps: Array, window: tuple[int, int], stride: int, out: Array) -> Iterator[Array]:
    """Yield for each tap of the window, row by row, the view (maps, I, J) of the cells that it reads."""
    rows, columns = out.shape[1:]
    for u, v in np.ndindex(window):
        yield maps[:, u : u + stride * rows : stride, v : v + stride * columns : stride]


def _blocks(maps: Array) -> list[Block]:
    """Return blocks of whole maps: each is pooled by itself."""
    return blocks(len(maps), rows=1, row_bytes=maps[0].nbytes if len(maps) else 1)


def _out_shape(x: Array, window: tuple[int, int], stride: int) -> tuple[int, int, int, int]:
    if x.ndim != 4 or x.dtype.kind != "f" or x.itemsize not in BITS:
        raise NetError(
            f"images {x.shape} of type {x.dtype} cannot be pooled: (N, C, H, W) of type float16, float32 or float64 is needed"
        )
    if faults := broken(pool_height=window[0], pool_width=window[1], stride=stride):
        raise NetError(f"images {x.shape} cannot be pooled: {sentence(faults)}")
    try:
        rows, columns = (window_output(x.shape[2 + axis], window[axis], stride) for axis in (0, 1))
    except ValueError as error:
        raise NetError(f"a window {window} at stride {stride} cannot pool images {x.shape}: {error}") from error
    return *x.shape[:2], rows, columns
