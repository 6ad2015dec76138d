"""Where each weight of a convolution sits in its matrix, and the convolution itself in both directions by hand.

Works for numbers and for SymPy's letters alike, in one and two dimensions. Shapes: X (C, sides), Y (F, positions),
W (F, C, K) or (F, C, K, K); the matrix (F * positions, C * cells), both flattened with the channel first.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np

from striate.base.shapes import convolution_parameters, window_output
from striate.proofs.proof import Picture, Table, misfits, rows_of

LABELLED_CELLS = 2048  # larger matrices are not printed cell by cell
DRAWN_CELLS = 65_536


@dataclass(frozen=True)
class Layout:
    """The sizes of a convolution; ``sides`` is (length,) or (height, width). Kernels are square."""

    channels: int
    filters: int
    kernel: int
    sides: tuple[int, ...]
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    @property
    def positions(self) -> tuple[int, ...]:
        """Output cells along each side; raises ValueError naming the rule that is broken."""
        return tuple(window_output(side, self.kernel, self.stride, self.padding, self.dilation) for side in self.sides)

    def faults(self) -> list[str]:
        """Return the rules that the sizes break, each with its side."""
        names: list[str] = ["length"] if len(self.sides) == 1 else ["height", "width"]
        sides = dict(zip(names, self.sides, strict=True))
        return misfits(sides, self.kernel, self.stride, self.padding, self.dilation)

    @property
    def input(self) -> tuple[int, ...]:
        """The shape of X."""
        return (self.channels, *self.sides)

    @property
    def output(self) -> tuple[int, ...]:
        """The shape of Y."""
        return (self.filters, *self.positions)

    @property
    def kernels(self) -> tuple[int, ...]:
        """The shape of W."""
        return (self.filters, self.channels, *(self.kernel for _ in self.sides))

    @property
    def weights(self) -> int:
        """The number of weights."""
        return convolution_parameters(self.channels, self.filters, self.kernel ** len(self.sides), bias=False)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the matrix."""
        return prod(self.output), prod(self.input)

    def arrays(self) -> tuple[tuple[str, int, int], ...]:
        """Return the largest arrays that the matrix and both directions need: what it is, rows, columns."""
        return (
            ("the matrix", *self.shape),
            ("the array of kernels", self.filters * self.channels, self.kernel ** len(self.sides)),
            ("the padded input", self.channels, prod(side + 2 * self.padding for side in self.sides)),
            ("the padded gradient", self.filters, prod(side + self.reach for side in self.sides)),
        )

    @property
    def reach(self) -> int:
        """How far the last tap lies from the first: D (K - 1)."""
        return self.dilation * (self.kernel - 1)

    @property
    def rest(self) -> tuple[int, ...]:
        """Cells at the end of each padded side that no window reaches, because a stride steps over them."""
        return tuple((side + 2 * self.padding - self.reach - 1) % self.stride for side in self.sides)

    @property
    def nonzeros(self) -> int:
        """Entries of the matrix that hold a weight: every (filter, channel) times the taps that meet a cell."""
        return self.filters * self.channels * prod(int((taps >= 0).sum()) for taps in self._taps())

    def said(self) -> str:
        """Return the sizes in words."""
        sides = "x".join(map(str, self.sides))
        window = f"kernel {self.kernel}, stride {self.stride}, padding {self.padding}, dilation {self.dilation}"
        return f"{self.channels} -> {self.filters} channels, {sides} cells, {window}"

    def _taps(self) -> list[np.ndarray]:
        """Return for each side the input cell (positions, K) that each tap meets, -1 for the padding."""
        taps: list[np.ndarray] = []
        for side, positions in zip(self.sides, self.positions, strict=True):
            cells = np.arange(positions)[:, None] * self.stride - self.padding + np.arange(self.kernel) * self.dilation
            taps.append(np.where((cells >= 0) & (cells < side), cells, -1))
        return taps

    def index(self) -> np.ndarray:
        """Return the matrix (rows, columns) of places in the flattened W, int64, and -1 for a zero."""
        block = np.full((prod(self.positions), prod(self.sides)), -1, dtype=np.int64)
        taps = self._taps()
        rows = np.arange(prod(self.positions)).reshape(self.positions)
        for tap, k in enumerate(product(range(self.kernel), repeat=len(self.sides))):
            met = np.ix_(*(side[:, i] for side, i in zip(taps, k, strict=True)))
            inside = np.logical_and.reduce(np.broadcast_arrays(*(cells >= 0 for cells in met)))
            cells = np.ravel_multi_index(tuple(np.maximum(c, 0) for c in np.broadcast_arrays(*met)), self.sides)
            block[rows[inside], cells[inside]] = tap
        taps_in_all = self.kernel ** len(self.sides)
        kernel = np.arange(self.filters * self.channels).reshape(self.filters, 1, self.channels, 1) * taps_in_all
        spread = np.where(block[None, :, None, :] >= 0, kernel + block[None, :, None, :], -1)
        return spread.reshape(self.shape)

    def matrix(self, w: np.ndarray) -> np.ndarray:
        """Return A (rows, columns) for the kernels ``w``, of their dtype."""
        index = self.index()
        return np.where(index >= 0, w.ravel()[index], w.dtype.type(0) if w.dtype != object else 0)

    def labels(self) -> list[list[str]]:
        """Return A as texts: w11_2 for tap 2 from input channel 1 to output channel 1, a point for a zero."""
        places = [[int(place) for place in row] for row in self.index()]

        def at(place: int) -> tuple[int, ...]:
            return tuple(int(n) for n in np.unravel_index(place, self.kernels))

        return [["." if place < 0 else self.label(*at(place)) for place in row] for row in places]

    def label(self, to: int, channel: int, *tap: int) -> str:
        """Return the name of tap ``tap`` from channel ``channel`` to channel ``to``, which count from 0."""
        j, i, *k = (n + 1 for n in (to, channel, *tap))
        comma = "," if max(i, j) > 9 else ""
        return f"w{i}{comma}{j}_{','.join(map(str, k))}"

    @staticmethod
    def cells(letter: str, shape: tuple[int, ...]) -> list[str]:
        """Return the names of the cells of an array, counted from 1: x11, or x1,12 where a number has two digits."""
        comma = "," if max(shape) > 9 else ""
        return [letter + comma.join(str(n + 1) for n in place) for place in np.ndindex(shape)]

    def forward(self, w: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Return Y by its definition."""
        return _slide(_framed(x, [(self.padding, self.padding)] * len(self.sides)), w, self.stride, self.dilation)

    def turned(self, w: np.ndarray) -> np.ndarray:
        """Return the kernels of the backward convolution (C, F, K...): flipped, and channels exchanged."""
        return np.flip(w, axis=tuple(range(2, w.ndim))).swapaxes(0, 1)

    def backward(self, w: np.ndarray, dy: np.ndarray) -> np.ndarray:
        """Return dL/dX: the turned kernels slid with stride 1 over the spaced and framed gradient of the output."""
        spaced = np.zeros((self.filters, *((n - 1) * self.stride + 1 for n in self.positions)), dtype=dy.dtype)
        spaced[(slice(None), *(slice(None, None, self.stride) for _ in self.sides))] = dy
        frame = self.reach - self.padding
        framed = _framed(spaced, [(frame, frame + rest) for rest in self.rest])
        return _slide(framed, self.turned(w), 1, self.dilation)


def _framed(x: np.ndarray, frames: list[tuple[int, int]]) -> np.ndarray:
    """Return ``x`` (C, sides) with zeros put around each side, or cells cut off where a number is negative."""
    grown = np.pad(x, [(0, 0), *((max(a, 0), max(b, 0)) for a, b in frames)])
    cuts = (slice(max(-a, 0), n - max(-b, 0)) for (a, b), n in zip(frames, grown.shape[1:], strict=True))
    return grown[(slice(None), *cuts)]


def _slide(x: np.ndarray, w: np.ndarray, stride: int, dilation: int) -> np.ndarray:
    """Return the convolution of ``x`` (C, sides) with ``w`` (F, C, K...), tap by tap, without padding."""
    positions = [window_output(n, w.shape[2], stride, dilation=dilation) for n in x.shape[1:]]
    out = np.zeros((w.shape[0], *positions), dtype=np.result_type(x, w))
    for k in np.ndindex(w.shape[2:]):
        window = tuple(
            slice(tap * dilation, tap * dilation + (n - 1) * stride + 1, stride)
            for tap, n in zip(k, positions, strict=True)
        )
        out += np.tensordot(w[(slice(None), slice(None), *k)], x[(slice(None), *window)], axes=1)
    return out


def tables(layout: Layout) -> tuple[Table, ...]:
    """Return A and B with labelled cells; nothing where they are too large to be read."""
    rows, columns = layout.shape
    if rows * columns > LABELLED_CELLS:
        return ()
    labels, xs, ys = layout.labels(), layout.cells("x", layout.input), layout.cells("y", layout.output)
    return (
        Table(
            f"A, {rows} x {columns}, {layout.nonzeros} entries not zero",
            ("", *xs),
            tuple((y, *row) for y, row in zip(ys, labels, strict=True)),
        ),
        Table(
            f"B = A', {columns} x {rows}",
            ("", *(f"d{y}" for y in ys)),
            tuple((f"d{x}", *row) for x, row in zip(xs, zip(*labels, strict=True), strict=True)),
        ),
        *_turned(layout),
    )


def _turned(layout: Layout) -> tuple[Table, ...]:
    """Return the kernels of the backward convolution of signals, tap by tap; nothing in two dimensions."""
    if len(layout.sides) != 1:
        return ()
    taps = range(layout.kernel)
    rows = [
        (f"from {j + 1} of dL/dY to {i + 1} of dL/dX", *(layout.label(j, i, layout.kernel - 1 - k) for k in taps))
        for i in range(layout.channels)
        for j in range(layout.filters)
    ]
    return (Table("The kernels of B as a convolution", ("channels", *(f"tap {k + 1}" for k in taps)), tuple(rows)),)


def unshown(layout: Layout) -> str:
    """Return what is not shown of a large matrix, and where it is; empty when all of it is shown."""
    rows, columns = layout.shape
    shown = (("printed cell by cell", LABELLED_CELLS), ("drawn", DRAWN_CELLS))
    missing = [f"{how} above {most:,}" for how, most in shown if rows * columns > most]
    if not missing:
        return ""
    return (
        f" A is {rows:,} x {columns:,}, {rows * columns:,} cells: a matrix is not {' and not '.join(missing)}; all of it is in "
        'the values of the record, as striate.prove("conv-as-matrix", ...).values["A"].'
    )


def pictures(layout: Layout) -> tuple[Picture, ...]:
    """Return A as a heatmap of the places of its weights; nothing where it is too large."""
    if layout.shape[0] * layout.shape[1] > DRAWN_CELLS:
        return ()
    title = "Which weight sits where in A: its number, 0 for none"
    places = layout.index() + 1.0
    return (Picture(title, "heatmap", rows_of(places), x_label="cell of the input", y_label="cell of the output"),)
