"""The three ways of sliding one array over another: full, valid and filt.

    full(a, b)_ij  = sum_mn a_mn b_(i-m+1, j-n+1)          (H + H' - 1) x (W + W' - 1)
    valid(a, b)_ij = sum_mn a_mn b_(i-m+H', j-n+W')        (H - H' + 1) x (W - W' + 1)
    filt(a, b)_ij  = sum_mn a_(i+m-1, j+n-1) b_mn          (H - H' + 1) x (W - W' + 1)

Indices count from 1, as the homework's do; a is H x W, b is H' x W'. The operations are those by hand, for numbers and for
SymPy's letters alike; what they are held to here, SciPy's and the formulas, shares no line with them.
Source: EECS 498/598 Deep Learning, Homework 1, 2019, question 1.5 (valid: its later edition).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from striate.base.seeds import generator
from striate.base.shapes import window_output
from striate.proofs.proof import Check, Table, numerics
from striate.scratch.layers.filtering import convolve_filt as filt
from striate.scratch.layers.filtering import convolve_full as full
from striate.scratch.layers.filtering import convolve_valid as valid

Size = tuple[int, int]
Operation = Callable[[np.ndarray, np.ndarray], Any]


def summed(operation: Operation, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return sum_k operation(a[i, k], b[j, k]) for every i and j, all of one size."""
    return np.array([[sum(operation(m, n) for m, n in zip(row, other, strict=True)) for other in b] for row in a])


def flip(b: np.ndarray) -> np.ndarray:
    """Return ``b`` turned by half a turn: both axes backwards."""
    return b[::-1, ::-1]


def full_size(a: Size, b: Size) -> Size:
    """Return the size of full(a, b): that of a filter on ``a`` in a frame of all but one cell of ``b``."""
    rows, columns = (window_output(size, kernel, padding=kernel - 1) for size, kernel in zip(a, b, strict=True))
    return rows, columns


def filt_size(a: Size, b: Size) -> Size:
    """Return the size of filt(a, b) and valid(a, b); (0, 0) where ``b`` does not fit into ``a``."""
    if b[0] > a[0] or b[1] > a[1]:
        return 0, 0
    return window_output(a[0], b[0]), window_output(a[1], b[1])


def cells(size: Size) -> str:
    """Return a size in words: 3x4, or none where nothing fits."""
    return f"{size[0]}x{size[1]}" if min(size) > 0 else "none"


def sizes(a: Size, b: Size) -> Table:
    """Return the sizes of the three operations."""
    rules = (
        ("full", "(H+H'-1) x (W+W'-1)", full_size),
        *((n, "(H-H'+1) x (W-W'+1)", filt_size) for n in ("valid", "filt")),
    )
    rows = tuple((name, rule, cells(size(a, b))) for name, rule, size in rules)
    return Table(f"Sizes for a of {cells(a)} and b of {cells(b)}", ("operation", "rule", "size"), rows)


def checks(pairs: list[tuple[np.ndarray, np.ndarray]], said: str) -> tuple[Check, ...]:
    """Compare the operations with SciPy, and valid with filt of the flipped array, on all ``pairs``."""
    from scipy import signal

    oracles: tuple[tuple[str, Operation, Operation, str], ...] = (
        ("full", full, lambda a, b: signal.convolve2d(a, b, "full"), "scipy.signal.convolve2d"),
        ("valid", valid, lambda a, b: signal.convolve2d(a, b, "valid"), "scipy.signal.convolve2d"),
        ("filt", filt, lambda a, b: signal.correlate2d(a, b, "valid"), "scipy.signal.correlate2d"),
        ("valid is filt of the flipped array", valid, lambda a, b: filt(a, flip(b)), "filt"),
    )
    return tuple(
        numerics(name, [(ours(a, b), theirs(a, b)) for a, b in pairs], oracle=oracle, sizes=said)
        for name, ours, theirs, oracle in oracles
    )


def full_layer_checks(
    cases: Sequence[tuple[int, int, int, int, int, int, int]], seed: int, *, turned: bool = False
) -> tuple[Check, ...]:
    """Compare with PyTorch the gradients of a layer that is the full convolution, at sizes N C F H W H' W': filterings.

    ``turned`` gives them the gradient of the output turned by half a turn, which is wrong.
    """
    import torch
    from torch.nn import functional as F

    rng = generator(seed, "evaluation", 400)
    found: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {"dL/dX": [], "dL/dW": []}
    for n, c, f, height, width, rows, columns in cases:
        x, w = rng.standard_normal((n, c, height, width)), rng.standard_normal((f, c, rows, columns))
        inputs, kernels = (torch.from_numpy(a).requires_grad_() for a in (x, w))
        y = F.conv2d(inputs, kernels.flip(2, 3), padding=(rows - 1, columns - 1))
        dy = rng.standard_normal(tuple(y.shape))
        dx, dw = torch.autograd.grad(y, (inputs, kernels), torch.from_numpy(dy))
        given = dy[:, :, ::-1, ::-1] if turned else dy
        found["dL/dX"].append((summed(filt, given, w.swapaxes(0, 1)), dx.numpy()))
        found["dL/dW"].append((summed(filt, given.swapaxes(0, 1), x.swapaxes(0, 1)), dw.numpy()))
    oracle = "PyTorch autograd of the full convolution"
    return tuple(numerics(f"{name} as printed, of a full layer", pairs, oracle=oracle) for name, pairs in found.items())
