"""Dropout: in training every cell is kept with probability q, else it is 0, so that units do not rely on one another.

    mask[k] = 1 with probability q, else 0                       training            test
    inverted:  kept cells are scaled up in training              out = mask * x / q  out = x
    vanilla:   all cells are scaled down at test                 out = mask * x      out = q * x

The gradient takes the same factors as the cells: dx = dout * (out / x). In the mean over masks both forms give at test
what they gave in training. ``keep`` is q, the probability of *keeping* a cell (the course's p); 1 - q is that of dropping.
Sources: Srivastava et al., JMLR 15, 2014 (vanilla); EECS 498/598 Deep Learning, Homework 1, 2019, questions 1.3 and 7.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from striate.base.errors import NetError
from striate.scratch.layers.checks import Mode, checked_gradient, checked_mode

Array = NDArray[Any]
Scaling = Literal["inverted", "vanilla"]


@dataclass(frozen=True)
class DropoutCache:
    """By what the cells were multiplied: ``scale``, and ``mask`` (bool) in training, None at test; and their shape."""

    mask: Array | None
    scale: float
    shape: tuple[int, ...]


def dropout_forward(
    x: Array,
    keep: float,
    mode: Mode = "train",
    *,
    rng: np.random.Generator | None = None,
    mask: Array | None = None,
    scaling: Scaling = "inverted",
) -> tuple[Array, DropoutCache]:
    """Return ``out``, of the shape and type of ``x``, and the cache of :func:`dropout_backward`.

    In training ``mask`` (bool, True is kept) is drawn from ``rng``, one uniform number per cell, or given; at test neither
    is looked at. Raises NetError where ``keep`` is not in (0, 1], training has no rng and no mask, or a mask does not fit.
    """
    checked_mode(mode)
    if not 0 < keep <= 1:
        raise NetError(f"keep is {keep}, and must be above 0 and at most 1: the probability of keeping a cell")
    if scaling not in ("inverted", "vanilla"):
        raise NetError(f'scaling is "{scaling}", and must be "inverted" or "vanilla"')
    if mode == "test":
        cache = DropoutCache(None, keep if scaling == "vanilla" else 1.0, x.shape)
        return x * cache.scale, cache
    if mask is None:
        if rng is None:
            raise NetError("dropout in training draws cells; give it a generator as rng, or a mask")
        mask = rng.random(x.shape) < keep
    if mask.shape != x.shape:
        raise NetError(f"the mask has shape {mask.shape} and the input {x.shape}: dropout takes one mask cell per cell")
    cache = DropoutCache(mask, 1.0 if scaling == "vanilla" else 1.0 / keep, x.shape)
    return x * mask * cache.scale, cache


def dropout_backward(dout: Array, cache: DropoutCache) -> Array:
    """Return ``dx``, of the shape of ``dout``."""
    checked_gradient(dout, cache.shape, "dropout")
    return (dout if cache.mask is None else dout * cache.mask) * cache.scale
