"""3 x 3 correlation with a quarter of the multiplications: Winograd's F(4 x 4, 3 x 3).

A 4 x 4 tile of the output comes from a 6 x 6 tile d of the input. Seen as polynomials, correlating is multiplying, and a
product of polynomials is a product of values at 6 points: evaluate, multiply number by number, interpolate.

    out = A^T [ (G w G^T) * (B^T d B) ] A      36 products instead of 16 * 9 = 144, for each pair of channels
    dw  = G^T [ (A dout A^T) * (B^T d B) ] G   the same three linear maps turned around, because out is linear in w

Summed over channels, the products are 36 small matrix products; the maps to and from the points are matrix products too.
The points are 0, +-sqrt(1/2), +-sqrt(2) and infinity: nearly balanced, they keep the error in float32 at three times
that of the direct sum, where the usual 0, +-1, +-2 make it six times.

Sources: Winograd, Arithmetic Complexity of Computations, 1980; Lavin and Gray, arXiv 1509.09308; on the choice of points,
Barabasz et al., arXiv 1803.10986.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from striate.scratch.fast.cache_blocks import Array, Block, Workspace, blocks, cut
from striate.scratch.fast.threads import on_threads

Pair = tuple[int, int]

KERNEL, TILE = 3, 4
READ = TILE + KERNEL - 1  # cells of the input, in each direction, of which one tile of the output is computed
POINTS = (0.0, 0.5**0.5, -(0.5**0.5), 2.0**0.5, -(2.0**0.5))  # and infinity


def correlate(x: Array, w: Array, b: Array | None, out: Array, corner: Pair) -> None:
    """Write into ``out`` (N, F, I, J) what ``w`` (F, C, 3, 3) and ``b`` (F) make of ``x`` (N, C, H, W) at stride 1.

    The window of ``out[:, :, i, j]`` has its top left cell at ``(corner[0] + i, corner[1] + j)`` of ``x``; outside x is 0.
    """
    filters, channels = w.shape[:2]
    to_points, from_points, of_filters = _maps(out.dtype.char)
    spectrum = (of_filters @ w.transpose(2, 3, 1, 0).reshape(KERNEL**2, -1)).reshape(-1, channels, filters)

    def work(part: Sequence[Block]) -> None:
        space = Workspace(out.dtype)
        for block in part:
            values = _input_values(x, out, corner, block, to_points, space)
            tiles = values.shape[1]
            products = np.matmul(values, spectrum, out=space.array("products", READ**2, tiles, filters))
            cells = space.array("cells", TILE**2, tiles * filters)
            np.matmul(from_points, products.reshape(READ**2, -1), out=cells)
            down, across = _tiles(block.height), _tiles(out.shape[3])
            image = space.array("image", block.count, down, TILE, across, TILE, filters)
            np.copyto(image, cells.reshape(TILE, TILE, block.count, down, across, filters).transpose(2, 3, 0, 4, 1, 5))
            image = image.reshape(block.count, down * TILE, across * TILE, filters)
            image = image[:, : block.height, : out.shape[3]].transpose(0, 3, 1, 2)
            np.add(image, 0 if b is None else b[:, None, None], out=out[block.images, :, block.rows])

    on_threads(_blocks(channels, out), work)


def filter_gradient(x: Array, w: Array, dout: Array, corner: Pair) -> Array:
    """Return ``dw`` (F, C, 3, 3) of :func:`correlate` for ``dout`` (N, F, I, J)."""
    filters, channels = w.shape[:2]
    dtype = np.result_type(x, dout)
    to_points, from_points, of_filters = _maps(dtype.char)

    def work(part: Sequence[Block]) -> Array:
        space, total = Workspace(dtype), np.zeros((READ**2, channels, filters), dtype)
        for block in part:
            values = _input_values(x, dout, corner, block, to_points, space)
            total += values.transpose(0, 2, 1) @ _output_values(dout, block, from_points, space)
        return total

    total = np.sum(on_threads(_blocks(channels, dout), work), axis=0)
    dw = (of_filters.T @ total.reshape(READ**2, -1)).reshape(KERNEL, KERNEL, channels, filters)
    return np.ascontiguousarray(dw.transpose(3, 2, 0, 1))


def input_gradient(dout: Array, w: Array, dx: Array, corner: Pair) -> None:
    """Write into ``dx`` (N, C, H, W) the gradient of :func:`correlate` for ``dout`` (N, F, I, J).

    Cell r of x meets tap u at output r - corner - u, so dx is a correlation of ``dout`` too: with each filter turned by half a
    turn, and filters and channels exchanged.
    """
    turned = w[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)
    correlate(dout, turned, None, dx, (1 - KERNEL - corner[0], 1 - KERNEL - corner[1]))


def _input_values(x: Array, out: Array, corner: Pair, block: Block, to_points: Array, space: Workspace) -> Array:
    """Return B^T d B of the block's tiles: (36, tiles, C)."""
    channels, down, across = x.shape[1], _tiles(block.height), _tiles(out.shape[3])
    height, width = down * TILE + KERNEL - 1, across * TILE + KERNEL - 1
    rectangle = cut(x[block.images], corner[0] + block.top, corner[1], height, width)
    # With the channels last, each cell of a tile is one run in memory.
    channels_last = space.array("channels last", block.count, height, width, channels)
    np.copyto(channels_last, rectangle.transpose(0, 2, 3, 1))
    windows = sliding_window_view(channels_last, (READ, READ), axis=(1, 2))[:, ::TILE, ::TILE]
    tiles = space.array("tiles", READ, READ, block.count, down, across, channels)
    np.copyto(tiles, windows.transpose(4, 5, 0, 1, 2, 3))
    values = space.array("values", READ**2, block.count * down * across * channels)
    return np.matmul(to_points, tiles.reshape(READ**2, -1), out=values).reshape(READ**2, -1, channels)


def _output_values(dout: Array, block: Block, from_points: Array, space: Workspace) -> Array:
    """Return A dout A^T of the block's tiles: (36, tiles, F)."""
    filters, down, across = dout.shape[1], _tiles(block.height), _tiles(dout.shape[3])
    rectangle = cut(dout[block.images, :, block.rows], 0, 0, down * TILE, across * TILE)
    image = space.array("image", block.count, down, TILE, across, TILE, filters)
    np.copyto(image.reshape(block.count, down * TILE, across * TILE, filters), rectangle.transpose(0, 2, 3, 1))
    cells = space.array("cells", TILE, TILE, block.count, down, across, filters)
    np.copyto(cells, image.transpose(2, 4, 0, 1, 3, 5))
    values = space.array("products", READ**2, block.count * down * across * filters)
    return np.matmul(from_points.T, cells.reshape(TILE**2, -1), out=values).reshape(READ**2, -1, filters)


def _tiles(size: int) -> int:
    return -(-size // TILE)


def _blocks(channels: int, out: Array) -> list[Block]:
    values_per_row = READ**2 * _tiles(out.shape[3]) * channels / TILE
    return blocks(len(out), out.shape[2], row_bytes=int(values_per_row * out.itemsize), multiple=TILE)


@cache
def _maps(dtype: str) -> tuple[Array, Array, Array]:
    """Return B^T, A^T and G, each for both directions at once (its Kronecker square), in the type ``dtype``."""
    toward, back, filters = (np.kron(m, m).astype(dtype) for m in matrices())
    return toward, back, filters


def matrices() -> tuple[Array, Array, Array]:
    """Return B^T (6, 6), A^T (4, 6) and G (6, 3) of one direction, in float64: out = A^T [(G w) * (B^T d)].

    Column p of A^T and row p of G are powers of the point p; row p of B^T is the polynomial that vanishes at all other
    finite points; infinity stands for the highest coefficient.
    """
    points = np.array(POINTS)
    others = [np.delete(points, index) for index in range(len(points))]
    scale = np.array([np.prod(point - rest) for point, rest in zip(points, others, strict=True)])
    infinity = np.eye(READ)[-1:]
    evaluate = np.vander(points, READ, increasing=True)
    toward = np.vstack([np.pad(np.poly(rest)[::-1], (0, 1)) for rest in others] + [np.poly(points)[::-1]])
    back = np.vstack([evaluate[:, :TILE], infinity[:, -TILE:]]).T
    filters = np.vstack([evaluate[:, :KERNEL] / scale[:, None], infinity[:, -KERNEL:]])
    return toward, back, filters
