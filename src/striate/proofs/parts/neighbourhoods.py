"""Sliding windows with and without shared weights on a ring, and how related neighbours are in images and in tables.

The images are the digits that scikit-learn carries, the table its wines (Forina et al., UCI 1991): 178 wines, 13 columns.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from striate.base.seeds import generator
from striate.data.readers.digits import locate, read_digits
from striate.proofs.proof import Check, Table, symbolic

Array = np.ndarray
Layer = Callable[[Array, Array], Array]

SYMBOLIC_CELLS = 5


def slide(x: Array, w: Array) -> Array:
    """Return the circular convolution y[f, r, s] = sum w[f, c, k, l] x[c, r+k, s+l] for x (C, H, W), w (F, C, K, K)."""
    return _taps(x, w, lambda kernel, window: np.tensordot(kernel, window, axes=1))


def slide_unshared(x: Array, w: Array) -> Array:
    """Return the same with weights of their own at every place: w (F, C, K, K, H, W)."""
    return _taps(x, w, lambda kernel, window: (kernel * window).sum(axis=1))


def _taps(x: Array, w: Array, product: Layer) -> Array:
    taps = [product(w[:, :, r, s], np.roll(x, (-r, -s), axis=(1, 2))) for r, s in np.ndindex(w.shape[2:4])]
    return np.sum(taps, axis=0)


@cache
def ring_checks() -> tuple[Check, Check]:
    """Prove on a ring that convolution commutes with shifts, and that nothing linear else does."""
    import sympy

    n, taps = SYMBOLIC_CELLS, 3
    x, w = np.array(sympy.symbols(f"x:{n}"), dtype=object), sympy.symbols(f"w:{taps}")

    def ring(cells: Array) -> Array:
        return np.sum([weight * np.roll(cells, -k) for k, weight in enumerate(w)], axis=0)

    there = [sympy.expand(a - b) for a, b in zip(ring(np.roll(x, 1)), np.roll(ring(x), 1), strict=True)]
    # The other way round: of all n^2 linear layers, those that commute with the shift by one cell are spanned by n of
    # them, and each of these is a circulant matrix.
    shift = sympy.Matrix(n, n, lambda i, j: int(i == (j + 1) % n))
    letters = sympy.symbols(f"W:{n * n}")
    layer = sympy.Matrix(n, n, letters)
    solved = sympy.solve((layer * shift - shift * layer).flat(), letters, dict=True)[0]
    commuting = layer.subs(solved)
    circulant = [commuting[(i + 1) % n, (j + 1) % n] - commuting[i, j] for i in range(n) for j in range(n)]
    free = sympy.Integer(len(commuting.free_symbols) - n)
    said = f"a ring of {n} cells"
    return (
        symbolic("convolution commutes with shifts", there, f"{said}, {taps} taps"),
        symbolic("what commutes with shifts is a convolution", [*circulant, free], said),
    )


def broken(seed: int) -> tuple[float, float]:
    """Return how far two layers of 3 x 3 windows on 8 x 8 cells are from commuting, as a share of their output's norm.

    The first does not share its weights, and its input is shifted; the second does, and its pixels are permuted.
    """
    rng = generator(seed, "evaluation", 301)
    x, unshared = rng.standard_normal((2, 8, 8)), rng.standard_normal((3, 2, 3, 3, 8, 8))
    shared, order = rng.standard_normal((3, 2, 3, 3)), rng.permutation(64)

    def shifted(cells: Array) -> Array:
        return np.roll(cells, (1, 2), axis=(1, 2))

    def permuted(cells: Array) -> Array:
        return cells.reshape(len(cells), -1)[:, order].reshape(cells.shape)

    def share(layer: Layer, w: Array, change: Callable[[Array], Array]) -> float:
        wanted = change(layer(x, w))
        return float(np.linalg.norm(layer(change(x), w) - wanted) / np.linalg.norm(wanted))

    return share(slide_unshared, unshared, shifted), share(slide, shared, permuted)


def correlations(seed: int) -> dict[str, tuple[float, float]]:
    """Return the mean size of the correlation of neighbours, and of any two: digits, permuted digits, a table of wines."""
    images, _ = read_digits(locate())
    pixels = images.reshape(len(images), -1).astype(float)
    order = generator(seed, "evaluation", 302).permutation(pixels.shape[1])
    wines = np.loadtxt(locate().with_name("wine_data.csv"), delimiter=",", skiprows=1)[:, :-1]
    side = images.shape[1]
    return {
        "digits, 8x8 pixels": related(pixels, side),
        "digits, pixels permuted": related(pixels[:, order], side),
        "wine, 13 columns of a table": related(wines, wines.shape[1]),
    }


def related(columns: Array, row: int) -> tuple[float, float]:
    """Return mean |correlation| of neighbours along rows of ``row`` columns, and of all pairs; constants left out."""
    centred = columns - columns.mean(axis=0)
    size = np.linalg.norm(centred, axis=0)
    sizes = np.abs(centred.T @ centred) / np.maximum(np.outer(size, size), 1e-300)
    varied = size > 0
    neighbours = [(a, a + 1) for a in range(columns.shape[1] - 1) if (a + 1) % row and varied[a] and varied[a + 1]]
    pairs = np.triu(np.outer(varied, varied), 1)
    return float(np.mean([sizes[pair] for pair in neighbours])), float(sizes[pairs].mean())


def fails(name: str, share: float) -> Check:
    """Return whether the two sides differ by at least a tenth of their size, on 8 x 8 cells with 3 x 3 windows."""
    return Check(name, "numeric", share > 0.1, f"8x8 cells, kernel 3: they differ by {share:.2f} of the norm")


def failure_table(unshared: float, moved: float) -> Table:
    """Return how far the two layers of `broken` are from commuting."""
    rows = (
        ("weights not shared, input shifted", f"{unshared:.2f}"),
        ("weights shared, pixels permuted", f"{moved:.2f}"),
    )
    return Table("Distance from commuting, as a share of the output's norm", ("layer and change", "share"), rows)


def correlation_table(related: dict[str, tuple[float, float]]) -> Table:
    """Return what `correlations` measured."""
    rows = tuple((name, f"{near:.2f}", f"{any_two:.2f}") for name, (near, any_two) in related.items())
    return Table("Mean size of the correlation, measured", ("data", "of neighbours in a row", "of any two"), rows)
