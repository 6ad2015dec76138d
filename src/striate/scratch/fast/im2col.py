"""Correlation as one matrix product per block: any kernel and stride.

The taps of a block are gathered into a matrix with one row per tap and one column per position. Each row is then a
shifted copy of the input, which copies fast, and the product comes out in the layout of the output:

    out = w (F, C*U*V) @ taps (C*U*V, positions)        dw = sum over blocks of  dout (F, positions) @ taps^T
    dx  = the rows of w^T @ dout, each added where its tap was read
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from striate.scratch.fast.cache_blocks import Array, Block, Workspace, blocks, cut
from striate.scratch.fast.threads import on_threads

Pair = tuple[int, int]


def correlate(x: Array, w: Array, b: Array | None, out: Array, corner: Pair, stride: int = 1) -> None:
    """Write into ``out`` (N, F, I, J) what ``w`` (F, C, U, V) and ``b`` (F) make of ``x`` (N, C, H, W).

    The window of ``out[:, :, i, j]`` has its top left cell at row ``corner[0] + i * stride`` and column
    ``corner[1] + j * stride`` of ``x``; cells outside ``x`` are zero.
    """
    filters, columns = len(w), out.shape[3]
    matrix = w.reshape(filters, -1)

    def work(part: Sequence[Block]) -> None:
        space = Workspace(out.dtype)
        for block in part:
            taps = _taps(x, w, corner, stride, columns, block, space)
            product = np.matmul(matrix, taps, out=space.array("product", filters, taps.shape[1]))
            product = product.reshape(filters, block.count, block.height, columns).transpose(1, 0, 2, 3)
            np.add(product, 0 if b is None else b[:, None, None], out=out[block.images, :, block.rows])

    on_threads(_blocks(w, out), work)


def filter_gradient(x: Array, w: Array, dout: Array, corner: Pair, stride: int = 1) -> Array:
    """Return ``dw`` (F, C, U, V) of :func:`correlate` for ``dout`` (N, F, I, J)."""
    filters, columns = len(w), dout.shape[3]
    dtype = np.result_type(x, dout)

    def work(part: Sequence[Block]) -> Array:
        space, total = Workspace(dtype), np.zeros((filters, w[0].size), dtype)
        for block in part:
            taps = _taps(x, w, corner, stride, columns, block, space)
            total += _by_filter(dout, block) @ taps.T
        return total

    return np.sum(on_threads(_blocks(w, dout), work), axis=0).reshape(w.shape)


def input_gradient(dout: Array, w: Array, dx: Array, corner: Pair, stride: int = 1) -> None:
    """Write into ``dx`` (N, C, H, W) the gradient of :func:`correlate` for ``dout`` (N, F, I, J)."""
    _, channels, height, width = w.shape
    rows, columns = dout.shape[2:]
    # All cells that a window reads, and any between; x is a rectangle of them, or they of x.
    area = (rows - 1) * stride + height, (columns - 1) * stride + width

    def work(part: Sequence[Block]) -> None:
        space = Workspace(dx.dtype)
        for block in part:
            product = space.array("product", w[0].size, block.count * rows * columns)
            np.matmul(w.reshape(len(w), -1).T, _by_filter(dout, block), out=product)
            by_tap = product.reshape(channels, height, width, block.count, rows, columns)
            read = space.array("read", channels, block.count, *area)
            read[...] = 0
            for u, v in np.ndindex(height, width):
                read[:, :, u : u + stride * rows : stride, v : v + stride * columns : stride] += by_tap[:, u, v]
            dx[block.images] = cut(read.transpose(1, 0, 2, 3), -corner[0], -corner[1], *dx.shape[2:])

    # Whole images only: two strips would add to the same rows.
    on_threads(blocks(len(dout), rows, row_bytes=w[0].size * columns * dx.itemsize, multiple=rows), work)


def _by_filter(dout: Array, block: Block) -> Array:
    """Return the block of ``dout`` as (F, positions)."""
    return dout[block.images, :, block.rows].transpose(1, 0, 2, 3).reshape(dout.shape[1], -1)


def _blocks(w: Array, out: Array) -> list[Block]:
    return blocks(len(out), out.shape[2], row_bytes=w[0].size * out.shape[3] * out.itemsize)


def _taps(x: Array, w: Array, corner: Pair, stride: int, columns: int, block: Block, space: Workspace) -> Array:
    """Return the matrix (C*U*V, positions of the block): row (c, u, v) holds what tap (u, v) of channel c reads."""
    _, channels, height, width = w.shape
    top = corner[0] + block.top * stride
    area = (block.height - 1) * stride + height, (columns - 1) * stride + width
    windows = sliding_window_view(cut(x[block.images], top, corner[1], *area), (height, width), axis=(2, 3))
    taps = space.array("taps", channels, height, width, block.count, block.height, columns)
    np.copyto(taps, windows[:, :, ::stride, ::stride].transpose(1, 4, 5, 0, 2, 3))
    return taps.reshape(channels * height * width, -1)
